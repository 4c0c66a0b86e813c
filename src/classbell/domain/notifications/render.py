"""Turning message rows into the mail that goes on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ObjectDoesNotExist

from classbell.delivery.handlers import Rendered, Undeliverable
from classbell.domain.notifications.content import content_for
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind, OnUnknown, Values
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.template import as_text, fill_html, fill_line
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address, Attachment, Mail
from classbell.storage.models import Message, Notification, NotificationContent

MESSAGE_ID_HEADER = "x-classbell-message"


def render(ports: Ports, message_ids: Sequence[int]) -> Rendered:
    """Render one mail: for one person, or for many who are told the same.

    Args:
        ports: the outside; only addresses of our own pages, the clock and the cipher are used.
        message_ids: ledger rows, one or more; more only of one notification, language and zone,
            of a kind that names nobody. Those people are written to without seeing each other.

    Raises:
        Undeliverable: what the message is about is gone, or its kind is not known any more.
    """
    messages = list(
        Message.objects.filter(pk__in=message_ids)
        .select_related("notification__catalog", "notification__organisation")
        .order_by("pk")
    )
    first = messages[0]
    kind = _kind_of(first.notification)
    try:
        reader = Reader(first.language, first.time_zone)
        content = content_for(ports, kind, first.notification, reader)
        personal = {} if kind.shared else kind.personal(ports, first.notification, first)
        attachments = kind.attachments(first.notification, None if kind.shared else first)
    except ObjectDoesNotExist as cause:
        raise Undeliverable("subject_gone", "What this message is about was deleted.") from cause
    mail = _mail(content, {**content.values, **personal}, messages, attachments)
    return Rendered(mail, resend_unknown=kind.on_unknown is OnUnknown.RESEND)


def resends_unknown(kind: str) -> bool:
    """Say whether mail of a kind is sent again where nobody can tell whether it went out."""
    known = REGISTRY.get(kind)
    return known is not None and known.on_unknown is OnUnknown.RESEND


def _kind_of(notification: Notification) -> Kind:
    kind = REGISTRY.get(notification.kind)
    if kind is None:
        raise Undeliverable("unknown_kind", f"There is no kind «{notification.kind}» any more.")
    return kind


def _mail(
    content: NotificationContent,
    values: Values,
    messages: Sequence[Message],
    attachments: tuple[Attachment, ...],
) -> Mail:
    """Fill the content in; several readers are addressed blindly."""
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
