"""Writing to the learners of a session."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from classbell.delivery.forecast import Spent, Waiting, forecast
from classbell.delivery.pace import Pace
from classbell.domain.connections.outlook import limits_of
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.render import filled
from classbell.domain.notifications.templates.effective import (
    fields_of,
    personal_variables,
    template_of,
    text_in,
)
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.ports.mail import Mail
from classbell.storage.models import (
    Catalog,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Message,
    Notification,
    NotificationContent,
    Person,
)

KIND = "session_message"
MOST_SUBJECT = 200
MOST_TEXT = 20_000

ONCE = "once"
"""The field that an error is about where its form was sent already."""

REACHED = (EnrolmentState.ENROLLED, EnrolmentState.WAITING)
"""Who can be written to: those who have a place, and those who wait for one."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written: one line, and plain text whose line breaks are kept."""

    subject: str
    text: str


def checked_words(subject: str, text: str) -> Words:
    """Return what may be written.

    Raises:
        InvalidInput: the subject has not 1 to 200 characters, or the text not 1 to 20,000.
    """
    subject, text = " ".join(subject.split()), "\n".join(text.strip().splitlines())
    if not 0 < len(subject) <= MOST_SUBJECT:
        raise InvalidInput(
            f"The subject must have 1 to {MOST_SUBJECT} characters.", field="subject"
        )
    if not 0 < len(text) <= MOST_TEXT:
        raise InvalidInput(f"The text must have 1 to {MOST_TEXT:,} characters.", field="text")
    return Words(subject, text)


def learners_to_reach(session: CourseSession) -> QuerySet[Enrolment]:
    """Return who can be written to, those with a place first, each in their order."""
    rows = Enrolment.objects.filter(session=session, state__in=REACHED)
    return rows.select_related("person").order_by("state", "created_at")


def message_learners(
    ports: Ports,
    *,
    session: CourseSession,
    subject: str,
    text: str,
    actor: Actor,
    people: Collection[UUID] | None = None,
    once: UUID | None = None,
) -> Notification:
    """Write the same to learners of a session.

    It names nobody, so it goes many to an envelope and none of them sees the others.

    Args:
        ports: the outside.
        session: whose learners.
        subject: one line, as for ``checked_words``.
        text: plain text, as for ``checked_words``.
        actor: who writes; the audit log tells that, not what was written.
        people: ids of those who are written to, enrolled or waiting; None for all who are enrolled.
        once: names this act: what was sent under it already is returned, and not sent again.

    Raises:
        InvalidInput: there is nothing to say or nobody to tell, the session is over, or something
            else or to others was sent under this name.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    catalog = session.course.catalog
    require_actor_administers_course(actor, session.course)
    words = checked_words(subject, text)
    if session.ends_at <= ports.clock.now():
        raise InvalidInput("The session is over: a message about it would come too late.")
    with transaction.atomic():
        # Two presses of one button come here one after the other.
        CourseSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if sent := _sent_already(session, words, people, once):
            return sent
        notification = _written(ports, session, words, people, once)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="session.message_sent",
            subject=f"session:{session.code}",
            after={"learners": notification.audience_size},
        )
    return notification


def time_for(catalog: Catalog, people: int, *, now: datetime, pace: Pace) -> timedelta | None:
    """Reckon how long it takes until so many people have a message, were nothing else to be sent.

    A text that the catalog lets name its readers goes to one after the other.

    Args:
        catalog: whose route carries it.
        people: how many.
        now: business time.
        pace: the limits of a mailbox.

    Returns:
        None where nobody is to be told, or it takes more than a year.
    """
    kind = kind_named(KIND)
    singly = bool(personal_variables(kind, fields_of(template_of(catalog.pk, kind))))
    waiting = Waiting(personal=people) if singly else Waiting(shared=(people,))
    outlook = forecast(limits_of(catalog, now=now, pace=pace), Spent(), waiting)
    return outlook.personal_in if singly else outlook.shared_in


def preview_message(
    ports: Ports, *, session: CourseSession, subject: str, text: str, reader: Person
) -> Mail:
    """Make the mail as it would be sent, by the code that makes mail; nothing is written.

    Args:
        ports: the clock, and the address of our own pages.
        session: whose learners would be written to.
        subject: one line, as for ``checked_words``.
        text: plain text, as for ``checked_words``.
        reader: in whose language and zone.

    Raises:
        InvalidInput: as for ``checked_words``.
    """
    words, catalog, kind = checked_words(subject, text), session.course.catalog, kind_named(KIND)
    wishes = (reader.language, catalog.language)
    shown = text_in(kind, fields_of(template_of(catalog.pk, kind)), *wishes)
    zone = reader.time_zone or catalog.time_zone
    seen = Reader(reader.language or catalog.language, zone).speaking(shown.language)
    notification = Notification(
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        kind=KIND,
        context=_context(session, words),
    )
    content = NotificationContent(
        notification=notification,
        language=seen.language,
        time_zone=zone,
        subject=shown.subject,
        message=shown.message,
    )
    name = reader.name or reader.address
    row = Message(address=reader.address, name=name, language=seen.language, time_zone=zone)
    values = {**kind.values(ports, notification, seen), "PERSON NAME": name}
    return filled(content, values, [row], ())


def _audience(session: CourseSession, people: Collection[UUID] | None) -> list[UUID]:
    """Return whom to write to; who is no learner of the session is left out."""
    rows = learners_to_reach(session)
    if people is None:
        rows = rows.filter(state=EnrolmentState.ENROLLED)
    else:
        rows = rows.filter(person__in=people)
    return list(rows.order_by("pk").values_list("person_id", flat=True))


def _written(
    ports: Ports,
    session: CourseSession,
    words: Words,
    people: Collection[UUID] | None,
    once: UUID | None,
) -> Notification:
    """Write the notification down."""
    catalog = session.course.catalog
    notification = notify(
        ports,
        kind=KIND,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=_audience(session, people),
        context=_context(session, words),
        notification_id=once,
    )
    if notification is None:
        raise _nobody(people)
    return notification


def _nobody(people: Collection[UUID] | None) -> InvalidInput:
    """Return the refusal to write to nobody."""
    return InvalidInput(
        "Nobody is enrolled in this session: there is nobody to write to."
        if people is None
        else "Nobody is chosen: there is nobody to write to.",
        field="people",
        remedy="Choose at least one learner of the session.",
    )


def _context(session: CourseSession, words: Words) -> dict[str, str]:
    return {"session": str(session.pk), "subject": words.subject, "text": words.text}


def _sent_already(
    session: CourseSession, words: Words, people: Collection[UUID] | None, once: UUID | None
) -> Notification | None:
    """Return the message of a session that was sent under a name; None where there is none.

    What only looks like a second press is refused: a form that was gone back to and changed.
    """
    if once is None:
        return None
    sent = Notification.objects.filter(pk=once).first()
    if sent is None:
        return None
    wanted = [] if people is None else _audience(session, people)
    same = sent.kind == KIND and sent.context == _context(session, words)
    if same and {person.hex for person in wanted} <= set(map(str, sent.audience)):
        return sent
    raise InvalidInput(
        "This form was sent already, with other words or to other people.",
        field=ONCE,
        meaning="What stands in it now was not sent.",
        remedy="Send it as another message, if you mean to.",
    )
