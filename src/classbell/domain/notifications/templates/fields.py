"""What a template customises: value objects, and how they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class RecipientRole(StrEnum):
    """Whom a notification can go to without naming people."""

    AUDIENCE = "audience"
    """Those whom the event concerns, such as the learner who was enrolled."""
    INSTRUCTORS = "instructors"
    COURSE_ADMINS = "course_admins"
    CATALOG_ADMINS = "catalog_admins"
    LMS_ADMINS = "lms_admins"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Roles, and people beside them."""

    roles: tuple[RecipientRole, ...] = ()
    people: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anybody."""
        return bool(self.roles or self.people)


AS_ALWAYS = Recipients((RecipientRole.AUDIENCE,))
"""To whom a notification goes where nobody has changed it."""


@dataclass(frozen=True, slots=True)
class CustomText:
    """A catalog's own words in one language; None is the product's text, also when that changes."""

    subject: str | None = None
    message: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is customised."""
        return self.subject is not None or self.message is not None


@dataclass(frozen=True, slots=True)
class TemplateFields:
    """All that a template may customise.

    Attributes:
        to: to whom; None for those whom the event concerns.
        cc: who gets a copy.
        reminder_days: whole days before the session; None for the kind's own.
        texts: language (one of ``LANGUAGES``) to the catalog's own words.
    """

    to: Recipients | None = None
    cc: Recipients = Recipients()
    reminder_days: tuple[int, ...] | None = None
    texts: Mapping[str, CustomText] = field(default_factory=dict)

    @property
    def is_default(self) -> bool:
        """Whether nothing is customised."""
        return self == TemplateFields()


def to_json(fields: TemplateFields) -> dict[str, Any]:
    """Return fields as they are kept: nothing stands there that is not customised."""
    kept: dict[str, Any] = {}
    if fields.to is not None:
        kept["to"] = _recipients_kept(fields.to)
    if fields.cc:
        kept["cc"] = _recipients_kept(fields.cc)
    if fields.reminder_days is not None:
        kept["reminder_days"] = list(fields.reminder_days)
    texts = {language: _text_kept(text) for language, text in sorted(fields.texts.items()) if text}
    return kept | ({"texts": texts} if texts else {})


def from_json(kept: Mapping[str, Any]) -> TemplateFields:
    """Return the fields that ``to_json`` has kept."""
    days = kept.get("reminder_days")
    return TemplateFields(
        to=_recipients_read(kept["to"]) if "to" in kept else None,
        cc=_recipients_read(kept.get("cc", {})),
        reminder_days=None if days is None else tuple(days),
        texts={
            language: CustomText(text.get("subject"), text.get("message"))
            for language, text in kept.get("texts", {}).items()
        },
    )


def _recipients_kept(recipients: Recipients) -> dict[str, list[str]]:
    return {
        "roles": [str(role) for role in recipients.roles],
        "people": [person.hex for person in recipients.people],
    }


def _recipients_read(kept: Mapping[str, list[str]]) -> Recipients:
    return Recipients(
        tuple(RecipientRole(role) for role in kept.get("roles", [])),
        tuple(UUID(person) for person in kept.get("people", [])),
    )


def _text_kept(text: CustomText) -> dict[str, str]:
    parts = {"subject": text.subject, "message": text.message}
    return {name: part for name, part in parts.items() if part is not None}
