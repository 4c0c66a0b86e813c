"""Switching off what works is asked about, with what it would concern."""

from __future__ import annotations

import pytest

from classbell.storage.models import Connection, Entry, EntryState
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.test_connection_panel import ACTS, PAGE
from tests.support import NOW, a_session

pytestmark = pytest.mark.django_db


def test_switching_off_what_works_is_asked_about_first(
    owner: Visitor, connected: Connection
) -> None:
    account = connected.account
    assert account is not None
    session = a_session(connected.catalog, room_address="auditorium@contoso.example")
    Entry.objects.create(
        session=session,
        account=account,
        state=EntryState.CREATED,
        event_id="an event",
        room_answer="accepted",
        requested_at=NOW,
    )
    page = owner.post(f"{ACTS}/save", {})
    assert page.status == 422
    assert "Switch off?" in page.words
    assert "0 messages are waiting now" in page.words
    assert "1 session to come stays in the calendar (1 room booked)" in page.words
    assert Connection.objects.filter(enabled=True).exists()
    assert owner.post(f"{ACTS}/save", {"switch_off": "confirmed"}).location == PAGE
    assert not Connection.objects.filter(enabled=True).exists()
    assert "stays connected, but nothing is sent" in owner.get(PAGE).words
