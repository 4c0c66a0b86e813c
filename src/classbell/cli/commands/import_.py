"""``classbell import``: brings a training programme and its enrolments in from CSV files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, progress_bar
from classbell.ports.errors import InvalidInput, NotFoundHere

if TYPE_CHECKING:
    from classbell.domain.courses.importing.files import SourceFile
    from classbell.domain.courses.importing.planned import Counts, ImportPlan
    from classbell.domain.courses.importing.row_problems import RowProblem

PROBLEMS_FOUND = 1


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("import", help="import courses, sessions and enrolments from CSV")
    parser.add_argument("--catalog", required=True, help="slug of the catalog")
    parser.add_argument("courses", type=Path, help="one session a row, its course repeated")
    parser.add_argument("enrolments", type=Path, nargs="?", help="one learner in one session a row")
    parser.add_argument("--plan", action="store_true", help="say what it would do, change nothing")
    parser.add_argument("--partial", action="store_true", help="import the good rows all the same")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Plan, say what it causes, and carry it out: all or nothing unless ``--partial``."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.importing.apply import apply_import  # noqa: PLC0415 -- the same
    from classbell.domain.courses.importing.files import read_files  # noqa: PLC0415 -- the same
    from classbell.domain.courses.importing.plan import plan_import  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.models import Catalog  # noqa: PLC0415 -- the same

    catalog = Catalog.objects.filter(slug=arguments.catalog).first()
    if catalog is None:
        raise NotFoundHere(
            f"There is no catalog «{arguments.catalog}».", remedy="See classbell catalogs list."
        )
    files = read_files(_source(arguments.courses), _source(arguments.enrolments))
    ports = bootstrap.ports()
    plan = plan_import(ports, catalog=catalog, files=files, pace=bootstrap.pace())
    if plan.problems and not arguments.partial:
        return _refuse(plan, for_programs=arguments.json)
    print(as_json(_facts(plan)) if arguments.json else _described(plan))
    if arguments.plan:
        return 0
    apply_import(
        ports,
        catalog=catalog,
        plan=plan,
        actor=OPERATOR,
        partial=arguments.partial,
        progress=progress_bar(sys.stderr),
    )
    if not arguments.json:
        print("Imported." if not plan.changes_nothing else "Nothing had to be changed.")
    return 0


def _source(path: Path | None) -> SourceFile | None:
    """Read a file's bytes; what is wrong inside is for the reader of CSV to say."""
    from classbell.domain.courses.importing.files import SourceFile  # noqa: PLC0415 -- see run

    if path is None:
        return None
    try:
        return SourceFile(path.name, path.read_bytes())
    except OSError as cause:
        raise InvalidInput(
            f"{path} cannot be read: {cause.strerror}.", remedy="Check the path."
        ) from cause


def _refuse(plan: ImportPlan, *, for_programs: bool) -> int:
    """List every problem with its place and what is expected."""
    if for_programs:
        print(as_json(_facts(plan)))
        return PROBLEMS_FOUND
    for problem in plan.problems:
        print(problem, file=sys.stderr)
    count = len(plan.problems)
    print(
        f"\n{count} problem{'' if count == 1 else 's'}; nothing was imported.\n"
        "What to do: correct the rows named, or import only the good ones with --partial.",
        file=sys.stderr,
    )
    return PROBLEMS_FOUND


def _described(plan: ImportPlan) -> str:
    """Say in words what the import does and causes."""
    lines = [
        f"Catalog {plan.catalog.title}",
        f"  courses     {_counted(plan.course_counts)}",
        f"  sessions    {_counted(plan.session_counts)}",
        f"  enrolments  {_counted(plan.enrolment_counts)}",
    ]
    if plan.silent_enrolments:
        lines.append(f"  of these, {plan.silent_enrolments} in sessions that are over: no message")
    lines.append(f"  causes      {_caused(plan)}")
    lines += [f"  look at     {warning}" for warning in _together(plan.warnings)]
    left_out = (*plan.problems, *plan.dependents)
    lines += [f"  left out    {problem}" for problem in left_out]
    return "\n".join(lines)


def _together(warnings: Sequence[RowProblem]) -> list[str]:
    """Say once what many rows have in common."""
    alike: dict[tuple[str, str, str], list[RowProblem]] = {}
    for warning in warnings:
        alike.setdefault((warning.file, warning.column, warning.what), []).append(warning)
    return [
        str(same[0]) + (f" (and {len(same) - 1} more lines)" if len(same) > 1 else "")
        for same in alike.values()
    ]


def _caused(plan: ImportPlan) -> str:
    """Say how many messages there will be, from whom, and until when."""
    mail = plan.forecast
    text = f"{mail.messages} message{'' if mail.messages == 1 else 's'}"
    if not mail.account and mail.held:
        return f"{text}, held until an account is connected again"
    if not mail.account:
        return f"{text}, recorded but not sent: the catalog is not connected to an account"
    text += f" from {mail.account}"
    if mail.invitations:
        text += f" and {mail.invitations} calendar invitation{'' if mail.invitations == 1 else 's'}"
    if mail.held:
        return f"{text}, held until the connection is back"
    if mail.until:
        text += f", the last about {mail.until:%Y-%m-%d %H:%M} UTC"
    return text


def _counted(counts: Counts) -> str:
    """Write counts in one phrase."""
    said = f"{counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged"
    return f"{said}, {counts.left_alone} left alone" if counts.left_alone else said


def _facts(plan: ImportPlan) -> dict[str, object]:
    """Return the plan for programs."""
    return {
        "catalog": plan.catalog.slug,
        "courses": _numbers(plan.course_counts),
        "sessions": _numbers(plan.session_counts),
        "enrolments": _numbers(plan.enrolment_counts),
        "silent_enrolments": plan.silent_enrolments,
        "messages": plan.forecast.messages,
        "invitations": plan.forecast.invitations,
        "until": plan.forecast.until,
        "problems": [str(problem) for problem in plan.problems],
        "left_out": [str(problem) for problem in plan.dependents],
        "warnings": [str(warning) for warning in plan.warnings],
    }


def _numbers(counts: Counts) -> dict[str, int]:
    return {
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "left_alone": counts.left_alone,
    }
