"""The row of a catalog's template: made, locked, stamped."""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.fields import TemplateFields, to_json
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, NotificationTemplate, TemplateVersion


def locked(ports: Ports, catalog: Catalog, kind: Kind, actor: Actor) -> NotificationTemplate:
    """Return a catalog's template, locked; made where it never was."""
    NotificationTemplate.objects.get_or_create(
        catalog=catalog,
        kind=kind.name,
        defaults={"changed_at": ports.clock.now(), "changed_by": actor.name},
    )
    return NotificationTemplate.objects.select_for_update().get(catalog=catalog, kind=kind.name)


def check_seen(template: NotificationTemplate, seen: int | None) -> None:
    """Refuse to overwrite unasked what somebody else has saved since.

    Raises:
        InvalidInput: with the field ``number``.
    """
    if seen is not None and template.number != seen:
        raise InvalidInput(
            f"{template.changed_by} has saved this notification while you were writing.",
            field="number",
            remedy="Their text is the latest version below. Save again to put yours in its place.",
        )


def stamp(ports: Ports, template: NotificationTemplate, actor: Actor) -> None:
    """Save a template with who changed it last, and when."""
    template.changed_at, template.changed_by = ports.clock.now(), actor.name
    template.save()


def add_version(
    ports: Ports, template: NotificationTemplate, fields: TemplateFields, actor: Actor
) -> None:
    """Put fields in force, and keep them as the template's next version."""
    template.number += 1
    template.fields = to_json(fields)
    stamp(ports, template, actor)
    TemplateVersion.objects.create(
        template=template,
        number=template.number,
        fields=template.fields,
        at=template.changed_at,
        by=actor.name,
    )
