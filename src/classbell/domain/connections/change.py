"""The plan of a change of account: what belongs to the former one and would have to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from classbell.domain.scheduling.rooms import answer_of_room
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer
from classbell.storage.models import Account, Catalog, Entry, PendingConnection
from classbell.storage.queries.connections import (
    catalogs_served,
    connection_of,
    people_invited,
    upcoming_entries,
    waiting_messages,
)

LISTED = 50
"""Sessions that the plan names; it counts all of them."""


@dataclass(frozen=True, slots=True)
class MovingSession:
    """A session to come whose calendar entry is the former account's.

    ``starts_at`` is UTC, ``time_zone`` IANA's; ``people`` counts its learners and instructors.
    """

    session_id: UUID
    code: str
    title: str
    starts_at: datetime
    time_zone: str
    room: str
    room_accepted: bool
    teams: bool
    people: int


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What a change of account concerns in one catalog.

    Attributes:
        from_address, to_address: the account used now, or last before it was disconnected, and the
            one that would take its place.
        sessions: sessions to come with an entry in the former calendar, in the order of time; the
            first ``LISTED`` of them.
        session_count: how many there are.
        booked_rooms: how many of them have a room that accepted.
        teams_meetings: how many have a Teams meeting, whose organiser stays the former account.
        invited_people: invitations that people hold from the former account, counted by session.
        held_messages: mail that will wait for an admin's decision.
        other_catalogs: titles of catalogs that go on using the former account.
    """

    from_address: str
    to_address: str
    sessions: tuple[MovingSession, ...] = ()
    session_count: int = 0
    booked_rooms: int = 0
    teams_meetings: int = 0
    invited_people: int = 0
    held_messages: int = 0
    other_catalogs: tuple[str, ...] = ()


def change_plan(
    ports: Ports, catalog: Catalog, to: PendingConnection | Account
) -> ChangePlan | None:
    """Return what would have to move if Save made ``to`` the catalog's account.

    Reads only. Nothing in Microsoft's calendars is moved by Save itself: entries stay with the
    former account until they are moved.

    Returns:
        None where no other account is or was used, so that nothing changes hands.
    """
    connection = connection_of(catalog)
    former = connection.account or connection.former_account
    if former is None or former.object_id == to.object_id:
        return None
    entries = upcoming_entries(catalog, former, ports.clock.now())
    rows = entries.select_related("session__course").order_by("session__starts_at", "pk")
    invited = people_invited([entry.session_id for entry in rows])
    moving = [_moving(entry, invited.get(entry.session_id, 0)) for entry in rows]
    others = catalogs_served(former).exclude(pk=catalog.pk)
    return ChangePlan(
        from_address=former.address,
        to_address=to.address,
        sessions=tuple(moving[:LISTED]),
        session_count=len(moving),
        booked_rooms=sum(one.room_accepted for one in moving),
        teams_meetings=sum(one.teams for one in moving),
        invited_people=sum(one.people for one in moving),
        held_messages=waiting_messages(catalog).count(),
        other_catalogs=tuple(others.values_list("title", flat=True)),
    )


def _moving(entry: Entry, people: int) -> MovingSession:
    """Describe one entry."""
    session = entry.session
    return MovingSession(
        session_id=session.pk,
        code=session.code,
        title=f"{session.course.title}: {session.title}",
        starts_at=session.starts_at,
        time_zone=session.time_zone,
        room=session.room_address or session.place,
        room_accepted=answer_of_room(session) is Answer.ACCEPTED,
        teams=bool(entry.join_url),
        people=people,
    )
