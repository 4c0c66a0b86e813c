"""Writing the same to people of the organisation, whatever they are enrolled in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from classbell.domain.courses.message_learners import checked_words
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Notification, Person

KIND = "people_message"


def write_to_people(
    ports: Ports,
    *,
    catalog: Catalog,
    people: Sequence[Person],
    subject: str,
    text: str,
    actor: Actor,
) -> Notification:
    """Write the same to some people, as the catalog.

    It names nobody, so it goes many to an envelope and none of them sees the others. Accepted are
    one row and the list of its readers; their messages are written later, in batches.

    Args:
        ports: the outside.
        catalog: which writes, and whose route carries it.
        people: who is written to, of the catalog's organisation.
        subject: one line of 1 to 200 characters.
        text: plain text of 1 to 20,000 characters.
        actor: who writes; the audit log tells that, not what was written.

    Raises:
        InvalidInput: there is nothing to say or nobody to tell.
        NotAllowed, NotFoundHere: the actor may not act in the catalog, or somebody is not of its
            organisation.
    """
    require_actor_administers(actor, catalog)
    words = checked_words(subject, text)
    audience = _audience(catalog, people)
    with transaction.atomic():
        notification = notify(
            ports,
            kind=KIND,
            organisation_id=catalog.organisation_id,
            catalog=catalog,
            audience=audience,
            context={"subject": words.subject, "text": words.text},
        )
        if notification is None:
            raise _nobody()
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="people.message_sent",
            subject=f"notification:{notification.pk}",
            after={"people": notification.audience_size},
        )
    return notification


def _audience(catalog: Catalog, people: Sequence[Person]) -> list[UUID]:
    """Return who can be written to, all of the catalog's organisation."""
    if any(person.organisation_id != catalog.organisation_id for person in people):
        raise NotFoundHere("Somebody here is not known in this organisation.")
    return [person.pk for person in people if person.address]


def _nobody() -> InvalidInput:
    return InvalidInput(
        "There is nobody to write to.",
        field="people",
        remedy="Name at least one person who has an address.",
    )
