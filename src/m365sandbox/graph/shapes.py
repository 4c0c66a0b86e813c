"""Holds what a client sends against the types of Graph.

What the service is known to forgive is
forgiven here: enumeration members in any capitalisation and booleans in quotation marks.
"""

from __future__ import annotations

import re
from typing import Final

from m365sandbox.graph.errors import unreadable
from m365sandbox.graph.types_of_input import COMPLEX, ENUMS

_INT32: Final = 2**31
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")


def read_object(value: object, kind: str) -> dict[str, object]:
    """Return ``value`` as an object of ``kind`` with every member checked and normalised.

    Members whose name holds an ``@`` are annotations and are left as they are.

    Raises:
        GraphError: 400 ``RequestBodyRead`` when the value does not fit.
    """
    if not isinstance(value, dict):
        raise unreadable(_cannot_convert(value, kind))
    members = COMPLEX[kind]
    result: dict[str, object] = {}
    for name, given in value.items():
        if "@" in name:
            result[name] = given
        elif name in members:
            result[name] = read(given, members[name])
        else:
            raise unreadable(
                f"The property '{name}' does not exist on type 'microsoft.graph.{kind}'. Make "
                "sure to only use property names that are defined by the type."
            )
    return result


def read_list(value: object, kind: str) -> list[object]:
    """Return ``value`` as a list whose members are of ``kind``; a null stands for an empty list.

    Raises:
        GraphError: 400 ``RequestBodyRead`` when the value does not fit.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise unreadable(_cannot_convert(value, f"Collection(microsoft.graph.{kind})"))
    return [read(item, kind) for item in value if item is not None]


def read(value: object, kind: str) -> object:
    """Return ``value`` checked against ``kind``; ``[x]`` is a list of x, null is always taken.

    Raises:
        GraphError: 400 ``RequestBodyRead`` when the value does not fit.
    """
    if kind.startswith("["):
        return read_list(value, kind[1:-1])
    if value is None or kind == "open":
        return value
    if kind in COMPLEX:
        return read_object(value, kind)
    if kind in ENUMS:
        return _read_member(value, kind)
    return _read_primitive(value, kind)


def _read_primitive(value: object, kind: str) -> object:
    if kind == "boolean":
        return _read_boolean(value)
    if isinstance(value, str) and (
        kind == "string" or (kind == "dateTime" and _DATE_TIME.fullmatch(value))
    ):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kind == "number":
            return value
        if kind == "integer" and abs(value) < _INT32 and int(value) == value:
            return int(value)
    raise unreadable(_cannot_convert(value, kind))


def _read_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise unreadable(_cannot_convert(value, "Edm.Boolean"))


def _read_member(value: object, kind: str) -> str:
    for member in ENUMS[kind]:
        if isinstance(value, str) and value.lower() == member.lower():
            return member
    raise unreadable(f"Requested value '{_shown(value)}' was not found in '{kind}'.")


def _cannot_convert(value: object, kind: str) -> str:
    return f"Cannot convert the value '{_shown(value)}' to the expected type '{kind}'."


def _shown(value: object) -> str:
    """Return a value short enough to stand in a sentence."""
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- a readable length
