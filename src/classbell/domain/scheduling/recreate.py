"""Making a session's entry, and with it its Teams link, anew."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.scheduling import entry_rows
from classbell.domain.scheduling.request import account_serving, request_entry
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Entry, EntryState


def recreate_entry(ports: Ports, *, session: CourseSession, actor: Actor) -> None:
    """Give a session a new entry with a new Teams link; the old one is cancelled.

    A link belongs to its event for good, so a new link takes a new event, and everybody on it gets
    a cancellation and a new invitation
    (https://learn.microsoft.com/graph/api/resources/event, isOnlineMeeting).

    Args:
        ports: the outside world.
        session: which one.
        actor: who asks for it.

    Raises:
        InvalidInput: no entry stands for the session, or it is over.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    catalog = session.course.catalog
    require_actor_administers_course(actor, session.course)
    now = ports.clock.now()
    with transaction.atomic():
        entry = (
            Entry.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(session=session)
            .first()
        )
        account = account_serving(catalog)
        if entry is None or not entry.event_id or entry.state != EntryState.CREATED:
            raise _no_entry()
        if account is None or session.cancelled_at is not None or session.ends_at <= now:
            raise _too_late()
        invited = len(entry.answers)
        entry_rows.begin_anew(ports, Situation(session, account, entry, serves=True, now=now))
        request_entry(ports, session)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="session.entry_recreated",
            subject=f"session:{session.code}",
            after={"people": invited, "generation": entry.generation},
        )


def _no_entry() -> InvalidInput:
    """Make the refusal where there is nothing to make anew."""
    return InvalidInput(
        "No calendar entry stands for this session.",
        meaning="There is no link to make anew.",
        remedy="Refresh the page; Classbell requests the entry by itself.",
    )


def _too_late() -> InvalidInput:
    """Make the refusal where no new entry could be made."""
    return InvalidInput(
        "The link can be made anew only while an account is connected and the session is to come.",
        meaning="Nothing was changed.",
        remedy="Connect an account under Microsoft 365 Connection Settings.",
    )
