"""The one revision of a session that every calendar file about it carries as its SEQUENCE.

Feeds, mailed files and the file that somebody fetches by themselves share one UID, and a calendar
that has one of them takes another only where its SEQUENCE is not lower
(https://www.rfc-editor.org/rfc/rfc5546#section-2.1.5). So there is one count. It rises where what
calendars show differs from what they were given last, whoever changed it: the session itself, its
course's title, its room's name or answer, the link of its meeting. That is noticed at the change
where the session's own row changes, and otherwise before the next file leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from classbell.domain.notifications.session_facts import (
    Surroundings,
    link_of,
    surroundings_of,
    told_place,
)
from classbell.ports.bundle import Ports
from classbell.storage.models import CalendarOptions, CourseSession, Entry, Room

BATCH = 250


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as calendars show it now.

    Attributes:
        session: with course and catalog.
        around: what else decides what is shown.
    """

    session: CourseSession
    around: Surroundings

    @property
    def sequence(self) -> int:
        """How often what calendars show of it was changed."""
        return self.session.revision

    @property
    def changed_at(self) -> datetime:
        """Since when it is as it is, business time."""
        return self.session.revised_at or self.session.created_at


def shown(ports: Ports, session: CourseSession) -> Shown:
    """Return a session as calendars show it, and note what changed since they were given it.

    Args:
        ports: the clock.
        session: with course and catalog; it is brought up to date where somebody was faster.
    """
    return _noticed(ports, session, surroundings_of(session))


def shown_all(ports: Ports, sessions: Iterable[CourseSession]) -> list[Shown]:
    """Do the same for sessions of one organisation, in their order, with few reads.

    Args:
        ports: the clock.
        sessions: with course and catalog.
    """
    found = list(sessions)
    if not found:
        return []
    around = _around(found)
    _notice_many(ports, found, around)
    return [_noticed(ports, one, around[one.pk]) for one in found]


def raise_revision(ports: Ports, session: CourseSession, *, by: int = 1) -> Shown:
    """Let the next file be newer than all before, although it shows the same.

    Args:
        ports: the clock.
        session: with course and catalog, locked by the caller.
        by: how many numbers further.
    """
    seen = shown(ports, session)
    session.revision += by
    session.revised_at = ports.clock.now()
    session.save(update_fields=["revision", "revised_at"])
    return seen


def _around(sessions: Sequence[CourseSession]) -> dict[UUID, Surroundings]:
    """Read what is around sessions of one organisation."""
    catalogs = {one.course.catalog_id for one in sessions}
    options = {one.catalog_id: one for one in CalendarOptions.objects.filter(catalog__in=catalogs)}
    entries: dict[UUID, Entry] = {}
    rooms: dict[str, Room] = {}
    for some in _some_at_a_time(sessions):
        for entry in Entry.objects.filter(session__in=some).select_related("account"):
            entries[entry.session_id] = entry
        addresses = {one.room_address.casefold() for one in some}
        organisation_id = some[0].course.catalog.organisation_id
        for room in Room.objects.filter(organisation_id=organisation_id, address__in=addresses):
            rooms[room.address] = room
    return {
        one.pk: Surroundings(
            entries.get(one.pk),
            options.get(one.course.catalog_id) or CalendarOptions(catalog_id=one.course.catalog_id),
            rooms.get(one.room_address.casefold()),
        )
        for one in sessions
    }


def _some_at_a_time(sessions: Sequence[CourseSession]) -> Iterator[Sequence[CourseSession]]:
    """Part many sessions: a query takes so many values at most, and no other writer waits long."""
    for start in range(0, len(sessions), BATCH):
        yield sessions[start : start + BATCH]


def _notice_many(
    ports: Ports, sessions: Sequence[CourseSession], around: Mapping[UUID, Surroundings]
) -> None:
    """Write down what has changed of many with few commits, such as after another course title.

    What somebody else has locked is left alone here, so that nobody waits for each other.
    """
    stale = [one for one in sessions if _changes(ports, one, around[one.pk])]
    for some in _some_at_a_time(stale):
        by_key = {one.pk: one for one in some}
        with transaction.atomic():
            free = CourseSession.objects.select_for_update(skip_locked=True, no_key=True)
            for key in free.filter(pk__in=by_key).values_list("pk", flat=True):
                _noticed(ports, by_key[key], around[key])


def _noticed(ports: Ports, session: CourseSession, around: Surroundings) -> Shown:
    """Raise the revision where what is shown has changed; one of many who notice it does."""
    while changes := _changes(ports, session, around):
        unchanged = CourseSession.objects.filter(
            pk=session.pk, revision=session.revision, calendar_facts=session.calendar_facts
        )
        if unchanged.update(**changes):
            for name, value in changes.items():
                setattr(session, name, value)
            break
        session.refresh_from_db()
        around = surroundings_of(session)
    return Shown(session, around)


def _changes(ports: Ports, session: CourseSession, around: Surroundings) -> dict[str, object]:
    """Return what has to be written down; nothing where calendars were given what is shown now."""
    facts = _facts(session, around)
    mailed = around.entry.mail_sequence if around.entry is not None else 0
    if not session.calendar_facts:
        # Nobody has looked yet, or only a version that counted feeds and mails apart and took a
        # cancellation for one more; what follows is not lower than either.
        cancelled_at = session.cancelled_at
        return {
            "calendar_facts": facts,
            "revision": max(session.revision + (cancelled_at is not None), mailed),
            "revised_at": cancelled_at or session.revised_at,
        }
    if facts != session.calendar_facts:
        return {
            "calendar_facts": facts,
            "revision": max(session.revision, mailed) + 1,
            "revised_at": ports.clock.now(),
        }
    # The version before counts its mails in the entry, and may be running still.
    return {"revision": mailed} if mailed > session.revision else {}


def _facts(session: CourseSession, around: Surroundings) -> str:
    """Return a short text that changes with what calendars show, in no language."""
    facts = [
        session.course.title,
        session.title,
        session.starts_at.astimezone(UTC).isoformat(),
        session.ends_at.astimezone(UTC).isoformat(),
        told_place(session, around),
        session.teams_meeting,
        link_of(session, around),
        session.published,
        session.cancelled_at is not None,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
