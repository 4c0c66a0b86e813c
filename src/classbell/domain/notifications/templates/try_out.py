"""Sending a text to oneself: the catalog's real route, one real message, nobody else."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from classbell.domain.notifications.destination import destination_of
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.templates.check import checked_text
from classbell.domain.notifications.templates.edit import kind_to_edit
from classbell.domain.notifications.templates.effective import EffectiveText, text_in
from classbell.domain.notifications.templates.fields import CustomText, TemplateFields
from classbell.domain.notifications.templates.preview import Chosen, all_values, reader_in
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    Catalog,
    MessageState,
    Notification,
    NotificationContent,
    Person,
)

KIND = "template_test"
MARK = "[Test]"
"""Before the subject, in every language, so that nobody takes a test for news."""


def send_test(
    ports: Ports,
    *,
    catalog: Catalog,
    kind_name: str,
    fields: TemplateFields,
    language: str,
    about: Chosen,
    actor: Actor,
) -> Notification:
    """Send a notification's text, saved or not, to the admin who asks.

    It goes out as everything of the catalog does and stands in the delivery log; files that go
    along otherwise, such as an invitation, are left out: they would act on the admin's calendar.

    Args:
        ports: the outside.
        catalog: whose notification.
        kind_name: which.
        fields: its text, checked as for saving.
        language: one of ``LANGUAGES``.
        about: session and person that it speaks of; it is never sent to that person.
        actor: who asks, and the only one who gets it.

    Raises:
        InvalidInput: the text could not be saved either, nothing leaves the catalog now, or the
            admin has no address.
        NotAllowed, NotFoundHere: the actor does not administer the catalog, or there is no such
            notification.
    """
    require_actor_administers(actor, catalog)
    kind = kind_to_edit(kind_name)
    admin = _with_address(actor)
    own = checked_text(kind, language, fields.texts.get(language, CustomText()))
    text = text_in(kind, TemplateFields(texts={language: own}), language)
    reader = reader_in(language, about.person, catalog)
    values = all_values(ports, kind, catalog, reader, about)
    with transaction.atomic():
        _require_a_route(ports, catalog)
        notification = _written(ports, catalog, kind, language, admin)
        _say(ports, notification, _reader_of(admin, catalog), text, values)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="template.test_sent",
            subject=f"notification:{kind.name}",
            after={"to": admin.address, "language": language},
        )
    return notification


def _written(
    ports: Ports, catalog: Catalog, kind: Kind, language: str, admin: Person
) -> Notification:
    """Write the notification of a test down."""
    notification = notify(
        ports,
        kind=KIND,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[admin.pk],
        context={"of": kind.name, "language": language},
    )
    if notification is None:
        raise InvalidInput("This test would go to nobody.")
    return notification


def _say(
    ports: Ports,
    notification: Notification,
    reader: Reader,
    text: EffectiveText,
    values: Mapping[str, str],
) -> None:
    """Write down what the test says, which is otherwise done when a message is rendered."""
    NotificationContent.objects.create(
        notification=notification,
        language=reader.language,
        time_zone=reader.time_zone,
        subject=f"{MARK} {text.subject}",
        message=text.message,
        values=dict(values),
        created_at=ports.clock.now(),
    )


def _with_address(actor: Actor) -> Person:
    """Return the admin who asks, if mail can reach them."""
    if actor.person is None or not actor.person.address:
        raise InvalidInput("A test goes to your own address, and none is known of you.")
    return actor.person


def _reader_of(admin: Person, catalog: Catalog) -> Reader:
    """Return the language and zone that the admin's message will have, see ``PREFERRED``."""
    return Reader(admin.language or catalog.language, admin.time_zone or catalog.time_zone)


def _require_a_route(ports: Ports, catalog: Catalog) -> None:
    """Refuse where the mail would not leave now, in the words of what prevents it."""
    would_be = Notification(
        organisation_id=catalog.organisation_id, catalog=catalog, kind=kind_named(KIND).name
    )
    destination = destination_of(ports, would_be)
    if destination.state != MessageState.QUEUED:
        raise InvalidInput(
            f"No test was sent. {destination.reason[1]}",
            remedy="Open the Microsoft 365 Connection Settings.",
        )
