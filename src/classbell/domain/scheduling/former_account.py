"""Events that a former account left behind: who is told of them, and rooms that they still hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from classbell.domain.notifications.notify import notify
from classbell.domain.scheduling.calendar_event import Job
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, AttendeeKind, DesiredEntry, EntrySnapshot
from classbell.ports.rooms import Availability
from classbell.storage.models import AccountState, RetiredEvent
from classbell.storage.queries.scheduling import instructors_of, learners_of

ROOM_READS_WITHIN = timedelta(hours=1)
"""How long after a cancellation a room's refusal is put down to it; a room that decides by itself
reads its mail within seconds, unless Exchange is busy."""


def tell_dead_invitations(ports: Ports, found: Situation) -> int:
    """Tell people which entry of theirs is dead, once, after the valid one was made.

    Returns:
        How many people are told.
    """
    with transaction.atomic():
        dead = list(
            RetiredEvent.objects.select_for_update(of=("self",)).filter(
                session=found.session,
                cancelled_at__isnull=True,
                told_at__isnull=True,
                calendar_address="",
                account__state=AccountState.DISCONNECTED,
            )
        )
        if not dead:
            return 0
        people = {one.pk for one in (*instructors_of(found.session), *learners_of(found.session))}
        RetiredEvent.objects.filter(pk__in=[one.pk for one in dead]).update(told_at=found.now)
        catalog = found.session.course.catalog
        if people:
            notify(
                ports,
                kind="invitation_dead",
                organisation_id=catalog.organisation_id,
                catalog=catalog,
                audience=sorted(people),
                context={
                    "session": str(found.session.pk),
                    "former": str(dead[-1].account_id),
                    "account": str(found.account.pk),
                },
            )
    return len(people)


def waits_for_room(found: Situation, current: EntrySnapshot) -> bool:
    """Tell whether the room refused and a former event of this session may be what holds it."""
    refused = any(
        answer.kind is AttendeeKind.RESOURCE and answer.answer is Answer.DECLINED
        for answer in current.answers
    )
    return refused and _former_event_may_hold_it(found)


def ask_room_again(job: Job, wanted: DesiredEntry, current: EntrySnapshot) -> EntrySnapshot:
    """Request a room anew that refused, once Microsoft says that it is free. Uses the network.

    Exchange asks a room only when it is put on the event, so it is taken off and put on again.
    A crash in between leaves an event without its room, which the next look puts on.

    Returns:
        The event as it is then; ``current`` where the room is still taken.
    """
    session = job.found.session
    told = job.ports.rooms.availability(
        job.mailbox, (session.room_address,), session.starts_at, session.ends_at
    )
    if told.get(session.room_address) is not Availability.FREE:
        return current
    people = tuple(one for one in wanted.attendees if one.kind is not AttendeeKind.RESOURCE)
    without = job.ports.calendar.update(
        job.mailbox, current, replace(wanted, attendees=people, online=False)
    )
    return job.ports.calendar.update(job.mailbox, without, replace(wanted, online=False))


def _former_event_may_hold_it(found: Situation) -> bool:
    """Tell whether an event of this session stands for ever, or was cancelled a moment ago.

    A room gives a cancelled booking back once its mailbox has read the cancellation, and refuses
    until then.
    """
    gone_for_ever = Q(calendar_address="", account__state=AccountState.DISCONNECTED)
    just_cancelled = Q(cancelled_at__gt=found.now - ROOM_READS_WITHIN)
    rows = RetiredEvent.objects.filter(gone_for_ever | just_cancelled, session=found.session)
    return rows.exists()
