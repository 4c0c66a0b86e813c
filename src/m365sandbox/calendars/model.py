"""The records of calendars: events, their attendees, and the Teams meeting of an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import uuid4

from m365sandbox.calendars.recurrence import Recurrence
from m365sandbox.mailboxes.model import Address, Attachment

AttendeeType = Literal["required", "optional", "resource"]
Response = Literal[
    "none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"
]
Answer = Literal["accepted", "tentativelyAccepted", "declined"]
JsonObject = dict[str, object]


@dataclass
class Attendee:
    """One invited person or room and the answer given so far."""

    address: str
    name: str
    kind: AttendeeType = "required"
    response: Response = "none"
    responded: datetime | None = None
    # The time this attendee would rather have, as its beginning and its end.
    proposed: tuple[datetime, datetime] | None = None

    @property
    def key(self) -> str:
        """Return the address in the form that is compared."""
        return self.address.lower()


@dataclass(frozen=True)
class TeamsMeeting:
    """The Teams meeting behind an event; its link is shown from `ready` on."""

    join_url: str
    conference_id: str
    block: str
    ready: datetime | None = None


@dataclass
class Event:
    """One event in one calendar.

    An attendee's copy is an event of its own with the same `uid`. `version` changes with every
    change and makes the etag; `sequence` grows with what attendees must be told again.
    All-day events carry their dates as midnight UTC.
    """

    owner: str
    organizer: Address
    start: datetime
    end: datetime
    created: datetime
    modified: datetime
    start_zone: str = "UTC"
    end_zone: str = "UTC"
    subject: str = ""
    body: str = ""
    is_all_day: bool = False
    locations: list[JsonObject] = field(default_factory=list)
    attendees: list[Attendee] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    extended: dict[str, str] = field(default_factory=dict)
    is_organizer: bool = True
    hide_attendees: bool = False
    response_requested: bool = True
    allow_new_time_proposals: bool = True
    is_online_meeting: bool = False
    meeting: TeamsMeeting | None = None
    is_reminder_on: bool = True
    reminder_minutes: int = 15
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    transaction_id: str | None = None
    is_draft: bool = False
    recurrence: Recurrence | None = None
    # On a room's booking: the days of the series on which the room was taken already.
    skipped_days: list[date] = field(default_factory=list)
    # On an occurrence: the key of its series.
    series_key: str | None = None
    is_cancelled: bool = False
    response: Response = "organizer"
    responded: datetime | None = None
    version: int = 1
    sequence: int = 0
    uid: str = field(
        default_factory=lambda: f"040000008200E00074C5B7101A82E008{uuid4().hex.upper()}"
    )
    key: str = field(default_factory=lambda: uuid4().hex)

    def attendee(self, address: str) -> Attendee | None:
        """Return the attendee with an address, or None."""
        wanted = address.lower()
        return next((one for one in self.attendees if one.key == wanted), None)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Say whether the event takes any time between two moments.

        An event without length counts where it begins.
        """
        return self.start < end and (self.end > start or self.start == self.end >= start)
