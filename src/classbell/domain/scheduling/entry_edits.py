"""Writes down what was done to an event in Outlook, and what we are about to do ourselves."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.scheduling.applied import Applied
from classbell.domain.scheduling.entry_writes import tell, write_if_same
from classbell.domain.scheduling.outlook_edits import EditKind, OutlookEdit, outlook_edit
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import EntrySnapshot
from classbell.storage.models import Entry


def settle_edited(
    ports: Ports,
    found: Situation,
    entry: Entry,
    edit: OutlookEdit,
    current: EntrySnapshot | None,
) -> bool:
    """Write down what somebody did in Outlook, so that an admin decides; tell it once.

    Returns:
        Whether the row was still the one that the work began with.
    """
    before = outlook_edit(entry.edited)
    is_news = before is None or before.mark != edit.mark
    key = found.session.room_address.casefold()
    answers = current.answers if current else ()
    room = next((a for a in answers if key and a.address.casefold() == key), None)
    changes: dict[str, object] = {
        "join_url": current.join_url if current else "",
        "room_answer": room.answer.value if room else "",
        "room_answered_at": room.answered_at if room else None,
        "answers": {a.address.casefold(): a.answer.value for a in answers},
        "problem_code": edit.problem.code,
        "problem": edit.problem.text,
        "read_at": found.now,
    }
    if current is not None:
        changes["etag"] = current.etag
    if is_news:
        changes["edited"] = edit.stored()
    with transaction.atomic():
        if not write_if_same(entry, changes):
            return False
        if is_news:
            word = "missing" if edit.kind is EditKind.DELETED else "moved"
            tell(ports, found, f"session.entry_{word}")
    return True


def begin_cancelling(entry: Entry) -> None:
    """Remember that we are about to take the event back.

    If that is all we get to write, and the session is published again, the missing event is our
    own doing and nobody's decision in Outlook.
    """
    applied = Applied.read(entry.applied)
    write_if_same(entry, {"applied": Applied(applied.wish, {}, applied.repairs).stored()})
