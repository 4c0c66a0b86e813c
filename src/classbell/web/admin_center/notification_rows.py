"""The lines of Catalog settings > Notifications, and which of them are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.effective import fields_of, switch_of
from classbell.domain.notifications.templates.fields import (
    AS_ALWAYS,
    Recipients,
    TemplateFields,
)
from classbell.storage.models import Catalog, NotificationTemplate
from classbell.storage.queries import pages_templates as queries
from classbell.storage.scope import Scope
from classbell.web.admin_center.connection_panel import Panel
from classbell.web.admin_center.notification_words import (
    carrier_of,
    recipient_names,
    source_name,
    why_fixed,
)

OPERATOR = "The operator"
CUSTOMISED, OFF = "customised", "off"
LONGEST_TEXT = 200

Chip = tuple[str, int, str, bool]
"""Label, how many lines it lets through, address, whether it is chosen."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for: ``show`` is empty, ``customised`` or ``off``; ``text`` part of a title."""

    show: str = ""
    text: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """Read them from an address; what is unknown counts as none."""
        show = query.get("show", "")
        return cls(
            show if show in {CUSTOMISED, OFF} else "", query.get("q", "").strip()[:LONGEST_TEXT]
        )

    def fields(self) -> dict[str, str]:
        """Return them as fields of a form or an address; those that are not set are left out."""
        values = {"show": self.show, "q": self.text}
        return {name: value for name, value in values.items() if value}

    def address(self, slug: str) -> str:
        """Return the page's address with these filters."""
        query = urlencode(self.fields())
        return reverse("notifications", args=[slug]) + (f"?{query}" if query else "")

    def lets_through(self, row: ShownKind) -> bool:
        """Tell whether a line is asked for."""
        wanted = {"": True, CUSTOMISED: row.customised, OFF: not row.on}[self.show]
        return wanted and self.text.casefold() in f"{row.title} {row.when}".casefold()


@dataclass(frozen=True, slots=True)
class ShownKind:
    """One line of the table.

    Attributes:
        name: of the kind.
        title, when: as admins read them.
        to, copies: to whom it goes; ``copies`` is empty where nobody gets one.
        icon, carried_by: what carries it.
        customised: whether anything of it is the catalog's own.
        fixed: why the catalog cannot shape it; empty where it can.
        on, source: whether it is sent, and who decided that.
        switchable: whether it can be switched off.
        changed_at, changed_by: of the last change; None where nobody ever changed it.
    """

    name: str
    title: str
    when: str
    to: str
    copies: str
    icon: str
    carried_by: str
    customised: bool
    fixed: str
    on: bool
    source: str
    switchable: bool
    changed_at: datetime | None
    changed_by: str


def all_rows(catalog: Catalog, panel: Panel) -> list[ShownKind]:
    """Return the kinds of notification of a catalog, what it can shape first.

    The operator's alarms are not shown.
    """
    found = queries.templates(Scope(catalog.organisation_id).narrowed_to(catalog.pk))
    fields = {name: fields_of(template) for name, template in found.items()}
    names = _names(catalog, fields.values())
    rows = [
        _row(kind, panel, found.get(kind.name), fields.get(kind.name, TemplateFields()), names)
        for kind in REGISTRY.values()
        if kind.audience != OPERATOR and not kind.fixed
    ]
    return sorted(rows, key=lambda row: bool(row.fixed))


def chips_for(rows: list[ShownKind], filters: Filters, slug: str) -> list[Chip]:
    """Return the filters to choose from, with how many lines each lets through."""
    choices = (("", _("All")), (CUSTOMISED, _("Customised")), (OFF, _("Off")))
    found = []
    for show, label in choices:
        one = Filters(show, filters.text)
        count = sum(one.lets_through(row) for row in rows)
        found.append((label, count, one.address(slug), show == filters.show))
    return found


def _names(catalog: Catalog, templates: Iterable[TemplateFields]) -> dict[UUID, str]:
    """Return the names of all people whom templates name."""
    ids: list[UUID] = []
    for fields in templates:
        ids += (*(fields.to.people if fields.to else ()), *fields.cc.people)
    people = queries.people_named(catalog.organisation_id, tuple(ids))
    return {person.pk: person.name or person.address for person in people}


def _row(
    kind: Kind,
    panel: Panel,
    template: NotificationTemplate | None,
    fields: TemplateFields,
    names: Mapping[UUID, str],
) -> ShownKind:
    """Make one line."""

    def written(recipients: Recipients) -> str:
        people = [names[one] for one in recipients.people if one in names]
        return recipient_names(recipients, kind, people)

    switch = switch_of(kind, template)
    icon, carried_by = carrier_of(kind, panel)
    return ShownKind(
        name=kind.name,
        title=_(kind.title),
        when=_(kind.when),
        to=written(AS_ALWAYS if fields.to is None else fields.to),
        copies=written(fields.cc),
        icon=icon,
        carried_by=carried_by,
        customised=not fields.is_default,
        fixed=why_fixed(kind),
        on=switch.on,
        source=source_name(switch.source),
        switchable=kind.switchable and kind.customisable,
        changed_at=template.changed_at if template else None,
        changed_by=template.changed_by if template else "",
    )
