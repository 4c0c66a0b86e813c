"""What an admin wrote, judged and cleaned before it is kept."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import nh3

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.template import check_variables, variables_in
from classbell.domain.notifications.templates.fields import (
    AS_ALWAYS,
    CustomText,
    RecipientRole,
    Recipients,
)
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Person

MOST_SUBJECT = 255
"""Characters of a subject: what Exchange Online keeps of one."""
MOST_MESSAGE = 50_000
MOST_DAYS, MOST_REMINDERS = 365, 10
MOST_PEOPLE = 50

TEXT_TAGS = ("a", "b", "blockquote", "br", "em", "h1", "h2", "h3", "hr", "i", "p", "strong", "u")
LIST_AND_TABLE_TAGS = ("li", "ol", "ul", "table", "thead", "tbody", "tr", "th", "td")
TAGS = frozenset((*TEXT_TAGS, *LIST_AND_TABLE_TAGS))
_ATTRIBUTE = re.compile(r'\s[a-z]+="([^"]*)"')
_HREF = re.compile(r'\shref="([^"]*)"')
_LEADS_SOMEWHERE = re.compile(r"(?:https?://|mailto:).", re.IGNORECASE)
_SPACES = re.compile(r"\s+", re.ASCII)
"""What a subject has one of where several stand. French keeps its own spaces before colons."""

_WHOLE = re.compile(r"\{((?:[A-Z][A-Z0-9 ]* )?LINK)\}")


def clean_message(html: str) -> str:
    """Return a message without anything that a mail program could run, load or be styled by."""
    cleaned = nh3.clean(
        html.strip(),
        tags=set(TAGS),
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        allowed_classes={"a": {"button"}},
        url_schemes={"https", "http", "mailto"},
        link_rel=None,
    )
    # Written as it was typed: a French default that comes back is the default still.
    return cleaned.replace("&nbsp;", "\u00a0")


def checked_text(kind: Kind, language: str, text: CustomText) -> CustomText:
    """Return a text as it may be kept.

    Args:
        kind: of the notification.
        language: one of ``LANGUAGES``; names the field in an error.
        text: as typed; a field that is None stays so.

    Raises:
        InvalidInput: a field is empty or too long, or names a variable that the kind does not have,
            or has a variable within an address, or a link leads nowhere.
    """
    subject = None if text.subject is None else _SPACES.sub(" ", text.subject).strip()
    message = None if text.message is None else clean_message(text.message)
    if subject is not None:
        _check_length(subject, MOST_SUBJECT, f"subject_{language}")
        _check_known(kind, subject, f"subject_{language}")
    if message is not None:
        _check_length(message, MOST_MESSAGE, f"message_{language}")
        _check_known(kind, message, f"message_{language}")
        _check_addresses(message, f"message_{language}")
    return CustomText(subject, message)


def checked_days(days: tuple[int, ...]) -> tuple[int, ...]:
    """Return reminder days, each once, the earliest reminder first.

    Raises:
        InvalidInput: one is out of range, or they are too many.
    """
    chosen = tuple(sorted(set(days), reverse=True))
    if any(not 0 <= day <= MOST_DAYS for day in chosen):
        raise InvalidInput(
            f"A reminder goes out 0 to {MOST_DAYS} days before the session.",
            field="reminder_days",
        )
    if len(chosen) > MOST_REMINDERS:
        raise InvalidInput(
            f"These are {len(chosen)} reminders; there can be {MOST_REMINDERS} of a session.",
            field="reminder_days",
            remedy="Leave some days out.",
        )
    return chosen


def checked_recipients(
    kind: Kind, recipients: Recipients, organisation_id: UUID, field: str
) -> Recipients:
    """Return recipients as they may be kept, each once.

    Raises:
        InvalidInput: a role that the kind does not offer, somebody of another organisation, or too
            many people.
    """
    roles = tuple(role for role in RecipientRole if role in recipients.roles)
    if not set(roles) <= set(kind.roles):
        raise InvalidInput("This notification cannot go to that role.", field=field)
    people = tuple(dict.fromkeys(recipients.people))
    if people and kind.roles == (RecipientRole.AUDIENCE,):
        raise InvalidInput(
            "This notification is for the person it concerns and for nobody else.", field=field
        )
    if len(people) > MOST_PEOPLE:
        raise InvalidInput(
            f"There can be {MOST_PEOPLE} people beside the roles.",
            field=field,
            remedy="Give them a role, and choose that.",
        )
    known = Person.objects.filter(pk__in=people, organisation_id=organisation_id).count()
    if known != len(people):
        raise InvalidInput("Somebody chosen is not of your organisation any more.", field=field)
    return Recipients(roles, people)


def checked_to(kind: Kind, recipients: Recipients, organisation_id: UUID) -> Recipients | None:
    """Return to whom it goes as it may be kept, None for those whom the event concerns.

    Raises:
        InvalidInput: as for ``checked_recipients``, or it would go to nobody.
    """
    if not recipients:
        raise InvalidInput(
            "This notification would go to nobody.",
            field="to",
            remedy="Choose a role or a person, or switch the notification off.",
        )
    chosen = checked_recipients(kind, recipients, organisation_id, "to")
    return None if chosen == AS_ALWAYS else chosen


def _check_length(text: str, most: int, field: str) -> None:
    is_subject = field.startswith("subject")
    if not text:
        raise InvalidInput(
            "The subject is empty." if is_subject else "The message is empty.",
            field=field,
            remedy="Write one, or reset it to the default.",
        )
    if len(text) > most:
        length = len(text)
        raise InvalidInput(
            f"The subject has {length:,} characters; it can have {most:,}."
            if is_subject
            else f"The message has {length:,} characters; it can have {most:,}.",
            field=field,
        )


def _check_known(kind: Kind, text: str, field: str) -> None:
    try:
        check_variables(text, frozenset(kind.variables))
    except InvalidInput as refused:
        raise InvalidInput(refused.what, field=field, remedy=refused.remedy) from None


def _check_addresses(html: str, field: str) -> None:
    """Let a variable stand for a whole address of ours, never for a part of another one."""
    for value in _ATTRIBUTE.findall(html):
        if variables_in(value) and not _WHOLE.fullmatch(value):
            raise InvalidInput(
                f"A variable cannot be part of an address: {value}",
                field=field,
                remedy="Use a variable that ends with LINK, alone, as the address.",
            )
    for address in _HREF.findall(html):
        if not _WHOLE.fullmatch(address) and not _LEADS_SOMEWHERE.match(address):
            # A mail stands nowhere that an address could begin from.
            raise InvalidInput(
                f"The link «{unescape(address)}» leads nowhere from a mail.",
                field=field,
                remedy="Write the whole address, with https:// or mailto: before it.",
            )
