"""Files of NAME=value lines, as ``m365sandbox env`` prints and ``classbell run`` keeps them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from classbell.ports.errors import ConfigurationFault


def parse_settings(text: str, *, source: str) -> dict[str, str]:
    """Read lines of ``NAME=value``; empty lines and lines with # are passed over.

    Args:
        text: the lines.
        source: what to name in an error.

    Raises:
        ConfigurationFault: a line is no assignment.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip().removeprefix("export ")
        if not bare or bare.startswith("#"):
            continue
        name, equals, value = bare.partition("=")
        if not equals or not name.isidentifier():
            raise ConfigurationFault(
                f"{source}, line {number}: «{bare}» is not NAME=value.", remedy="Mend that line."
            )
        found[name] = value.strip().strip("'\"")
    return found


def read_settings_file(path: Path) -> dict[str, str]:
    """Read a settings file.

    Raises:
        ConfigurationFault: it is not there, or a line is no assignment.
    """
    if not path.is_file():
        raise ConfigurationFault(
            f"The settings file {path} is not there.",
            remedy="classbell run writes one; or name another with --settings.",
        )
    return parse_settings(path.read_text(encoding="utf-8"), source=str(path))


def write_settings_file(path: Path, values: Mapping[str, str]) -> None:
    """Write a settings file that only its owner can read: it holds secrets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(lines)
