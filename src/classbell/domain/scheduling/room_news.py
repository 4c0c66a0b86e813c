"""Tells admins that a room refused a session, once for each room and time it was asked for."""

from __future__ import annotations

from collections.abc import Mapping

from classbell.domain.notifications.notify import notify
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, AttendeeAnswer, DesiredEntry
from classbell.storage.queries.scheduling import admins_of

DECLINED = "room_declined"


def with_refusal(
    told: dict[str, object], wanted: DesiredEntry, room: AttendeeAnswer | None
) -> dict[str, object]:
    """Return the memory of what was told, with the room's refusal; without one that is over.

    A room that has not answered yet neither refuses nor takes a refusal back: the answer of a room
    is lost for a while whenever the event is written.

    Args:
        told: ``Entry.told``.
        wanted: for when the room is asked.
        room: its answer; None without a room.
    """
    if room is None or room.answer is Answer.ACCEPTED:
        return {name: value for name, value in told.items() if name != DECLINED}
    if room.answer is not Answer.DECLINED:
        return told
    times = (wanted.starts_at.isoformat(), wanted.ends_at.isoformat())
    return {**told, DECLINED: [room.address, *times]}


def tell_refusal(
    ports: Ports, found: Situation, before: Mapping[str, object], told: Mapping[str, object]
) -> None:
    """Tell the session's admins of a refusal that they do not know, in the caller's transaction.

    Args:
        ports: the outside world.
        found: the session.
        before: what was told before.
        told: what ``with_refusal`` returned.
    """
    refusal = told.get(DECLINED)
    if not isinstance(refusal, list) or refusal == before.get(DECLINED):
        return
    catalog = found.session.course.catalog
    notify(
        ports,
        kind=DECLINED,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=admins_of(found.session),
        context={"session": str(found.session.pk), "room": str(refusal[0])},
    )
