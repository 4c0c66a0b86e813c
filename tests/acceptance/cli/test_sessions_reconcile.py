"""``classbell sessions reconcile``: what would be done is said, and the workers are asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from classbell import bootstrap
from classbell.cli.main import main
from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import Account, AuditEntry, CourseSession, Entry, WorkItem
from tests.fakes import FakeCalendar
from tests.support import (
    NOW,
    a_catalog,
    a_connected_account,
    a_person,
    a_session,
    an_enrolment,
    fake_ports,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ports() -> Iterator[Ports]:
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.fixture
def calendar(ports: Ports) -> FakeCalendar:
    assert isinstance(ports.calendar, FakeCalendar)
    return ports.calendar


@pytest.fixture
def account(ports: Ports) -> Account:
    return a_connected_account(ports, a_catalog())


def a_booked_session(ports: Ports, account: Account, code: str, days: int) -> CourseSession:
    session = a_session(code=code, starts_at=NOW + timedelta(days=days))
    reconcile(ports, mailbox_lane(account), str(session.pk))
    return session


def dry_run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, tuple[str, str]]:
    main(["sessions", "reconcile", *words, "--dry-run", "--json"])
    rows = json.loads(capsys.readouterr().out)
    return {row["code"]: (row["would"], row["parts"]) for row in rows}


def test_a_dry_run_says_what_differs_and_changes_nothing(
    ports: Ports, account: Account, calendar: FakeCalendar, capsys: pytest.CaptureFixture[str]
) -> None:
    a_booked_session(ports, account, "SAME", 3)
    renamed = a_booked_session(ports, account, "RENAMED", 4)
    enrolled = a_booked_session(ports, account, "ENROLLED", 5)
    deleted = a_booked_session(ports, account, "DELETED", 6)
    draft = a_booked_session(ports, account, "DRAFT", 7)
    a_session(code="NEW", starts_at=NOW + timedelta(days=8))
    CourseSession.objects.filter(pk=renamed.pk).update(title="Other")
    an_enrolment(enrolled, a_person())
    calendar.delete(Entry.objects.get(session=deleted).event_id)
    CourseSession.objects.filter(pk=draft.pk).update(published=False)
    before = list(calendar.events)
    assert dry_run(capsys, "--catalog", "academy") == {
        "SAME": ("nothing", ""),
        "RENAMED": ("change", "subject, text"),
        "ENROLLED": ("change", "attendees"),
        "DELETED": ("decide", "deleted"),
        "DRAFT": ("cancel", ""),
        "NEW": ("create", ""),
    }
    assert calendar.events == before
    assert not Entry.objects.get(session=deleted).edited
    assert WorkItem.objects.filter(kind="reconcile").count() == 0


def test_a_calendar_that_cannot_be_read_is_said(
    ports: Ports, account: Account, calendar: FakeCalendar, capsys: pytest.CaptureFixture[str]
) -> None:
    a_booked_session(ports, account, "ONE", 3)
    calendar.fail_always(VerdictKind.RETRY, on="get")
    assert main(["sessions", "reconcile", "--dry-run"]) == 1
    assert "unknown" in capsys.readouterr().out


def test_the_workers_are_asked_about_what_was_named(
    ports: Ports, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    one = a_booked_session(ports, account, "ONE", 3)
    a_booked_session(ports, account, "TWO", 4)
    a_booked_session(ports, account, "OVER", -3)
    assert main(["sessions", "reconcile", "--catalog", "academy", "--session", "ONE"]) == 0
    assert "look at now: 1" in capsys.readouterr().out
    assert WorkItem.objects.get(kind="reconcile").subject == str(one.pk)
    assert main(["sessions", "reconcile", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"catalog": "academy", "requested": 2}]
    assert WorkItem.objects.filter(kind="reconcile").count() == 2
    assert AuditEntry.objects.filter(action="sessions.reconcile_requested").count() == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--session", "ONE"], "--catalog"),
        (["--catalog", "academy", "--session", "NONE"], "session NONE"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(
    account: Account, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["sessions", "reconcile", *words]) != 0
    told = capsys.readouterr()
    assert said in told.out + told.err
