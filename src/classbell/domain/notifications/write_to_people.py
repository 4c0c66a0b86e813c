"""Writing the same to people of the organisation, whatever they are enrolled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from classbell.domain.courses.message_learners import checked_words
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, KeyReused, NotFoundHere
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
    once: UUID | None = None,
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
        once: names this act: what was sent under it already is returned, and not sent again.

    Raises:
        InvalidInput: there is nothing to say or nobody to tell.
        KeyReused: something else, or to others, was sent under this name.
        NotAllowed, NotFoundHere: the actor may not act in the catalog, or somebody is not of its
            organisation.
    """
    require_actor_administers(actor, catalog)
    words = checked_words(subject, text)
    audience, context = _audience(catalog, people), {"subject": words.subject, "text": words.text}
    with transaction.atomic():
        if sent := _sent_already(catalog, context, audience, once):
            return sent
        notification = _written(ports, catalog, context, audience, once)
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


def _written(
    ports: Ports,
    catalog: Catalog,
    context: Mapping[str, str],
    audience: Sequence[UUID],
    once: UUID | None,
) -> Notification:
    """Write the notification down.

    Raises:
        InvalidInput: there is nobody to tell.
    """
    notification = notify(
        ports,
        kind=KIND,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=audience,
        context=context,
        notification_id=once,
    )
    if notification is None:
        raise InvalidInput(
            "There is nobody to write to.",
            field="people",
            remedy="Name at least one person who has an address.",
        )
    return notification


def _sent_already(
    catalog: Catalog, context: Mapping[str, str], audience: Sequence[UUID], once: UUID | None
) -> Notification | None:
    """Return what was sent under a name; None where nothing was.

    Raises:
        KeyReused: it was something else, or went to others.
    """
    if once is None:
        return None
    # Two that come at the same moment come here one after the other.
    Catalog.objects.select_for_update(of=("self",), no_key=True).get(pk=catalog.pk)
    sent = Notification.objects.filter(pk=once).first()
    if sent is None:
        return None
    same = sent.kind == KIND and sent.context == context
    if same and set(sent.audience) == {person.hex for person in audience}:
        return sent
    raise key_reused()


def key_reused() -> KeyReused:
    """Return the refusal to do something else under a name that stands for something."""
    return KeyReused(
        "This Idempotency-Key was sent before with another request.",
        field="Idempotency-Key",
        meaning="Nothing was done.",
        remedy="Send a key of its own with every request.",
    )
