"""Turning message rows into the mail that goes on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from classbell.delivery.handlers import Bundle, Rendered, Undeliverable
from classbell.domain.notifications.content import content_for
from classbell.domain.notifications.copies import as_in_a_copy, is_copy, note_of
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind, OnUnknown, Values
from classbell.domain.notifications.languages import spoken
from classbell.domain.notifications.layout.layout import NOTHING, Around, layout
from classbell.domain.notifications.layout.look import Look, look_from, look_of, looks_of
from classbell.domain.notifications.preference_links import preferences_address, unsubscribe_of
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.template import fill_html, fill_line
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address, Attachment, Mail, Unsubscribe
from classbell.storage.models import Message, Notification, NotificationContent

MESSAGE_ID_HEADER = "x-classbell-message"


class Renderer:
    """Renders mail, and remembers what many messages have in common.

    Args:
        ports: the outside; only addresses of our own pages, the clock and the cipher are used.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._notifications: dict[UUID, Notification] = {}
        self._contents: dict[tuple[UUID, Reader], NotificationContent] = {}
        self._looks: dict[UUID, Look] = {}
        """By notification, as they were at its first message here."""

    def render(self, bundles: Sequence[Bundle]) -> list[Rendered | Exception]:
        """Render one mail for each bundle: for one person, or for many who are told the same.

        Args:
            bundles: ids of ledger rows, one or more each; more only of one notification, language
                and zone, of a kind that names nobody. Those people do not see each other.

        Returns:
            For each bundle its mail, or what prevents it: ``Undeliverable`` where what it is about
            is gone or its kind is not known any more.
        """
        messages = Message.objects.in_bulk([pk for bundle in bundles for pk in bundle])
        self._learn({message.notification_id for message in messages.values()})
        return [
            self._rendered([messages[pk] for pk in sorted(bundle) if pk in messages])
            for bundle in bundles
        ]

    def _learn(self, wanted: set[UUID]) -> None:
        """Read the notifications that are not known yet; their audience may be very long."""
        new = wanted - self._notifications.keys()
        if not new:
            return
        rows = Notification.objects.defer("audience").select_related("catalog", "organisation")
        found = rows.in_bulk(list(new))
        self._notifications |= found
        rows_of_looks = looks_of({one.catalog_id for one in found.values() if one.catalog_id})
        for one in found.values():
            row = rows_of_looks.get(one.catalog_id) if one.catalog_id else None
            self._looks[one.pk] = look_from(one.organisation, one.catalog, row)

    def _rendered(self, messages: Sequence[Message]) -> Rendered | Exception:
        """Render one mail; what goes wrong concerns this one alone."""
        if not messages:
            return Undeliverable("message_gone", "The message was deleted.")
        try:
            return self._mail(messages)
        except ObjectDoesNotExist:
            return Undeliverable("subject_gone", "What this message is about was deleted.")
        except Exception as fault:  # noqa: BLE001 -- handed to the caller, who writes it down
            return fault

    def _mail(self, messages: Sequence[Message]) -> Rendered:
        first = messages[0]
        notification = self._notifications[first.notification_id]
        kind = _kind_of(notification)
        content = self._content(kind, notification, Reader(first.language, first.time_zone))
        values: dict[str, str] = dict(content.values)
        attachments: tuple[Attachment, ...] = ()
        copied = is_copy(notification, first)
        if len(messages) == 1:
            personal = kind.personal(self._ports, notification, first)
            values |= as_in_a_copy(notification, personal) if copied else personal
        if not copied:
            attachments = kind.attachments(
                self._ports, notification, None if kind.shared else first
            )
        mail = filled(
            content,
            values,
            messages,
            attachments,
            look=self._looks[notification.pk],
            around=self._around(kind, notification, messages),
        )
        return Rendered(
            replace(mail, unsubscribe=self._unsubscribe(kind, messages)),
            resend_unknown=kind.on_unknown is OnUnknown.RESEND,
        )

    def _around(
        self, kind: Kind, notification: Notification, messages: Sequence[Message]
    ) -> Around:
        """Return what a mail says beside its message."""
        first = messages[0]
        note = ""
        if is_copy(notification, first):
            note = note_of(notification, language_of(notification, first.language))
        return Around(
            note, "" if kind.essential else preferences_address(self._ports, _alone(messages))
        )

    def _unsubscribe(self, kind: Kind, messages: Sequence[Message]) -> Unsubscribe | None:
        if kind.essential:
            return None
        return unsubscribe_of(self._ports, kind.name, _alone(messages))

    def _content(
        self, kind: Kind, notification: Notification, reader: Reader
    ) -> NotificationContent:
        """Return what a notification says in a language; it never changes once written."""
        key = (notification.pk, reader)
        if key not in self._contents:
            content = content_for(self._ports, kind, notification, reader)
            content.notification = notification
            self._contents[key] = content
        return self._contents[key]


def render(ports: Ports, message_id: int) -> Mail:
    """Render one message.

    Args:
        ports: as for ``Renderer``.
        message_id: the ledger row.

    Raises:
        Undeliverable: what it is about is gone, or its kind is not known any more.
    """
    (rendered,) = Renderer(ports).render([[message_id]])
    if isinstance(rendered, Rendered):
        return rendered.mail
    raise rendered


def resends_unknown(kind: str) -> bool:
    """Say whether mail of a kind is sent again where nobody can tell whether it went out."""
    known = REGISTRY.get(kind)
    return known is not None and known.on_unknown is OnUnknown.RESEND


def _kind_of(notification: Notification) -> Kind:
    kind = REGISTRY.get(notification.kind)
    if kind is None:
        raise Undeliverable("unknown_kind", f"There is no kind «{notification.kind}» any more.")
    return kind


def _alone(messages: Sequence[Message]) -> UUID | None:
    """Return whom a mail is for; None where there are several, or it is nobody's address."""
    return messages[0].person_id if len(messages) == 1 else None


def language_of(notification: Notification, wish: str) -> str:
    """Return in which of ``LANGUAGES`` a notification speaks to readers who wish for one.

    The test of a text speaks the text's language, whoever reads it.
    """
    fixed = str(notification.context.get("language", ""))
    return spoken(fixed, wish, notification.catalog.language if notification.catalog else "")


def filled(
    content: NotificationContent,
    values: Values,
    messages: Sequence[Message],
    attachments: tuple[Attachment, ...],
    *,
    look: Look | None = None,
    around: Around = NOTHING,
) -> Mail:
    """Fill the content in and dress it; several readers are addressed blindly.

    Args:
        content: what the notification says in the readers' language; need not be stored.
        values: of all its variables.
        messages: its readers, at least one; need not be stored either.
        attachments: files to send along; the look's logo joins them.
        look: the catalog's; read where it is None.
        around: what else its readers are told.
    """
    if look is None:
        look = look_of(content.notification.organisation, content.notification.catalog)
    subject = fill_line(content.subject, values)
    language = language_of(content.notification, content.language)
    bodies = layout(look, language).dress(subject, fill_html(content.message, values), around)
    people = tuple(Address(message.address, message.name) for message in messages)
    alone = len(people) == 1
    return Mail(
        subject=subject,
        html=bodies.html,
        text=bodies.text,
        to=people if alone else (),
        bcc=() if alone else people,
        reply_to=(look.reply_to,) if look.reply_to else (),
        headers=((MESSAGE_ID_HEADER, str(messages[0].pk)),) if alone else (),
        attachments=attachments if look.logo is None else (*attachments, look.logo.file),
    )
