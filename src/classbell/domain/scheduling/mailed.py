"""Invitations by mail, where the calendar entry cannot carry them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import transaction

from classbell.domain.notifications.notify import notify
from classbell.domain.scheduling.desired import Participant, SessionPicture
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.storage.models import Entry


def invite_by_mail(
    ports: Ports,
    found: Situation,
    entry: Entry,
    picture: SessionPicture,
    people: Sequence[Participant],
) -> int:
    """Mail the session to those who were not mailed it yet, or were told another time or place.

    What was told is kept with the entry in the transaction of the notification, so that nobody is
    told twice.

    Args:
        ports: the outside world.
        found: the session.
        entry: its row.
        picture: what it is like now.
        people: all who are invited by mail, not by the entry.

    Returns:
        How many are told now.
    """
    told = fingerprint(picture)
    with transaction.atomic():
        locked = Entry.objects.select_for_update().get(pk=entry.pk)
        before: dict[str, str] = locked.mailed
        after = {str(person.person_id): told for person in people}
        news = [person for person in people if before.get(str(person.person_id)) != told]
        if after != before:
            locked.mailed = after
            locked.save(update_fields=["mailed"])
        if news:
            catalog = found.session.course.catalog
            notify(
                ports,
                kind="session_invitation",
                organisation_id=catalog.organisation_id,
                catalog=catalog,
                audience=[person.person_id for person in news],
                context={"session": str(found.session.pk)},
            )
    return len(news)


def fingerprint(picture: SessionPicture) -> str:
    """Return a short text that changes when people have to be told anew: title, time or place."""
    parts = (
        picture.course_title,
        picture.title,
        picture.starts_at.isoformat(),
        picture.ends_at.isoformat(),
        picture.shown_place,
        picture.room_address,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
