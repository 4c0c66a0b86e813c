"""Templates as JSON: what ``--json`` writes of one, and what a file may say; as in the REST API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from classbell.ports.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection

    from classbell.domain.notifications.kinds.kind import Kind
    from classbell.domain.notifications.templates.fields import (
        CustomText,
        Recipients,
        TemplateFields,
    )
    from classbell.storage.models import Catalog

MEMBERS = ("to", "cc", "reminder_days", "texts")
"""What a file may say; what is left out is the product's."""


def shown(catalog: Catalog, kind: Kind) -> dict[str, object]:
    """Return a kind as it is in force in a catalog."""
    from classbell.domain.notifications.languages import LANGUAGES  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.notifications.templates import effective  # noqa: PLC0415 -- the same
    from classbell.domain.notifications.templates.fields import AS_ALWAYS  # noqa: PLC0415 -- the same

    template = effective.template_of(catalog.pk, kind)
    fields = effective.fields_of(template)
    texts = {language: effective.text_in(kind, fields, language) for language in LANGUAGES}
    return {
        "kind": kind.name,
        "title": kind.title,
        "on": effective.switch_of(kind, template).on,
        "version": template.number if template else 0,
        "to": _form(fields.to or AS_ALWAYS),
        "cc": _form(fields.cc),
        "reminder_days": list(effective.reminder_days(kind, fields)),
        "variables": sorted(kind.variables),
        "texts": {
            language: {
                "subject": text.subject,
                "message": text.message,
                "subject_customised": text.subject_customised,
                "message_customised": text.message_customised,
            }
            for language, text in texts.items()
        },
    }


def fields_from(text: str) -> TemplateFields:
    """Return what a file says shall be customised.

    Raises:
        InvalidInput: it is no JSON, or says something that a template does not have.
    """
    from classbell.domain.notifications.languages import LANGUAGES  # noqa: PLC0415 -- see shown
    from classbell.domain.notifications.templates.fields import (  # noqa: PLC0415 -- the same
        Recipients,
        TemplateFields,
    )

    try:
        value = json.loads(text)
    except ValueError as cause:
        raise _wrong(f"The file is no JSON: {cause}.") from cause
    given = _object(value, MEMBERS, "The file")
    days, texts = given.get("reminder_days"), given.get("texts") or {}
    if days is not None and not _is_list_of(days, int):
        raise _wrong("«reminder_days» must be a list of whole numbers.")
    texts = _object(texts, LANGUAGES, "«texts»")
    return TemplateFields(
        to=None if given.get("to") is None else _recipients(given["to"], "to"),
        cc=Recipients() if given.get("cc") is None else _recipients(given["cc"], "cc"),
        reminder_days=None if days is None else tuple(days),
        texts={language: _text(language, one) for language, one in texts.items()},
    )


def _text(language: str, value: object) -> CustomText:
    from classbell.domain.notifications.templates.fields import CustomText  # noqa: PLC0415 -- see shown

    given = _object(value, ("subject", "message"), f"«texts.{language}»")
    if any(not isinstance(one, str | None) for one in given.values()):
        raise _wrong(f"«texts.{language}» must say texts, or null for the product's.")
    return CustomText(given.get("subject"), given.get("message"))


def _recipients(value: object, name: str) -> Recipients:
    from classbell.domain.notifications.templates.fields import (  # noqa: PLC0415 -- see shown
        RecipientRole,
        Recipients,
    )

    given = _object(value, ("roles", "people"), f"«{name}»")
    roles, people = given.get("roles", []), given.get("people", [])
    if not (_is_list_of(roles, str) and _is_list_of(people, str)):
        raise _wrong(f"«{name}» must hold lists of roles and of ids.")
    try:
        return Recipients(
            tuple(RecipientRole(one) for one in roles), tuple(UUID(one) for one in people)
        )
    except ValueError as cause:
        raise _wrong(f"«{name}» cannot be used: {cause}.") from cause


def _object(given: object, members: Collection[str], what: str) -> dict[str, Any]:
    """Return an object with some of these members, and refuse anything else."""
    if not isinstance(given, dict):
        raise _wrong(f"{what} must be an object.")
    if unknown := sorted(set(given) - set(members)):
        raise _wrong(
            f"{what} has «{unknown[0]}», which is not known; known are {', '.join(members)}."
        )
    return given


def _is_list_of(given: object, kind: type) -> bool:
    return isinstance(given, list) and all(type(one) is kind for one in given)


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(
        what,
        meaning="Nothing was changed.",
        remedy='Write it as the REST API takes it: {"texts": {"en": {"subject": "…"}}}.',
    )


def _form(recipients: Recipients) -> dict[str, object]:
    return {
        "roles": [str(role) for role in recipients.roles],
        "people": [str(one) for one in recipients.people],
    }
