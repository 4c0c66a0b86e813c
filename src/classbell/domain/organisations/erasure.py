"""Handing out and erasing what is kept about a person (articles 15, 17 and 20 of the GDPR)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from classbell.delivery.hold import cancel_waiting
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.courses.waiting import fill_places
from classbell.domain.organisations.access import access_of, require_lms_admin
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.scheduling.request import request_entries
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.ports.words import marked as _
from classbell.storage.models import (
    Account,
    AccountState,
    AlertRouteTest,
    Approval,
    ConnectInvitation,
    ConsentSighting,
    CourseSession,
    Enrolment,
    MailOptOut,
    PendingConnection,
    Person,
    PersonLink,
    Role,
    RoleAssignment,
    SessionInstructor,
    SignInJourney,
)
from classbell.storage.queries.person_rows import acts_of, json_columns, messages_of, rows_about
from classbell.storage.visits import end_visits_of

ERASED = "erased"
NAME = "Erased person"
ERASED_REASON = _("The person was erased, so nothing is sent to them any more.")
NOWHERE = "erased.invalid"
"""Nothing is ever delivered there: https://www.rfc-editor.org/rfc/rfc2606#section-2"""

GONE_ENTIRELY = (
    RoleAssignment,
    PersonLink,
    SignInJourney,
    PendingConnection,
    ConnectInvitation,
    MailOptOut,
)
"""Tables whose rows of a person have no purpose without them."""


def export_person(ports: Ports, person: Person, *, actor: Actor) -> dict[str, Any]:
    """Return everything that is kept about a person, for them to read and to take along.

    Args:
        ports: the clock.
        person: whose.
        actor: who asks; the operator, or an LMS admin of the organisation.

    Raises:
        NotAllowed, NotFoundHere: the actor may not.
    """
    _require_may(actor, person)
    facts = rows_about(person)
    acts = [
        {"at": str(act.at), "action": act.action, "subject": act.subject, "source": act.source}
        for act in acts_of(person)
    ]
    _record(ports, person, actor, "person.exported")
    return {
        "exported_at": str(ports.clock.now()),
        "organisation": person.organisation.name,
        "kept": facts,
        "acts": acts,
    }


def erase_person(ports: Ports, person: Person, *, actor: Actor) -> dict[str, int]:
    """Erase a person: nothing is sent to them any more, and no row says who they were.

    What only concerns them is deleted: roles, links, sign-ins, what they declined, their places in
    sessions to come. What others need stays without a name: that somebody had a place in a session
    that is over, and what became of each message. The record of acts stays as it is, for
    accountability; it names people who acted, and only them.

    Args:
        ports: clock and doorbell.
        person: whom.
        actor: who decides it; the operator, or an LMS admin of the organisation.

    Returns:
        How many messages were cancelled, how many places and rows are gone.

    Raises:
        InvalidInput: they are the only LMS admin, or their own mailbox is connected.
        NotAllowed, NotFoundHere: the actor may not.
    """
    _require_may(actor, person)
    _refuse_who_is_needed(person)
    now = ports.clock.now()
    with transaction.atomic():
        cancelled = _end_mail(person, now)
        left = _leave_sessions(ports, person, now)
        gone = sum(model.objects.filter(person=person).delete()[0] for model in GONE_ENTIRELY)
        _forget_address(person, now)
        end_visits_of(person.pk)
        Person.objects.filter(pk=person.pk).update(
            name=NAME, address="", address_key="", object_id=None, language="", time_zone=""
        )
        _record(ports, person, actor, "person.erased")
    return {"cancelled": cancelled, "places": left, "rows": gone}


def _require_may(actor: Actor, person: Person) -> None:
    """Let the operator and the organisation's LMS admins pass."""
    if actor.person is None:
        return
    if actor.person.organisation_id != person.organisation_id:
        raise NotFoundHere("There is no such person in this organisation.")
    require_lms_admin(access_of(actor.person))


def _refuse_who_is_needed(person: Person) -> None:
    """Refuse to erase somebody without whom something would stand still."""
    admins = RoleAssignment.objects.filter(
        role=Role.LMS_ADMIN, person__organisation_id=person.organisation_id
    )
    if admins.filter(person=person).exists() and admins.count() == 1:
        raise InvalidInput(
            _("They are the only LMS admin of the organisation."),
            field="person",
            remedy=_("Give the role to somebody else first."),
        )
    accounts = Account.objects.filter(organisation_id=person.organisation_id)
    accounts = accounts.exclude(state=AccountState.DISCONNECTED)
    if person.object_id and accounts.filter(object_id=person.object_id).exists():
        raise InvalidInput(
            _("Their own mailbox is connected to a catalog."),
            field="person",
            meaning="The catalog sends as them.",
            remedy=_("Connect another account, or disconnect this one, first."),
        )


def _end_mail(person: Person, now: datetime) -> int:
    """Cancel what waits, and take name and address out of all mail; return how many waited."""
    rows = messages_of(person)
    cancelled = cancel_waiting(rows, reason_code=ERASED, reason=ERASED_REASON, now=now)
    for pk in list(rows.values_list("pk", flat=True)):
        # One address for each, because a notification writes to an address once. What may still
        # come back to wait is too late by then.
        rows.model.objects.filter(pk=pk).update(
            address=f"{pk}@{NOWHERE}", name="", person=person, expires_at=now
        )
    return cancelled


def _leave_sessions(ports: Ports, person: Person, now: datetime) -> int:
    """Give up places in sessions to come, and let calendars and waiting lists know."""
    sessions = CourseSession.objects.filter(ends_at__gt=now).select_related("course__catalog")
    concerned = list(
        sessions.filter(
            models.Q(enrolments__person=person) | models.Q(sessioninstructor__person=person)
        )
        .distinct()
        .order_by("pk")
    )
    places = Enrolment.objects.filter(person=person, session__in=concerned).delete()[0]
    SessionInstructor.objects.filter(person=person, session__in=concerned).delete()
    for session in concerned:
        fill_places(ports, lock_session(session.pk))
        request_entries(ports, session.course.catalog, [session])
    return places


def _forget_address(person: Person, now: datetime) -> None:
    """Take address and name out of what else may hold them."""
    address, home = person.address, person.organisation_id
    if person.object_id:
        ConsentSighting.objects.filter(organisation_id=home, object_id=person.object_id).delete()
        former = Account.objects.filter(organisation_id=home, object_id=person.object_id)
        former.update(address=f"{person.pk}@{NOWHERE}", name=NAME)
    if address:
        ConnectInvitation.objects.filter(
            catalog__organisation_id=home, address__iexact=address
        ).delete()
        Approval.objects.filter(
            catalog__organisation_id=home, account_address__iexact=address
        ).update(account_address="")
        AlertRouteTest.objects.filter(address__iexact=address).update(address=f"test@{NOWHERE}")
    words = [word for word in (address, person.name) if "@" in word or " " in word]
    for rows, column in json_columns(person):
        # What stands for a session to come is written anew when its entry is.
        fields = {field.name for field in rows.model._meta.concrete_fields}  # noqa: SLF001 -- public in Django
        over = rows.filter(session__ends_at__lte=now) if "session" in fields else rows
        _scrub(over, column, words)


def _scrub(rows: models.QuerySet[Any], column: str, words: Iterable[str]) -> None:
    """Replace words in columns of free form, whatever their case."""
    for word in words:
        # As the column holds it: letters beyond ASCII are written by their numbers there.
        written = json.dumps(word)[1:-1]
        wanted = models.Q(**{f"{column}__icontains": word}) | models.Q(
            **{f"{column}__icontains": written}
        )
        for pk, value in list(rows.filter(wanted).values_list("pk", column)):
            rows.model._default_manager.filter(pk=pk).update(**{column: _without(value, word)})  # noqa: SLF001 -- public in Django


def _without(value: Any, word: str) -> Any:  # noqa: ANN401 -- any JSON
    """Return a JSON value in which nothing contains a word."""
    if isinstance(value, dict):
        return {_without(name, word): _without(inner, word) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, word) for inner in value]
    if isinstance(value, str) and word.casefold() in value.casefold():
        return f"{ERASED}@{NOWHERE}" if "@" in word else NAME
    return value


def _record(ports: Ports, person: Person, actor: Actor, action: str) -> None:
    """Write the act down by the person's id alone, which says nothing once they are erased."""
    person_id: UUID = person.pk
    record(
        ports,
        actor=actor,
        catalog=None,
        organisation_id=person.organisation_id,
        action=action,
        subject=f"person:{person_id}",
    )
