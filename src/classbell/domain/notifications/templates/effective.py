"""What is in force: the catalog's own fields where it has some, else the product's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import MOST_TOGETHER, Kind
from classbell.domain.notifications.languages import LANGUAGES, spoken
from classbell.domain.notifications.template import variables_in
from classbell.domain.notifications.templates.fields import TemplateFields, from_json
from classbell.storage.models import (
    CourseNotification,
    CourseSession,
    Notification,
    NotificationTemplate,
    TemplateVersion,
)


class Source(StrEnum):
    """Where an effective state comes from."""

    DEFAULT = "default"
    CATALOG = "catalog"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a kind is sent, and who decided that."""

    on: bool
    source: Source


@dataclass(frozen=True, slots=True)
class EffectiveText:
    """Subject and message in one language, and which of them are the catalog's own."""

    language: str
    subject: str
    message: str
    subject_customised: bool
    message_customised: bool


def template_of(catalog_id: UUID | None, kind: Kind) -> NotificationTemplate | None:
    """Return what a catalog has made of a kind; None where it never touched it."""
    if catalog_id is None or not kind.customisable:
        return None
    return NotificationTemplate.objects.filter(catalog_id=catalog_id, kind=kind.name).first()


def fields_of(template: NotificationTemplate | None) -> TemplateFields:
    """Return a template's fields, nothing customised where there is none."""
    return TemplateFields() if template is None else from_json(template.fields)


def fields_at(notification: Notification) -> TemplateFields:
    """Return the fields of the version that was in force when a notification was written down.

    So a notification to many says the same to the last as to the first, whatever is edited
    meanwhile.
    """
    if notification.template_version == 0 or notification.catalog_id is None:
        return TemplateFields()
    version = TemplateVersion.objects.get(
        template__catalog_id=notification.catalog_id,
        template__kind=notification.kind,
        number=notification.template_version,
    )
    return from_json(version.fields)


def text_in(kind: Kind, fields: TemplateFields, *wishes: str) -> EffectiveText:
    """Return the text in the first language of the wishes that is spoken.

    Args:
        kind: of the notification.
        fields: what the catalog customised; a customised field freezes only itself.
        wishes: language tags, the reader's before the catalog's.
    """
    language = spoken(*wishes)
    text = default_text(kind.name, language)
    custom = fields.texts.get(language)
    subject = custom.subject if custom else None
    message = custom.message if custom else None
    return EffectiveText(
        language,
        text.subject if subject is None else subject,
        text.message if message is None else message,
        subject is not None,
        message is not None,
    )


def personal_variables(kind: Kind, fields: TemplateFields) -> dict[str, tuple[str, ...]]:
    """Return by language which variables of a template name its reader.

    Languages whose text has none are left out.
    """
    found = {}
    for language in LANGUAGES:
        text = text_in(kind, fields, language)
        names = variables_in(text.subject + text.message)
        personal = tuple(name for name in names if name in kind.names_reader)
        if personal:
            found[language] = personal
    return found


def most_together(notification: Notification) -> int:
    """Return how many people may share an envelope of a notification: one where it names them.

    A kind that is written for all alike becomes a personal one by a variable that names its reader.
    """
    kind = REGISTRY[notification.kind]
    if not kind.shared or personal_variables(kind, fields_at(notification)):
        return 1
    return MOST_TOGETHER


def switch_of(
    kind: Kind, template: NotificationTemplate | None, course_id: UUID | None = None
) -> Switch:
    """Say whether a kind is sent for a course: the course's own word, else the catalog's."""
    if course_id is not None and kind.customisable:
        own = CourseNotification.objects.filter(course_id=course_id, kind=kind.name).first()
        if own is not None:
            return Switch(own.enabled, Source.COURSE)
    if template is not None and not template.enabled:
        return Switch(on=False, source=Source.CATALOG)
    return Switch(on=True, source=Source.DEFAULT)


def switches_of(
    kind: Kind, template: NotificationTemplate | None, course_ids: Collection[UUID]
) -> dict[UUID, Switch]:
    """Say for some courses of a catalog whether a kind is sent, as ``switch_of`` does for one."""
    rows = CourseNotification.objects.filter(course_id__in=course_ids, kind=kind.name)
    own = dict(rows.values_list("course_id", "enabled"))
    whole = switch_of(kind, template)
    return {
        course_id: Switch(own[course_id], Source.COURSE) if course_id in own else whole
        for course_id in course_ids
    }


def course_of(context: Mapping[str, str]) -> UUID | None:
    """Return the course that a notification is about; None where it is about no session."""
    if "session" not in context:
        return None
    rows = CourseSession.objects.filter(pk=context["session"])
    return rows.values_list("course_id", flat=True).first()


def reminder_days(kind: Kind, fields: TemplateFields) -> tuple[int, ...]:
    """Return how many days before a session its reminders go out; empty where the kind has none."""
    return kind.reminder_days if fields.reminder_days is None else fields.reminder_days
