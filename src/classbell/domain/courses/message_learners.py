"""Writing to the learners of a session."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Notification

MOST_SUBJECT = 200
MOST_TEXT = 20_000


def message_learners(
    ports: Ports, *, session: CourseSession, subject: str, text: str, actor: Actor
) -> Notification:
    """Write the same to everybody who is enrolled in a session.

    It names nobody, so it goes many to an envelope and none of them sees the others.

    Args:
        ports: the outside.
        session: whose learners.
        subject: one line, 1 to 200 characters.
        text: plain text, 1 to 20,000 characters; its line breaks are kept.
        actor: who writes; the audit log tells that, not what was written.

    Raises:
        InvalidInput: there is nothing to say or nobody to tell, or the session is over.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    catalog = session.course.catalog
    require_actor_administers(actor, catalog)
    subject, text = " ".join(subject.split()), text.strip()
    if not 0 < len(subject) <= MOST_SUBJECT:
        raise InvalidInput(f"The subject must have 1 to {MOST_SUBJECT} characters.")
    if not 0 < len(text) <= MOST_TEXT:
        raise InvalidInput(f"The text must have 1 to {MOST_TEXT:,} characters.")
    if session.ends_at <= ports.clock.now():
        raise InvalidInput("The session is over: a message about it would come too late.")
    enrolled = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED)
    with transaction.atomic():
        notification = notify(
            ports,
            kind="session_message",
            organisation_id=catalog.organisation_id,
            catalog=catalog,
            audience=list(enrolled.order_by("pk").values_list("person_id", flat=True)),
            context={"session": str(session.pk), "subject": subject, "text": text},
        )
        if notification is None:
            raise InvalidInput("Nobody is enrolled in this session: there is nobody to write to.")
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="session.message_sent",
            subject=f"session:{session.code}",
            after={"learners": notification.audience_size},
        )
    return notification
