"""Turning message rows into the mail that goes on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from classbell.delivery.handlers import Bundle, Rendered, Undeliverable
from classbell.domain.notifications.content import content_for
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind, OnUnknown, Values
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.template import as_text, fill_html, fill_line
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address, Attachment, Mail
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
        if new:
            rows = Notification.objects.defer("audience").select_related("catalog", "organisation")
            self._notifications |= rows.in_bulk(list(new))

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
        alone = len(messages) == 1
        personal = kind.personal(self._ports, notification, first) if alone else {}
        attachments = kind.attachments(notification, None if kind.shared else first)
        mail = filled(content, {**content.values, **personal}, messages, attachments)
        return Rendered(mail, resend_unknown=kind.on_unknown is OnUnknown.RESEND)

    def _content(
        self, kind: Kind, notification: Notification, reader: Reader
    ) -> NotificationContent:
        """Return what a notification says in a language; it never changes once written."""
        key = (notification.pk, reader)
        if key not in self._contents:
            self._contents[key] = content_for(self._ports, kind, notification, reader)
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


def filled(
    content: NotificationContent,
    values: Values,
    messages: Sequence[Message],
    attachments: tuple[Attachment, ...],
) -> Mail:
    """Fill the content in; several readers are addressed blindly.

    Args:
        content: what the notification says in the readers' language; need not be stored.
        values: of all its variables.
        messages: its readers, at least one; need not be stored either.
        attachments: files to send along.
    """
    html = fill_html(content.message, values)
    people = tuple(Address(message.address, message.name) for message in messages)
    alone = len(people) == 1
    return Mail(
        subject=fill_line(content.subject, values),
        html=html,
        text=as_text(html),
        to=people if alone else (),
        bcc=() if alone else people,
        headers=((MESSAGE_ID_HEADER, str(messages[0].pk)),) if alone else (),
        attachments=attachments,
    )
