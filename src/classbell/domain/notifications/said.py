"""What a message said, for whoever looks it up afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.domain.notifications.template import (
    LEFT_OUT,
    as_text,
    fill_html,
    fill_line,
    variables_in,
)
from classbell.storage.models import Message, NotificationContent


@dataclass(frozen=True, slots=True)
class Said:
    """Subject and text, as far as they are kept."""

    subject: str
    text: str


def what_it_said(message: Message, content: NotificationContent) -> Said:
    """Fill what is kept for all readers of a notification with what is known of one of them.

    Args:
        message: to whom.
        content: what its notification says in the reader's language and zone.
    """
    known = {"PERSON NAME": message.name or message.address} | content.values
    names = variables_in(content.subject + content.message)
    values = {name: str(known.get(name, LEFT_OUT)) for name in names}
    html = fill_html(content.message, values)
    return Said(fill_line(content.subject, values), as_text(html))
