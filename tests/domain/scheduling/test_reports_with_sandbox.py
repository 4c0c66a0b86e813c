"""What happens in Outlook comes to the web door by itself, over the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from classbell import bootstrap
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.request import RECONCILE, WATCH
from classbell.domain.scheduling.watch import watch_calendar
from classbell.storage.models import AccountKind, CalendarWatch, Entry, WorkItem
from m365sandbox.testing import Sandbox
from tests.domain.scheduling.wire import Wire, wired
from tests.sandbox.graph.listener import Listener
from tests.support import a_session

pytestmark = pytest.mark.django_db


def read(wire: Wire) -> None:
    """Read the calendar once, as the lane does."""
    watch_calendar(wire.ports, timedelta(minutes=5), wire.lane, str(wire.account.pk))


def brought(body: bytes) -> int:
    """Bring what the sandbox sent to the web door, and return what it answers."""
    door = Client(enforce_csrf_checks=True)
    return door.post("/reports/calendar", body, content_type="application/json").status_code


def test_a_change_in_outlook_is_looked_at_before_the_next_reading(sandbox: Sandbox) -> None:
    with Listener() as microsoft_calls, wired(sandbox, kind=AccountKind.DELEGATED) as wire:
        here = urlsplit(microsoft_calls.url)
        wire.ports = replace(wire.ports, public_url=f"{here.scheme}://{here.netloc}")
        start = wire.clock.now() + timedelta(days=8)
        session = a_session(starts_at=start, time_zone="UTC", seats=None)
        reconcile(wire.ports, wire.lane, str(session.pk))
        read(wire)
        watch = CalendarWatch.objects.get()
        assert watch.subscription_id
        assert len(microsoft_calls.tokens) == 2, "both addresses were asked first"
        WorkItem.objects.all().delete()

        entry = Entry.objects.get()
        assert wire.edit(entry, subject="Lunch instead")
        microsoft_calls.wait_for(1)
        with bootstrap.use(wire.ports):
            forged = microsoft_calls.bodies[0].replace(watch.subscription_id.encode(), b"another")
            assert brought(forged) == 202
            assert not WorkItem.objects.exists()
            assert brought(microsoft_calls.bodies[0]) == 202
        rung = WorkItem.objects.get(kind=WATCH)
        assert rung.due_at - wire.clock.now() <= timedelta(seconds=10)
        read(wire)
        assert WorkItem.objects.filter(kind=RECONCILE, subject=str(session.pk)).exists()
