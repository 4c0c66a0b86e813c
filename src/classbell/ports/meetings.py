"""Options of the Teams meeting behind an entry: co-organisers, and who waits in the lobby."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from classbell.ports.mail import Mailbox


class Lobby(StrEnum):
    """Who waits outside a meeting until somebody lets them in."""

    NOBODY = "nobody"
    OUTSIDERS = "outsiders"
    """People of other organisations and those who are not signed in."""
    UNINVITED = "uninvited"
    EVERYBODY = "everybody"
    """All but the organiser and the co-organisers."""


class MeetingRole(StrEnum):
    """The part somebody plays in a meeting."""

    ATTENDEE = "attendee"
    PRESENTER = "presenter"
    PRODUCER = "producer"
    CO_ORGANISER = "co_organiser"


@dataclass(frozen=True, slots=True)
class MeetingPerson:
    """Somebody named in a meeting.

    Attributes:
        name: the name with which they sign in; their address where nothing better is known.
        object_id: their id in the organisation's directory; empty where it is not known.
    """

    name: str
    object_id: str = ""
    role: MeetingRole = MeetingRole.ATTENDEE


@dataclass(frozen=True, slots=True)
class MeetingOptions:
    """What a meeting shall be like.

    Attributes:
        lobby: None leaves it as the organisation has it.
        co_organisers: all there shall be, none included; None leaves them alone.
    """

    lobby: Lobby | None = None
    co_organisers: tuple[MeetingPerson, ...] | None = None


@dataclass(frozen=True, slots=True)
class OnlineMeeting:
    """A meeting as it is. ``lobby`` is None where it is set to something we do not offer."""

    meeting_id: str
    lobby: Lobby | None
    people: tuple[MeetingPerson, ...]

    @property
    def co_organisers(self) -> tuple[MeetingPerson, ...]:
        """Those who may do what the organiser may."""
        return tuple(one for one in self.people if one.role is MeetingRole.CO_ORGANISER)


class Meetings(Protocol):
    """The account's own Teams meetings. Every method raises ``ProviderFailure`` with a verdict."""

    def find(self, mailbox: Mailbox, join_url: str) -> OnlineMeeting:
        """Find a meeting by its join link; verdict ``NOT_FOUND`` where there is none."""
        ...

    def set_options(
        self, mailbox: Mailbox, meeting: OnlineMeeting, options: MeetingOptions
    ) -> OnlineMeeting:
        """Change what differs; nothing is sent without a difference. Others keep their parts."""
        ...
