"""Changing what a catalog's notifications say, to whom they go, and whether they go at all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.reminders.send import ask_reminders
from classbell.domain.notifications.templates.check import (
    checked_days,
    checked_recipients,
    checked_text,
    checked_to,
    clean_message,
)
from classbell.domain.notifications.templates.effective import template_of
from classbell.domain.notifications.templates.fields import (
    CustomText,
    TemplateFields,
    from_json,
)
from classbell.domain.notifications.templates.rows import (
    add_version,
    check_seen,
    locked,
    stamp,
)
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import (
    Catalog,
    Course,
    CourseNotification,
    NotificationTemplate,
    TemplateVersion,
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did.

    Attributes:
        template: as it is now; None where it never was and is not customised.
        changed: whether there is a new version.
    """

    template: NotificationTemplate | None
    changed: bool


def kind_to_edit(name: str) -> Kind:
    """Return a kind that catalogs may shape.

    Raises:
        NotFoundHere: there is none of that name, or it is not theirs to shape.
    """
    kind = REGISTRY.get(name)
    if kind is None or not kind.customisable:
        raise NotFoundHere(
            f"There is no notification «{name}» that a catalog can change.",
            remedy="Choose one from the list of notifications.",
        )
    return kind


def checked_fields(kind: Kind, catalog: Catalog, fields: TemplateFields) -> TemplateFields:
    """Return fields as they may be kept: cleaned, and without what says the same as the default.

    Raises:
        InvalidInput: with the field that cannot be used.
    """
    days = None if fields.reminder_days is None else checked_days(fields.reminder_days)
    if days is not None and not kind.reminder_days:
        raise InvalidInput("This notification has no reminder days.", field="reminder_days")
    organisation_id = catalog.organisation_id
    return TemplateFields(
        to=None if fields.to is None else checked_to(kind, fields.to, organisation_id),
        cc=checked_recipients(kind, fields.cc, organisation_id, "cc"),
        reminder_days=None if days == kind.reminder_days else days,
        texts=_checked_texts(kind, fields),
    )


def save_template(
    ports: Ports,
    *,
    catalog: Catalog,
    kind_name: str,
    fields: TemplateFields,
    actor: Actor,
    seen: int | None = None,
) -> Saved:
    """Let a notification say from now on what an admin wrote; what is under way stays as it is.

    Args:
        ports: the outside.
        catalog: whose notification.
        kind_name: which.
        fields: everything that is customised from now on, not only what changed.
        actor: who; the audit log says which fields, not what stands in them.
        seen: number of the version that the admin began with; None to overwrite any.

    Raises:
        InvalidInput: with the field that cannot be used, or with ``number`` where somebody else has
            saved meanwhile; nothing was saved.
        NotAllowed, NotFoundHere: the actor does not administer the catalog, or there is no such
            notification.
    """
    require_actor_administers(actor, catalog)
    kind = kind_to_edit(kind_name)
    fields = checked_fields(kind, catalog, fields)
    if fields.is_default and template_of(catalog.pk, kind) is None:
        return Saved(None, changed=False)
    with transaction.atomic():
        template = locked(ports, catalog, kind, actor)
        check_seen(template, seen)
        before = from_json(template.fields)
        if before == fields:
            return Saved(template, changed=False)
        add_version(ports, template, fields, actor)
        if before.reminder_days != fields.reminder_days:
            ask_reminders(ports, catalog)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="template.saved",
            subject=f"notification:{kind.name}",
            before={"customised": customised(before)},
            after={"customised": customised(fields), "version": template.number},
        )
    return Saved(template, changed=True)


def reset_template(ports: Ports, *, catalog: Catalog, kind_name: str, actor: Actor) -> Saved:
    """Let a notification say again what the product says; its versions stay, to be restored.

    Raises:
        NotAllowed, NotFoundHere: as for ``save_template``.
    """
    return save_template(
        ports, catalog=catalog, kind_name=kind_name, fields=TemplateFields(), actor=actor
    )


def restore_version(
    ports: Ports, *, catalog: Catalog, kind_name: str, number: int, actor: Actor
) -> Saved:
    """Let a notification say again what it said in a version, as a new version.

    Args:
        ports: the outside.
        catalog: whose notification.
        kind_name: which.
        number: of the version; 0 is the product's own text.
        actor: who.

    Raises:
        InvalidInput: something of it cannot be used any more, such as a person who is gone.
        NotAllowed, NotFoundHere: as for ``save_template``, or there is no such version.
    """
    require_actor_administers(actor, catalog)
    kept = {}
    if number:
        version = TemplateVersion.objects.filter(
            template__catalog=catalog, template__kind=kind_name, number=number
        ).first()
        if version is None:
            raise NotFoundHere(
                f"There is no version {number} of this notification.",
                remedy="Choose one from the list of versions.",
            )
        kept = version.fields
    return save_template(
        ports, catalog=catalog, kind_name=kind_name, fields=from_json(kept), actor=actor
    )


def switch_kind(ports: Ports, *, catalog: Catalog, kind_name: str, on: bool, actor: Actor) -> None:
    """Switch a notification on or off for a catalog; courses with their own switch keep it.

    Raises:
        InvalidInput: this one is always sent.
        NotAllowed, NotFoundHere: as for ``save_template``.
    """
    require_actor_administers(actor, catalog)
    kind = _switchable(kind_name)
    if on and template_of(catalog.pk, kind) is None:
        return
    with transaction.atomic():
        template = locked(ports, catalog, kind, actor)
        if template.enabled == on:
            return
        template.enabled = on
        stamp(ports, template, actor)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="template.switched",
            subject=f"notification:{kind.name}",
            before={"on": not on},
            after={"on": on},
        )


def switch_for_course(
    ports: Ports, *, course: Course, kind_name: str, on: bool | None, actor: Actor
) -> None:
    """Switch a notification on or off for one course.

    Args:
        ports: the outside.
        course: with its catalog.
        kind_name: of which notification.
        on: None to do again as the catalog does.
        actor: who.

    Raises:
        InvalidInput, NotAllowed, NotFoundHere: as for ``switch_kind``.
    """
    require_actor_administers(actor, course.catalog)
    kind = _switchable(kind_name)
    with transaction.atomic():
        own = CourseNotification.objects.filter(course=course, kind=kind.name)
        row = own.select_for_update().first()
        before = None if row is None else row.enabled
        if before == on:
            return
        if on is None:
            own.delete()
        else:
            CourseNotification.objects.update_or_create(
                course=course, kind=kind.name, defaults={"enabled": on}
            )
        record(
            ports,
            actor=actor,
            catalog=course.catalog,
            action="template.switched_for_course",
            subject=f"notification:{kind.name}",
            before={"course": course.code, "on": before},
            after={"course": course.code, "on": on},
        )


def customised(fields: TemplateFields) -> list[str]:
    """Return the names of the fields that are customised, such as ``subject (de)``."""
    names = ["to"] if fields.to is not None else []
    names += ["cc"] if fields.cc else []
    names += ["reminder_days"] if fields.reminder_days is not None else []
    for language, text in sorted(fields.texts.items()):
        names += [f"subject ({language})"] if text.subject is not None else []
        names += [f"message ({language})"] if text.message is not None else []
    return names


def _checked_texts(kind: Kind, fields: TemplateFields) -> dict[str, CustomText]:
    texts = {}
    for language in LANGUAGES:
        text = checked_text(kind, language, fields.texts.get(language, CustomText()))
        default = default_text(kind.name, language)
        kept = CustomText(
            None if text.subject == " ".join(default.subject.split()) else text.subject,
            None if text.message == clean_message(default.message) else text.message,
        )
        if kept:
            texts[language] = kept
    return texts


def _switchable(kind_name: str) -> Kind:
    kind = kind_to_edit(kind_name)
    if not kind.switchable:
        raise InvalidInput("This notification is sent only where somebody writes it.")
    return kind
