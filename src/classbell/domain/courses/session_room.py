"""Moving a session to another room: the former is released and the new one requested."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.courses.session_news import tell_room_moved
from classbell.domain.courses.session_rows import emit_session, lock_session, revise
from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.scheduling.request import request_entry
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, CourseSession
from classbell.storage.queries.rooms import offered_rooms
from classbell.storage.queries.scheduling import room_called


def move_session_room(
    ports: Ports, *, session: CourseSession, address: str, actor: Actor
) -> CourseSession:
    """Let a session take place in another room, or in none; one change of its entry does both.

    Where the organisation's rooms are listed, only one that the catalog offers is taken; where
    they are not, the address is taken as it is typed, and the room's answer will tell.

    Args:
        ports: the outside world.
        session: which one.
        address: mailbox of the room; empty for no room.
        actor: who moves it.

    Returns:
        The session as it is stored now. Moving it to where it is changes nothing.

    Raises:
        InvalidInput: the address is none, names no room offered here, or the session was cancelled
            or is over.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    catalog = session.course.catalog
    require_actor_administers_course(actor, session.course)
    wanted = _checked(catalog, address)
    with transaction.atomic():
        locked = lock_session(session.pk)
        _refuse_closed(ports, locked)
        before = locked.room_address
        if before == wanted:
            return locked
        # A free text that named the former place would now mislead; without a room it stays.
        before_place = locked.place
        place = "" if wanted else before_place
        revise(ports, locked, {"room_address": wanted, "place": place})
        request_entry(ports, locked)
        _tell(ports, locked, actor, before={"room_address": before, "place": before_place})
        tell_room_moved(ports, locked, before, actor)
    return locked


def _checked(catalog: Catalog, address: str) -> str:
    """Return the room's address as rooms are stored, empty for none."""
    if not address.strip():
        return ""
    try:
        key = address_key(checked_address(address))
    except InvalidInput as error:
        error.field = "room_address"
        raise
    rooms = offered_rooms(catalog)
    if rooms.filter(address=key).exists() or not rooms.exists():
        return key
    if room_called(catalog.organisation_id, key) is not None:
        raise InvalidInput(
            f"«{key}» is hidden from this catalog.",
            field="room_address",
            remedy="Choose another room, or show this one again on the page Rooms.",
        )
    raise InvalidInput(
        f"Microsoft 365 lists no room «{key}» in your organisation.",
        field="room_address",
        remedy="Choose one of the list. A room made within the last 24 hours may not be listed "
        "yet; «Refresh» on the page Rooms asks again.",
    )


def _refuse_closed(ports: Ports, session: CourseSession) -> None:
    """Refuse a session that cannot be changed any more."""
    if session.cancelled_at is not None:
        raise InvalidInput("The session was cancelled and cannot be changed any more.")
    if session.ends_at <= ports.clock.now():
        raise InvalidInput("The session is over; its room cannot be changed any more.")


def _tell(ports: Ports, session: CourseSession, actor: Actor, before: dict[str, str]) -> None:
    """Write the audit row and tell integrators."""
    catalog = session.course.catalog
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="session.changed",
        subject=f"session:{session.code}",
        before=before,
        after={"room_address": session.room_address, "place": session.place},
    )
    emit_session(ports, session, "session.changed")
