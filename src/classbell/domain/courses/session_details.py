"""What an admin states about a session, checked and turned into what is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from classbell.domain.courses.courses import checked_title
from classbell.domain.courses.times import Moment, TimeDoesNotExist, moment_of
from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession

PLACE_LENGTH = 200


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


@dataclass(frozen=True, slots=True)
class SessionValues:
    """The same as the columns of ``CourseSession`` hold it: moments in UTC."""

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

    def differences(self, session: CourseSession) -> dict[str, object]:
        """Return the columns in which a stored session differs, with the new values."""
        return {
            name: value for name, value in asdict(self).items() if getattr(session, name) != value
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
    place = details.place.strip()
    if len(place) > PLACE_LENGTH:
        raise InvalidInput(
            f"The place has {len(place)} characters.",
            field="place",
            remedy=f"Shorten it to {PLACE_LENGTH} characters or fewer.",
        )
    values = SessionValues(
        title=checked_title(details.title),
        description=details.description.strip(),
        starts_at=starts.utc,
        ends_at=ends.utc,
        time_zone=details.time_zone,
        seats=details.seats,
        enrolment_deadline=deadline.utc if deadline else None,
        room_address=_room(details.room_address),
        place=place,
        teams_meeting=details.teams_meeting,
        published=details.published,
    )
    moments = (starts, ends, deadline)
    return values, tuple(moment.note for moment in moments if moment and moment.note)


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
