"""Invitations by mail, where the calendar entry cannot carry them, and all that follows on them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from classbell.domain.notifications.invitation import TAKEN_OUT
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.session_changes import with_changes
from classbell.domain.notifications.session_revision import raise_revision, shown
from classbell.domain.scheduling.desired import Participant, SessionPicture
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession, Entry

INVITED = "session_invitation"
CHANGED = "session_changed"
CANCELLED = "session_cancelled"
UNENROLLED = "session_unenrolled"

TO_INSTRUCTORS = {
    INVITED: "instructor_assigned",
    CHANGED: "instructor_changed",
    UNENROLLED: "instructor_removed",
}
"""What the same news is called for those who teach the session."""


def invite_by_mail(
    ports: Ports,
    found: Situation,
    entry: Entry,
    picture: SessionPicture,
    people: Sequence[Participant],
) -> int:
    """Mail what is new about the session to those whom no entry tells.

    Newcomers are invited; those who were told another time, place or link are told of the change;
    those who no longer take part are told that; instructors in words of their own. Somebody whom
    the entry invites from now on is not mailed about it. What was told is kept with the entry in
    the transaction of the notifications, so that nobody is told twice.

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
    after = {str(person.person_id): told for person in people}
    if after == Entry.objects.get(pk=entry.pk).mailed:
        return 0
    with transaction.atomic():
        session, locked = _locked(entry)
        before: dict[str, str] = locked.mailed
        if after == before:
            return 0
        staying = {str(person.person_id) for person in picture.everybody}
        news = {
            INVITED: [one for one in after if one not in before],
            CHANGED: [one for one in after if before.get(one, told) != told],
            UNENROLLED: [one for one in before if one not in after and one not in staying],
        }
        end = _count(
            ports, session, locked, newer=bool(news[CHANGED]), ended=bool(news[UNENROLLED])
        )
        earlier = dict(locked.told)
        locked.mailed = after
        locked.told |= _memory(picture, after)
        locked.save(update_fields=["mailed", "mail_sequence", "told"])
        _tell_all(ports, found, locked, news, earlier, end=end)
    _keep(entry, locked)
    return sum(map(len, news.values()))


def cancel_by_mail(ports: Ports, found: Situation, entry: Entry) -> int:
    """Tell those who were invited by mail that the session does not take place; once.

    Returns:
        How many are told.
    """
    with transaction.atomic():
        session, locked = _locked(entry)
        audience = list(locked.mailed)
        if not audience:
            return 0
        _count(ports, session, locked, newer=True, ended=False)
        locked.mailed, locked.told = {}, {}
        locked.save(update_fields=["mailed", "mail_sequence", "told"])
        _tell(ports, found, CANCELLED, audience, _context(found, locked.mail_sequence))
    _keep(entry, locked)
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


def told_facts(picture: SessionPicture) -> dict[str, str]:
    """Return what people are told of a session, so that a later mail can say what it was before."""
    return {
        "course_title": picture.course_title,
        "title": picture.title,
        "starts_at": picture.starts_at.isoformat(),
        "ends_at": picture.ends_at.isoformat(),
        "place": picture.shown_place,
        "teams": "yes" if picture.teams_meeting else "",
        "link": picture.meeting_url or picture.join_url,
    }


def _locked(entry: Entry) -> tuple[CourseSession, Entry]:
    """Lock a session and then its entry, in the order of whoever changes a session.

    Others may refer to the session meanwhile, such as who enrols.
    """
    rows = CourseSession.objects.select_for_update(of=("self",), no_key=True)
    session = rows.select_related("course__catalog").get(pk=entry.session_id)
    return session, Entry.objects.select_for_update().get(pk=entry.pk)


def _count(ports: Ports, session: CourseSession, locked: Entry, *, newer: bool, ended: bool) -> int:
    """Let the news have the session's revision.

    «When a VEVENT is cancelled, the SEQUENCE property value MUST be incremented», also where it is
    cancelled for one person alone (https://www.rfc-editor.org/rfc/rfc5546#section-3.2.5). That
    number is theirs alone: all that is given out later is above it, so that whoever comes back is
    shown the session again, by mail, by a feed or by a file.

    Args:
        ports: the clock.
        session: locked.
        locked: its entry.
        newer: whether it must be above the revision of what was mailed before.
        ended: whether it takes the session out of the calendars of some.

    Returns:
        The number of the file that does so.
    """
    seen = shown(ports, session)
    if ended:
        seen = raise_revision(ports, session, by=2)
    elif newer and seen.sequence <= locked.mail_sequence:
        seen = raise_revision(ports, session)
    locked.mail_sequence = seen.sequence
    return seen.sequence - 1


def _memory(picture: SessionPicture, people: Collection[str]) -> dict[str, object]:
    """Return what later news is compared with: what people are told, and who of them teaches."""
    teaching = {str(person.person_id) for person in picture.instructors}
    return {"facts": told_facts(picture), "instructors": sorted(teaching.intersection(people))}


def _tell_all(
    ports: Ports,
    found: Situation,
    entry: Entry,
    news: Mapping[str, Sequence[str]],
    earlier: Mapping[str, Any],
    *,
    end: int,
) -> None:
    """Write the notifications: instructors get the same news in words of their own.

    Args:
        ports: the outside world.
        found: the session.
        entry: its row, with what is told now.
        news: kind to the ids of people.
        earlier: ``Entry.told`` as it was before.
        end: the number under which the session ends for those who left.
    """
    context = _context(found, entry.mail_sequence)
    change = with_changes(context, earlier.get("facts", {}), entry.told["facts"])
    about = {
        INVITED: context,
        CHANGED: change,
        UNENROLLED: _context(found, end) | {TAKEN_OUT: "yes"},
    }
    for kind, audience in news.items():
        # Who teaches no more was an instructor when they were told the last time.
        memory = earlier if kind == UNENROLLED else entry.told
        teaching = set(memory.get("instructors", ()))
        learners = [one for one in audience if one not in teaching]
        _tell(ports, found, kind, learners, about[kind])
        own_kind = TO_INSTRUCTORS[kind]
        _tell(ports, found, own_kind, [one for one in audience if one in teaching], about[kind])


def _context(found: Situation, sequence: int) -> dict[str, str]:
    """Return what a notification is about."""
    return {"session": str(found.session.pk), "sequence": str(sequence)}


def _keep(entry: Entry, locked: Entry) -> None:
    """Let the row in hand say what was written."""
    entry.mailed, entry.mail_sequence = locked.mailed, locked.mail_sequence
    entry.told = locked.told


def _tell(
    ports: Ports, found: Situation, kind: str, audience: Sequence[str], context: Mapping[str, str]
) -> None:
    """Write one notification; nothing where there is nobody to tell."""
    catalog = found.session.course.catalog
    notify(
        ports,
        kind=kind,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[UUID(one) for one in audience],
        context=context,
    )
