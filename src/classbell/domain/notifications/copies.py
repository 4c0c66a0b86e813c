"""Copies: what people read who get somebody else's mail for their information."""

from __future__ import annotations

from collections.abc import Mapping

from classbell.domain.notifications.layout.layout import copy_note
from classbell.storage.models import Message, Notification

READER_NAME = "PERSON NAME"


def is_copy(notification: Notification, message: Message) -> bool:
    """Say whether a message is a copy of somebody else's."""
    people = notification.copies.get("people", ())
    return message.person_id is not None and message.person_id.hex in people


def note_of(notification: Notification, language: str) -> str:
    """Return the line above a copy, in one of ``LANGUAGES``."""
    of, count = notification.copies.get("of", ""), notification.copies.get("count", 0)
    return copy_note(language, name=str(of), count=int(count))


def as_in_a_copy(notification: Notification, personal: Mapping[str, str]) -> dict[str, str]:
    """Return what a kind says of one reader as it stands in a copy.

    The name is that of the reader whose mail it is; where there were many it stays that of the
    copy's own. Whatever else was meant for one person alone, such as a sign-in link, is left out.
    """
    values = dict.fromkeys(personal, "")
    if READER_NAME in personal:
        values[READER_NAME] = str(notification.copies.get("of", "")) or personal[READER_NAME]
    return values
