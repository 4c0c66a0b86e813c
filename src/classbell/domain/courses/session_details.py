"""What an admin states about a session, checked and turned into what is stored."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from classbell.domain.courses.courses import checked_description, checked_title
from classbell.domain.courses.times import Moment, TimeDoesNotExist, moment_of, wall_time
from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.ports.errors import InvalidInput
from classbell.ports.meetings import Lobby
from classbell.storage.models import CourseSession

PLACE_LENGTH = 200
LINK_LENGTH = 1000

_MAY_BE_UNSAID = ("meeting_url", "co_organisers", "lobby")

_LINK = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?")


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """A session as an admin describes it.

    Attributes:
        title: what the session is called.
        starts, ends, enrolment_deadline: naive wall times in ``time_zone``.
        time_zone: IANA name.
        description: plain text.
        seats: most learners; None for no limit.
        room_address: mailbox address of a room, or empty.
        place: free text, or empty.
        teams_meeting: whether Microsoft Teams shall be used.
        published: False for a draft, which has no entry and tells nobody.
        meeting_url: link to a meeting of another provider, or empty; None leaves it as it is.
        co_organisers: whether instructors are co-organisers of the Teams meeting; None leaves it.
        lobby: a value of ``Lobby`` for who waits outside the Teams meeting, or empty for what the
            catalog has; None leaves it.
    """

    title: str
    starts: datetime
    ends: datetime
    time_zone: str
    description: str = ""
    seats: int | None = None
    enrolment_deadline: datetime | None = None
    room_address: str = ""
    place: str = ""
    teams_meeting: bool = False
    published: bool = True
    meeting_url: str | None = None
    co_organisers: bool | None = None
    lobby: str | None = None


@dataclass(frozen=True, slots=True)
class SessionValues:
    """The same as the columns of ``CourseSession`` hold it: moments in UTC.

    None in ``meeting_url``, ``co_organisers`` and ``lobby`` says nothing about them: a file that is
    imported has no such columns, and must not undo what an admin chose.
    """

    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    seats: int | None
    enrolment_deadline: datetime | None
    room_address: str
    place: str
    teams_meeting: bool
    published: bool = True
    meeting_url: str | None = None
    co_organisers: bool | None = None
    lobby: str | None = None

    def stated(self) -> dict[str, object]:
        """Return the columns that something is said about."""
        unsaid = {name for name in _MAY_BE_UNSAID if getattr(self, name) is None}
        return {name: value for name, value in asdict(self).items() if name not in unsaid}

    def differences(self, session: CourseSession) -> dict[str, object]:
        """Return the columns in which a stored session differs, with the new values."""
        return {
            name: value for name, value in self.stated().items() if getattr(session, name) != value
        }


def values_of(details: SessionDetails) -> tuple[SessionValues, tuple[str, ...]]:
    """Check what an admin stated.

    Returns:
        What to store, and notes about choices that were made, such as which of two occurrences of
        a wall time is meant.

    Raises:
        InvalidInput: something cannot be used; ``field`` names it.
    """
    starts = _moment(details.starts, details.time_zone, "starts")
    ends = _moment(details.ends, details.time_zone, "ends")
    deadline = None
    if details.enrolment_deadline is not None:
        deadline = _moment(details.enrolment_deadline, details.time_zone, "enrolment_deadline")
    if ends.utc <= starts.utc:
        raise InvalidInput("The session ends before it starts.", field="ends")
    if deadline is not None and deadline.utc > ends.utc:
        raise InvalidInput(
            "The enrolment deadline lies after the end of the session.", field="enrolment_deadline"
        )
    if details.seats is not None and details.seats < 1:
        raise InvalidInput("A session needs at least one seat.", field="seats")
    values = SessionValues(
        title=checked_title(details.title),
        description=checked_description(details.description.strip()),
        starts_at=starts.utc,
        ends_at=ends.utc,
        time_zone=details.time_zone,
        seats=details.seats,
        enrolment_deadline=deadline.utc if deadline else None,
        room_address=_room(details.room_address),
        place=_place(details),
        teams_meeting=details.teams_meeting,
        published=details.published,
        meeting_url=_meeting_url(details),
        co_organisers=details.co_organisers,
        lobby=_lobby(details.lobby),
    )
    moments = (starts, ends, deadline)
    return values, tuple(moment.note for moment in moments if moment and moment.note)


def details_of(session: CourseSession) -> SessionDetails:
    """Return a stored session as an admin would describe it: in wall times of its own zone."""
    zone = session.time_zone
    deadline = session.enrolment_deadline
    return SessionDetails(
        title=session.title,
        starts=wall_time(session.starts_at, zone),
        ends=wall_time(session.ends_at, zone),
        time_zone=zone,
        description=session.description,
        seats=session.seats,
        enrolment_deadline=wall_time(deadline, zone) if deadline else None,
        room_address=session.room_address,
        place=session.place,
        teams_meeting=session.teams_meeting,
        published=session.published,
        meeting_url=session.meeting_url,
        co_organisers=session.co_organisers,
        lobby=session.lobby,
    )


def _lobby(lobby: str | None) -> str | None:
    """Check who shall wait outside the meeting.

    Raises:
        InvalidInput: there is no such lobby.
    """
    if lobby and lobby not in set(Lobby):
        raise InvalidInput(
            f"There is no lobby «{lobby[:40]}».",
            field="lobby",
            remedy=f"Use one of: {', '.join(Lobby)}, or nothing for what the catalog has.",
        )
    return lobby


def _place(details: SessionDetails) -> str:
    """Return the place in words; a room of the directory leaves no need for one.

    Raises:
        InvalidInput: it is too long, or there is a room as well.
    """
    place = details.place.strip()
    if len(place) > PLACE_LENGTH:
        raise InvalidInput(
            f"The place has {len(place)} characters.",
            field="place",
            remedy=f"Shorten it to {PLACE_LENGTH} characters or fewer.",
        )
    if place and details.room_address.strip():
        raise InvalidInput(
            "A session has a room or a place in words, not both.",
            field="place",
            remedy="Leave one of the two empty.",
        )
    return place


def _meeting_url(details: SessionDetails) -> str | None:
    """Check a pasted link: people will press it, so it is an encrypted one and nothing else.

    Raises:
        InvalidInput: it is no such link, or a Teams meeting is to be made as well.
    """
    if details.meeting_url is None or not details.meeting_url.strip():
        return details.meeting_url and ""
    link = details.meeting_url.strip()
    if details.teams_meeting:
        raise InvalidInput(
            "A session has a Teams meeting of its own or a pasted link, not both.",
            field="meeting_url",
            remedy="Switch the Teams meeting off, or remove the link.",
        )
    # No names in front of the host: «https://teams.example@elsewhere/» leads elsewhere.
    if len(link) > LINK_LENGTH or not _LINK.fullmatch(link):
        raise InvalidInput(
            "The meeting link cannot be used.",
            field="meeting_url",
            remedy=f"Paste a link that begins with https:// (at most {LINK_LENGTH} characters).",
        )
    return link


def _moment(wall: datetime, zone: str, field: str) -> Moment:
    """Understand one wall time, and name its field where it cannot be understood."""
    try:
        return moment_of(wall, zone)
    except TimeDoesNotExist as error:
        error.field = field
        raise


def _room(address: str) -> str:
    """Return a room's address in the form in which rooms are stored, or the empty one."""
    if not address.strip():
        return ""
    try:
        return address_key(checked_address(address))
    except InvalidInput as error:
        error.field = "room_address"
        raise
