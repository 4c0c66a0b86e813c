"""What happened around a session: booked, answered, told and changed, in one order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classbell.storage.models import CourseSession, Entry
from classbell.storage.queries import pages_person as queries
from classbell.storage.scope import Scope
from classbell.web.admin_center.act_titles import act_title
from classbell.web.admin_center.session_words import Badge, entry_of, room_badge
from classbell.web.admin_center.words import kind_title, state_badge

MOST = 20


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; ``note`` says more of it."""

    at: datetime
    badge: Badge
    note: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What a session's page tells of its past.

    Attributes:
        steps: newest first.
        sums: how many messages stand where: badge and count.
        acts: address of all that people did about it.
    """

    steps: Sequence[Happening]
    sums: Sequence[tuple[Badge, int]]
    acts: str


def history_of(scope: Scope, session: CourseSession, slug: str) -> History:
    """Gather what happened around a session.

    Args:
        scope: narrowed to its catalog.
        session: with its course and, where there is one, its entry.
        slug: of the catalog.
    """
    steps = [*_told(session), *_done(scope, session), *_given_up(session)]
    entry = entry_of(session)
    if entry is not None:
        steps += _booked(session, entry)
    steps.sort(key=lambda one: one.at, reverse=True)
    query = urlencode({"subject": f"session:{session.code}"})
    return History(
        steps[:MOST],
        [(state_badge(state), count) for state, count in queries.sums_about(session)],
        f"{reverse('audit', args=[slug])}?{query}",
    )


def _booked(session: CourseSession, entry: Entry) -> list[Happening]:
    """Return what Microsoft 365 was asked and has answered."""
    steps = [Happening(entry.requested_at, ("info", _("Calendar entry requested")))]
    if entry.applied_at is not None:
        steps.append(Happening(entry.applied_at, ("success", _("Calendar entry written"))))
    room = room_badge(session)
    if entry.room_answered_at is not None and room is not None:
        steps.append(Happening(entry.room_answered_at, room, _("The room’s answer")))
    return steps


def _told(session: CourseSession) -> list[Happening]:
    """Return what people were told."""
    return [
        Happening(
            one.created_at,
            ("", kind_title(one.kind)),
            ngettext("To %(num)s person", "To %(num)s people", told) % {"num": told},
        )
        for one in queries.notifications_about(session, most=MOST)
        if (told := int(getattr(one, "told", 0)))
    ]


def _done(scope: Scope, session: CourseSession) -> list[Happening]:
    """Return what people did, and what they decided about changes made in Outlook."""
    return [
        Happening(one.at, ("", act_title(one.action)), one.actor_name)
        for one in queries.acts_about(scope, session, most=MOST)
    ]


def _given_up(session: CourseSession) -> list[Happening]:
    """Return the events that do not stand for the session any more."""
    return [
        Happening(one.retired_at, ("warning", _("Former calendar entry given up")), one.comment)
        for one in queries.events_given_up(session)
    ]
