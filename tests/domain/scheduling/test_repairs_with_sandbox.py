"""An add-in that changes every event, over the wire: how many messages it makes us send."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.courses.outlook_decisions import put_back
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.repairs import MOST_REPAIRS
from classbell.storage.models import Entry
from tests.domain.scheduling.wired import SCOPES, Wire, a_room_session

pytestmark = pytest.mark.django_db

ZOE = "zoe.dubois@contoso.example"


def add_in(wire: Wire, entry: Entry) -> str:
    """Let the add-in write its title; return the one that the event had."""
    token = wire.sandbox.access_token(wire.account.address, *SCOPES)
    address = f"{wire.sandbox.graph_url}/v1.0/me/events/{entry.event_id}"
    with wire.sandbox.browser() as outlook:
        outlook.headers["Authorization"] = f"Bearer {token}"
        before = outlook.get(address).raise_for_status().json()["subject"]
        outlook.patch(address, json={"subject": "[Training] Lunch"}).raise_for_status()
    return str(before)


def test_an_add_in_is_repaired_a_few_times_and_then_mails_alone(wire: Wire) -> None:
    session = a_room_session(wire, 8)
    wire.run(session)
    wire.wait(timedelta(seconds=30))
    wire.run(session)
    before = wire.invitations(ZOE)
    for _ in range(MOST_REPAIRS):
        add_in(wire, Entry.objects.get())
        wire.run(session)
        wire.wait(timedelta(minutes=5))
    assert wire.invitations(ZOE) - before == 2 * MOST_REPAIRS
    for _ in range(3):
        add_in(wire, Entry.objects.get())
        wire.run(session)
        wire.wait(timedelta(minutes=5))
    assert wire.invitations(ZOE) - before <= 2 * MOST_REPAIRS + 3
    assert Entry.objects.get().edited["kind"] == "rewritten"
    put_back(wire.ports, session=session, actor=OPERATOR)
    wire.run(session)
    assert add_in(wire, Entry.objects.get()) == "Fire safety: Session 1"
