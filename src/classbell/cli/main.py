"""The program ``classbell``: reads the words of a command and calls its module."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from classbell.cli.commands import COMMANDS
from classbell.cli.exit_codes import DONE, INTERRUPTED, exit_code_of
from classbell.cli.output import as_json
from classbell.cli.settings_file import read_settings_file
from classbell.config import PREFIX
from classbell.network.logs import configure_logging
from classbell.ports.errors import ClassbellError, InvalidInput, ProviderFailure

ASKED_BY_A_SHELL = "_ARGCOMPLETE"
"""The variable with which a shell asks what may come next."""


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="classbell", description="The Microsoft 365 side of a learning platform."
    )
    top.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        help="read CLASSBELL_… variables from a file of NAME=value lines; the environment wins",
    )
    top.add_argument("--version", action="version", version=f"classbell {version('classbell')}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_to(commands)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        words: the words after ``classbell``; those of the process where it is None.

    Returns:
        One of the codes in ``exit_codes``.
    """
    configure_logging()
    known = parser()
    if ASKED_BY_A_SHELL in os.environ:
        # Nobody else needs it, and scripts that call us a thousand times would wait for it.
        from classbell.cli.completing import answer_shell  # noqa: PLC0415 -- see above

        answer_shell(known)
    arguments = known.parse_args(words)
    try:
        if arguments.settings:
            _use(read_settings_file(arguments.settings))
        code: int = arguments.run(arguments)
    except ClassbellError as error:
        return _refuse(error, for_programs=getattr(arguments, "json", False))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has had enough, as head does; Python's own last flush must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code


def _use(values: Mapping[str, str]) -> None:
    """Put the settings of a file into the environment.

    A variable of ours that is set already was set for this call and wins. Others, such as
    SSL_CERT_FILE, are often set for the whole machine: there the file knows better.
    """
    for name, value in values.items():
        if name.startswith(PREFIX):
            os.environ.setdefault(name, value)
        else:
            os.environ[name] = value


def _refuse(error: ClassbellError, *, for_programs: bool) -> int:
    """Say what happened, what it means, what to do and who can do it.

    Programs get the members that a problem of the REST API has, on standard error too.
    """
    if for_programs:
        print(as_json(_problem(error)), file=sys.stderr)
        return exit_code_of(error)
    print(error.what, file=sys.stderr)
    for label, text in (("It means", error.meaning), ("What to do", error.remedy)):
        if text:
            print(f"{label}: {text}", file=sys.stderr)
    print(f"Who can do it: {error.who.value} · code: {error.code}", file=sys.stderr)
    return exit_code_of(error)


def _problem(error: ClassbellError) -> dict[str, object]:
    """Return a refusal with the members that the REST API gives it."""
    detail = " ".join(part for part in (error.what, error.meaning) if part)
    said: dict[str, object] = {"code": error.code, "detail": detail, "who": error.who.value}
    if error.remedy:
        said["remedy"] = error.remedy
    if isinstance(error, InvalidInput) and error.field:
        said["errors"] = [{"field": error.field, "message": error.what}]
    if isinstance(error, ProviderFailure):
        verdict = error.verdict
        said |= {
            "code": ProviderFailure.default_code,
            "verdict": verdict.kind.value,
            "provider_code": verdict.code,
        }
    return said


if __name__ == "__main__":
    sys.exit(main())
