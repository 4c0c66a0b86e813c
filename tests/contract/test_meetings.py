"""Options of Teams meetings: the fake and Graph keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from classbell.microsoft.graph import GraphCalendar, GraphClient, GraphMeetings
from classbell.network.clock import HttpClock
from classbell.ports.calendar import DesiredEntry
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.meetings import (
    Lobby,
    MeetingOptions,
    MeetingPerson,
    MeetingRole,
    Meetings,
    OnlineMeeting,
)
from m365sandbox.testing import Sandbox
from tests.contract.conftest import ALL_SCOPES, SERVICE_ACCOUNT
from tests.fakes import FakeMeetings

ZOE = MeetingPerson("zoe.dubois@contoso.example")
RAFAEL = MeetingPerson("rafael.garcia@contoso.example")
NOWHERE = "https://teams.microsoft.com/l/nowhere"


@dataclass
class Side:
    """One side of the contract; ``new_link`` makes a meeting."""

    meetings: Meetings
    mailbox: Mailbox
    new_link: Callable[[], str]


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.getfixturevalue(f"{request.param}_side")
    return made


@pytest.fixture
def fake_side() -> Side:
    return Side(
        FakeMeetings(),
        Mailbox("/me", "token"),
        lambda: f"https://teams.microsoft.com/l/meetup-join/{uuid4()}",
    )


@pytest.fixture
def sandbox_side(sandbox: Sandbox, graph: GraphClient, sandbox_clock: HttpClock) -> Side:
    scopes = ALL_SCOPES | {"OnlineMeetings.ReadWrite"}
    token = sandbox.access_token(SERVICE_ACCOUNT, *sorted(scopes))
    mailbox = Mailbox("/me", token, scopes)

    def new_link() -> str:
        start = sandbox_clock.now() + timedelta(days=200)
        reference = str(uuid4())
        entry = DesiredEntry(
            session_ref=reference,
            transaction_id=reference,
            subject="Fire safety",
            html="<p>Bring your badge.</p>",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            time_zone="Europe/Copenhagen",
            place="",
            attendees=(),
            online=True,
        )
        return GraphCalendar(graph).create(mailbox, entry).join_url

    return Side(GraphMeetings(graph), mailbox, new_link)


def co_organisers(meeting: OnlineMeeting) -> set[str]:
    return {one.name for one in meeting.co_organisers}


def test_options_are_kept_by_the_meeting(side: Side) -> None:
    link = side.new_link()
    found = side.meetings.find(side.mailbox, link)
    assert co_organisers(found) == set()
    options = MeetingOptions(Lobby.EVERYBODY, (ZOE,))
    side.meetings.set_options(side.mailbox, found, options)
    after = side.meetings.find(side.mailbox, link)
    assert (after.meeting_id, after.lobby) == (found.meeting_id, Lobby.EVERYBODY)
    assert co_organisers(after) == {ZOE.name}


@pytest.mark.parametrize("lobby", list(Lobby))
def test_every_lobby_can_be_set(side: Side, lobby: Lobby) -> None:
    found = side.meetings.find(side.mailbox, side.new_link())
    changed = side.meetings.set_options(side.mailbox, found, MeetingOptions(lobby))
    assert changed.lobby is lobby


def test_what_is_not_named_stays_as_it_was(side: Side) -> None:
    link = side.new_link()
    found = side.meetings.find(side.mailbox, link)
    both = side.meetings.set_options(side.mailbox, found, MeetingOptions(Lobby.NOBODY, (ZOE,)))
    other = side.meetings.set_options(side.mailbox, both, MeetingOptions(Lobby.UNINVITED))
    assert co_organisers(other) == {ZOE.name}
    side.meetings.set_options(side.mailbox, other, MeetingOptions(None, (ZOE, RAFAEL)))
    after = side.meetings.find(side.mailbox, link)
    assert (after.lobby, co_organisers(after)) == (Lobby.UNINVITED, {ZOE.name, RAFAEL.name})


def test_a_former_co_organiser_stays_as_an_attendee(side: Side) -> None:
    found = side.meetings.find(side.mailbox, side.new_link())
    both = side.meetings.set_options(side.mailbox, found, MeetingOptions(None, (ZOE, RAFAEL)))
    one = side.meetings.set_options(side.mailbox, both, MeetingOptions(None, (ZOE,)))
    assert {person.name: person.role for person in one.people} == {
        ZOE.name: MeetingRole.CO_ORGANISER,
        RAFAEL.name: MeetingRole.ATTENDEE,
    }


def test_a_link_without_a_meeting_is_not_found(side: Side) -> None:
    with pytest.raises(ProviderFailure) as caught:
        side.meetings.find(side.mailbox, NOWHERE)
    assert caught.value.verdict.kind is VerdictKind.NOT_FOUND
