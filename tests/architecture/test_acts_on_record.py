"""What the record knows of: every act is of a group the page offers, and no fact is a secret."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from classbell.domain.organisations.audit import SECRET_NAMES, SecretOnRecord, refuse_secrets
from classbell.web.admin_center.audit_filters import GROUPS
from tests.architecture.sources import ROOT

ACT = re.compile(r"[a-z_]+\.[a-z_]*")
WRITERS = {"record", "_record", "record_people", "tell", "_tell"}


EVENTS = {"teams"}
"""What is only told to those who follow events, by helpers of the same names."""


def domain_source() -> str:
    """Return everything that decides something, as one text."""
    paths = sorted((ROOT / "src/classbell/domain").rglob("*.py"))
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def writing_calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call that writes an act, with the file it stands in."""
    for path in sorted((ROOT / "src" / "classbell").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                name = node.func.id if isinstance(node.func, ast.Name) else name
                if name in WRITERS:
                    yield path.name, node


def acts() -> set[str]:
    """Return the words of all acts that are written down as such in the source."""
    words = {
        str(node.value)
        for _, call in writing_calls()
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {word for word in words if ACT.fullmatch(word)}


def test_every_act_is_of_a_group_that_can_be_chosen() -> None:
    found = {act.partition(".")[0] for act in acts()} - EVENTS
    assert {"session", "connection", "template", "role", "audit"} <= found, "they are looked for"
    known = {one for group in GROUPS.values() for one in group}
    assert found <= known
    source = domain_source()
    assert [one for one in sorted(known) if f'"{one}.' not in source] == [], (
        "of which there are acts"
    )


def test_no_act_in_the_source_keeps_a_secret() -> None:
    named = [
        f"{file}: {key.value}"
        for file, call in writing_calls()
        for node in ast.walk(call)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and key.value in SECRET_NAMES
    ]
    assert named == []


@pytest.mark.parametrize(
    "facts",
    [
        {"token": "x"},
        {"account": {"Access key": "x"}},
        {"error": "Authorization: Bearer abc"},
        {"answers": ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl"]},
        {"connection": "endpoint=https://x/;accesskey=abc"},
    ],
)
def test_a_secret_does_not_come_on_the_record(facts: dict[str, object]) -> None:
    with pytest.raises(SecretOnRecord):
        refuse_secrets(facts)


def test_what_acts_say_passes() -> None:
    refuse_secrets({"permissions": ["Mail.Send"], "messages": 3, "seats": None, "room": "a@b.c"})
