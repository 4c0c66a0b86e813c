"""What was typed into the form of a notification's template, and what is stored of it, as texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.effective import reminder_days, text_in
from classbell.domain.notifications.templates.fields import (
    AS_ALWAYS,
    CustomText,
    RecipientRole,
    Recipients,
    TemplateFields,
)
from classbell.domain.organisations.find_people import find_people
from classbell.ports.errors import InvalidInput
from classbell.storage.queries import pages_templates as queries
from classbell.web.translated import translated

TO, CC = "to", "cc"
TEXTS = ("subject", "message", "days")
FIELDS = (TO, CC, *TEXTS)
MOST_DIGITS = 4


@dataclass
class Typed:
    """What stands in the form.

    Attributes:
        language: of subject and message, one of ``LANGUAGES``.
        roles: under ``to`` and ``cc``, those that are ticked.
        people: under the same, addresses or names, one a line.
        subject, message, days: as typed.
        number: of the version that the admin began with.
        errors: what is wrong with a field, by its name; under the empty name, with the whole.
    """

    language: str
    roles: dict[str, set[str]]
    people: dict[str, str]
    subject: str
    message: str
    days: str
    number: int
    errors: dict[str, str] = field(default_factory=dict)

    def fields(self, kind: Kind, before: TemplateFields, organisation_id: UUID) -> TemplateFields:
        """Return what was typed as the domain wants it; other languages stay as they are.

        Args:
            kind: of the notification.
            before: what is stored.
            organisation_id: whose people may be named.

        Raises:
            InvalidInput: somebody is not known, or days are no numbers.
        """
        texts = dict(before.texts) | {self.language: CustomText(self.subject, self.message)}
        return TemplateFields(
            to=self._recipients(TO, organisation_id),
            cc=self._recipients(CC, organisation_id),
            reminder_days=_days(self.days) if kind.reminder_days else None,
            texts=texts,
        )

    def text_fields(self) -> TemplateFields:
        """Return subject and message alone, as a preview and a test need them."""
        return TemplateFields(texts={self.language: CustomText(self.subject, self.message)})

    def refuse(self, error: InvalidInput) -> None:
        """Put an error beside the field it is about."""
        words = " ".join(filter(None, map(translated, (error.what, error.meaning, error.remedy))))
        name = error.field.removesuffix(f"_{self.language}")
        name = "days" if name == "reminder_days" else name
        self.errors[name if name in FIELDS else ""] = words

    def _recipients(self, name: str, organisation_id: UUID) -> Recipients:
        roles = tuple(role for role in RecipientRole if role.value in self.roles[name])
        try:
            people = find_people(organisation_id, self.people[name])
        except InvalidInput as error:
            error.field = name
            raise
        return Recipients(roles, tuple(person.pk for person in people))


def stored_form(
    kind: Kind, fields: TemplateFields, language: str, number: int, organisation_id: UUID
) -> Typed:
    """Fill the form with what is in force."""
    text = text_in(kind, fields, language)
    chosen = {TO: AS_ALWAYS if fields.to is None else fields.to, CC: fields.cc}
    return Typed(
        language=language,
        roles={name: {role.value for role in one.roles} for name, one in chosen.items()},
        people={name: _addresses(organisation_id, one) for name, one in chosen.items()},
        subject=text.subject,
        message=text.message,
        days=", ".join(map(str, reminder_days(kind, fields))),
        number=number,
    )


def read_form(request: HttpRequest, language: str) -> Typed:
    """Take what was typed."""
    sent: Mapping[str, str] = request.POST
    number = sent.get("number", "")
    return Typed(
        language=language,
        roles={
            name: {role.value for role in RecipientRole if sent.get(f"{name}_{role.value}") == "on"}
            for name in (TO, CC)
        },
        people={name: _lines(sent.get(f"{name}_people", "")) for name in (TO, CC)},
        subject=sent.get("subject", ""),
        message=_lines(sent.get("message", "")),
        days=sent.get("days", "").strip(),
        number=int(number[:9]) if number.isascii() and number.isdigit() else 0,
    )


def put_default(typed: Typed, name: str, kind: Kind) -> None:
    """Put the product's own into one field, in place of what was typed.

    Args:
        typed: what stands in the form.
        name: of the field; an unknown one changes nothing.
        kind: of the notification.
    """
    if name in {TO, CC}:
        typed.roles[name] = {role.value for role in AS_ALWAYS.roles} if name == TO else set()
        typed.people[name] = ""
    elif name == "days":
        typed.days = ", ".join(map(str, kind.reminder_days))
    elif name in TEXTS:
        text = text_in(kind, TemplateFields(), typed.language)
        setattr(typed, name, getattr(text, name))


def customised_names(typed: Typed, kind: Kind) -> set[str]:
    """Return the names of the fields in which something else stands than the product's own."""
    text = text_in(kind, TemplateFields(), typed.language)
    always = {role.value for role in AS_ALWAYS.roles}
    own = {
        TO: typed.roles[TO] != always or bool(typed.people[TO].strip()),
        CC: bool(typed.roles[CC] or typed.people[CC].strip()),
        "subject": typed.subject.split() != text.subject.split(),
        "message": typed.message.strip() != text.message,
        "days": typed.days.replace(" ", "") != ",".join(map(str, kind.reminder_days)),
    }
    return {name for name, is_own in own.items() if is_own}


def _lines(text: str) -> str:
    """Return a text with the line ends of everything else; browsers send those of the web."""
    return text.replace("\r\n", "\n")


def _days(text: str) -> tuple[int, ...]:
    """Read days such as «7, 1»; nothing means that no reminder goes out."""
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    for part in parts:
        if not part.isascii() or not part.isdigit() or len(part) > MOST_DIGITS:
            raise InvalidInput(
                _("«%(part)s» is no number of days.") % {"part": part},
                field="reminder_days",
                remedy=_("Write whole numbers with commas between them, such as 7, 1."),
            )
    return tuple(map(int, parts))


def _addresses(organisation_id: UUID, recipients: Recipients) -> str:
    people = queries.people_named(organisation_id, recipients.people)
    return "\n".join(person.address or person.name for person in people)
