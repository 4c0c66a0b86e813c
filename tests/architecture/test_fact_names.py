"""What is kept before and after an act is called by words that people read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields

from classbell.delivery.pace import Pace
from classbell.domain.connections.capability import Capability
from classbell.domain.connections.disconnect import DisconnectPlan
from classbell.domain.courses.enrolment_rules import EnrolmentRules
from classbell.domain.courses.session_details import SessionValues
from classbell.domain.notifications.layout.choose import LookChoice
from classbell.domain.organisations.preferences import CHOSEN
from classbell.domain.scheduling.choose import CalendarChoice
from classbell.web.admin_center.fact_names import NAMES
from tests.architecture.sources import ROOT

WRITERS = {"record", "_record", "record_people", "tell", "_tell", "note", "_note"}
FACTS = {"facts", "_facts", "provider_facts", "_filters", "_group_of", "_logo", "_set"}
NO_FACTS = {
    *("actor", "organisation_id", "catalog", "catalog_id", "action", "before", "after", "of"),
    *("subject", "size", "recipients", "account_id", "person_id"),
    *("ended", "room"),
}
"""Words of the writers' own, and what two of them tell a mail alone."""

WHOLE = (Pace, DisconnectPlan, EnrolmentRules, SessionValues, LookChoice, CalendarChoice)
"""What is kept field by field."""


def called(call: ast.Call) -> str:
    """Return the name of what is called."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def keys(tree: ast.AST) -> Iterator[str]:
    """Yield the keys of all dictionaries that are written down in a piece of source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value


def facts() -> set[str]:
    """Return the names of all facts that the domain writes down."""
    found = {one.name for kind in WHOLE for one in fields(kind)} | {*Capability} | {*CHOSEN}
    for path in (ROOT / "src/classbell/domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in WRITERS:
                found.update(keys(node))
                found.update(one.arg for one in node.keywords if one.arg)
            elif isinstance(node, ast.FunctionDef) and node.name in FACTS:
                found.update(keys(node))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if {getattr(one, "id", "") for one in targets} & {"facts", "asked", "chosen"}:
                    found.update(keys(node))
    return {str(one) for one in found} - NO_FACTS


def test_every_fact_has_a_name_that_people_read() -> None:
    found = facts()
    assert {"starts_at", "permissions", "booked_rooms", "host"} <= found, "they are looked for"
    assert sorted(found - NAMES.keys()) == [], "name them in fact_names.py"
