"""Turning a message row into the mail that goes on the wire."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist

from classbell.delivery.handlers import Undeliverable
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.template import as_text, fill_html, fill_line
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address, Mail
from classbell.storage.models import Message

MESSAGE_ID_HEADER = "x-classbell-message"


def render(ports: Ports, message_id: int) -> Mail:
    """Render one message.

    Args:
        ports: the outside; only addresses of our own pages and the cipher are used.
        message_id: the ledger row.

    Raises:
        Undeliverable: what the message is about is gone, or its kind is not known any more.
    """
    message = Message.objects.select_related(
        "notification__catalog", "notification__organisation"
    ).get(pk=message_id)
    notification = message.notification
    kind = REGISTRY.get(notification.kind)
    if kind is None:
        raise Undeliverable("unknown_kind", f"There is no kind «{notification.kind}» any more.")
    try:
        values = kind.values(ports, notification, message)
        attachments = kind.attachments(notification, message)
    except ObjectDoesNotExist as cause:
        raise Undeliverable("subject_gone", "What this message is about was deleted.") from cause
    html = fill_html(kind.message, values)
    return Mail(
        subject=fill_line(kind.subject, values),
        html=html,
        text=as_text(html),
        to=(Address(message.address, message.name),),
        headers=((MESSAGE_ID_HEADER, str(message.pk)),),
        attachments=attachments,
    )
