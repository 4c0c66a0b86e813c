"""What a session is to be in the organisation's calendar: a pure function of the session."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from classbell.domain.scheduling.desired import SessionPicture, desired_entry
from classbell.ports.calendar import Attendee, DesiredEntry
from classbell.ports.mail import Address
from classbell.storage.models import SharedWay


def shared_entry(
    picture: SessionPicture, *, generation: int, way: SharedWay, address: str
) -> DesiredEntry:
    """Return the entry that shows a session to the whole organisation.

    It names course, time, place and instructors, and no learner. It has no Teams meeting and no
    link, for it is there to find a session, and who enrols gets an invitation of their own.

    Args:
        picture: the session.
        generation: which event it is; part of the transaction id.
        way: ``INVITE`` invites the address and nobody else; ``WRITE`` invites nobody.
        address: the organisation's calendar.
    """
    anonymous = replace(
        picture,
        learners=(),
        teams_meeting=False,
        meeting_url="",
        join_url="",
        room_address="",
        place=picture.shown_place,
    )
    ours = desired_entry(anonymous, generation)
    invited = (Attendee(Address(address)),) if way == SharedWay.INVITE else ()
    return replace(
        ours,
        session_ref=shared_ref(picture.session_id),
        transaction_id=f"classbell-shared-{picture.session_id}-{generation}",
        attendees=invited,
    )


def shared_ref(session_id: UUID) -> str:
    """Return the id by which such an event is found again; the session's own entry has another."""
    return f"shared:{session_id}"
