"""One mailbox, first by a sign-in, then by the application itself, and back: its sessions stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from classbell.domain.connections.application_only import connect_application_only
from classbell.domain.connections.change import change_plan
from classbell.domain.connections.connect import begin_connect, finish_connect
from classbell.domain.connections.sealing import account_place, open_tokens
from classbell.domain.organisations.organisations import permit_application_accounts
from classbell.domain.scheduling.request import request_entry
from classbell.storage.models import (
    Account,
    AccountChange,
    AccountKind,
    CourseSession,
    Entry,
    PendingConnection,
    RetiredEvent,
)
from m365sandbox.testing import Sandbox
from tests.contract.callbacks import parameters_of
from tests.domain.people import Cast, a_cast
from tests.domain.scheduling.wire import ACCOUNT, Wire, wired
from tests.opening import OUTSIDE, open_mailbox, saved_by_owner
from tests.support import a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

BROWSER = "the-browser"
LEARNER = "kirstine.skovgaard@contoso.example"


@pytest.fixture
def wire(db: None, sandbox: Sandbox) -> Iterator[Wire]:
    with wired(sandbox) as made:
        yield made


@pytest.fixture
def cast(wire: Wire) -> Cast:
    made = a_cast(wire.ports)
    permit_application_accounts(wire.ports, made.catalog.organisation, allowed=True)
    return made


@pytest.fixture
def session(wire: Wire, cast: Cast) -> CourseSession:
    """A session with a room, a Teams meeting and a learner, settled in the calendar."""
    start = wire.clock.now().astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    made = a_session(
        cast.catalog,
        starts_at=start + timedelta(days=8),
        room_address="harbour@contoso.example",
        teams_meeting=True,
    )
    an_enrolment(made, a_person("Kirstine Skovgaard"))
    request_entry(wire.ports, made)
    settle(wire)
    return made


def settle(wire: Wire) -> None:
    wire.work()
    wire.rest()


def save(wire: Wire, cast: Cast, pending: PendingConnection) -> Account:
    """Save what waits, as what concerns no other account."""
    assert change_plan(wire.ports, cast.catalog, pending) is None
    saved = saved_by_owner(wire.ports, cast, BROWSER)
    assert saved.pk == wire.account.pk
    return saved


def by_itself(wire: Wire, cast: Cast) -> Account:
    """Set the same mailbox up as an application-only account and save."""
    open_mailbox(wire.sandbox, ACCOUNT)
    pending = connect_application_only(
        wire.ports,
        catalog=cast.catalog,
        person=cast.owner,
        browser_key=BROWSER,
        address=ACCOUNT,
        outside_address=OUTSIDE,
    )
    return save(wire, cast, pending)


def by_sign_in(wire: Wire, cast: Cast) -> Account:
    """Sign in with the mailbox's account and save."""
    url = begin_connect(wire.ports, catalog=cast.catalog, person=cast.owner, browser_key=BROWSER)
    answer = parameters_of(wire.sandbox.sign_in_by_http(url, ACCOUNT))
    pending = finish_connect(wire.ports, person=cast.owner, browser_key=BROWSER, answer=answer)
    return save(wire, cast, pending)


def stays(wire: Wire, session: CourseSession, before: Entry, told: int) -> None:
    """Compare the entry with what it was, and with what the calendar has."""
    settle(wire)
    entry = Entry.objects.get(session=session)
    assert (entry.event_id, entry.join_url) == (before.event_id, before.join_url)
    assert (entry.account_id, entry.room_answer, entry.problem) == (
        before.account_id,
        "accepted",
        "",
    )
    assert wire.received(LEARNER) == told, "nobody is invited anew"
    assert not RetiredEvent.objects.exists()
    assert not AccountChange.objects.exists()


def test_entries_and_links_stay_and_the_former_sign_in_is_forgotten(
    wire: Wire, cast: Cast, session: CourseSession
) -> None:
    before, told = Entry.objects.get(session=session), wire.received(LEARNER)
    assert before.join_url.startswith("https://teams.microsoft.com/")
    assert told

    account = by_itself(wire, cast)

    assert account.kind == AccountKind.APPLICATION
    kept = open_tokens(wire.ports, account.sealed_tokens, place=account_place(account.pk))
    assert kept.refresh_token == ""
    stays(wire, session, before, told)

    assert by_sign_in(wire, cast).kind == AccountKind.DELEGATED
    stays(wire, session, before, told)


def test_what_is_changed_in_outlook_afterwards_is_noticed(
    wire: Wire, cast: Cast, session: CourseSession
) -> None:
    by_itself(wire, cast)
    settle(wire)
    entry = Entry.objects.get(session=session)

    later = session.starts_at + timedelta(hours=2)
    assert wire.edit(entry, starts_at=later, ends_at=later + timedelta(hours=1))
    wire.rest()

    entry.refresh_from_db()
    assert entry.edited, "the calendar is read by the new path"
