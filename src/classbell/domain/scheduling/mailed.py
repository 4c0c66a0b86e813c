"""Invitations by mail, where the calendar entry cannot carry them, and all that follows on them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from classbell.domain.notifications.notify import notify
from classbell.domain.scheduling.desired import Participant, SessionPicture
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.storage.models import Entry

INVITED = "session_invitation"
CHANGED = "session_changed"
CANCELLED = "session_cancelled"
UNENROLLED = "session_unenrolled"


def invite_by_mail(
    ports: Ports,
    found: Situation,
    entry: Entry,
    picture: SessionPicture,
    people: Sequence[Participant],
) -> int:
    """Mail what is new about the session to those whom no entry tells.

    Newcomers are invited; those who were told another time, place or link are told of the change;
    those who no longer take part are told that. Somebody whom the entry invites from now on is not
    mailed about it. What was told is kept with the entry in the transaction of the notifications,
    so that nobody is told twice.

    Args:
        ports: the outside world.
        found: the session.
        entry: its row.
        picture: what it is like now.
        people: all who are invited by mail, not by the entry.

    Returns:
        How many are told something now.
    """
    told = fingerprint(picture)
    with transaction.atomic():
        locked = Entry.objects.select_for_update().get(pk=entry.pk)
        before: dict[str, str] = locked.mailed
        after = {str(person.person_id): told for person in people}
        if after == before:
            return 0
        staying = {str(person.person_id) for person in picture.everybody}
        news = {
            INVITED: [one for one in after if one not in before],
            CHANGED: [one for one in after if before.get(one, told) != told],
            UNENROLLED: [one for one in before if one not in after and one not in staying],
        }
        if news[CHANGED] or news[UNENROLLED]:
            locked.mail_sequence += 1
        locked.mailed = after
        locked.save(update_fields=["mailed", "mail_sequence"])
        for kind, audience in news.items():
            _tell(ports, found, kind, audience, locked.mail_sequence)
    entry.mailed, entry.mail_sequence = locked.mailed, locked.mail_sequence
    return sum(map(len, news.values()))


def cancel_by_mail(ports: Ports, found: Situation, entry: Entry) -> int:
    """Tell those who were invited by mail that the session does not take place; once.

    Returns:
        How many are told.
    """
    with transaction.atomic():
        locked = Entry.objects.select_for_update().get(pk=entry.pk)
        audience = list(locked.mailed)
        if not audience:
            return 0
        locked.mail_sequence += 1
        locked.mailed = {}
        locked.save(update_fields=["mailed", "mail_sequence"])
        _tell(ports, found, CANCELLED, audience, locked.mail_sequence)
    entry.mailed, entry.mail_sequence = {}, locked.mail_sequence
    return len(audience)


def fingerprint(picture: SessionPicture) -> str:
    """Return a short text that changes when people have to be told anew.

    That is with title, time, place or link.
    """
    parts = [
        picture.course_title,
        picture.title,
        picture.starts_at.isoformat(),
        picture.ends_at.isoformat(),
        picture.shown_place,
        "" if picture.room_withheld else picture.room_address,
        *(link for link in (picture.meeting_url, picture.join_url) if link),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _tell(
    ports: Ports, found: Situation, kind: str, audience: Sequence[str], sequence: int
) -> None:
    """Write one notification; nothing where there is nobody to tell."""
    catalog = found.session.course.catalog
    notify(
        ports,
        kind=kind,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[UUID(one) for one in audience],
        context={"session": str(found.session.pk), "sequence": str(sequence)},
    )
