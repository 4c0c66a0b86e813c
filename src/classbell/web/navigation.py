"""Where somebody can go: the left navigation and the switch of catalogs, by role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from classbell.domain.organisations.access import Access
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_own import teaches_anything


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the left navigation. ``name`` is the page's name in the URL configuration."""

    name: str
    icon: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Some lines of the left navigation under one heading, which may be empty."""

    title: str
    items: tuple[NavItem, ...]


def navigation(access: Access, catalog: Catalog | None) -> tuple[NavGroup, ...]:
    """Return the left navigation: only pages that exist, and that this person may open."""
    groups: list[NavGroup] = []
    if catalog is not None and access.is_catalog_admin(catalog.id):
        groups += _catalog_groups(catalog)
    elif catalog is not None and access.is_course_admin_in(catalog.id):
        groups.append(NavGroup(catalog.title, _course_items(catalog)))
    if access.is_lms_admin:
        groups.append(NavGroup(_("All catalogs"), _organisation_items()))
    return (*groups, _own_group(access))


def switcher(
    access: Access, catalogs: Iterable[Catalog], here: Catalog | None
) -> list[tuple[str, str, bool]]:
    """Return the catalogs that somebody may switch to: title, address, and whether it is here."""
    found = []
    for one in catalogs:
        chosen = here is not None and one.id == here.id
        if access.is_catalog_admin(one.id):
            found.append((one.title, reverse("home", args=[one.slug]), chosen))
        elif access.is_course_admin_in(one.id):
            found.append((one.title, reverse("sessions", args=[one.slug]), chosen))
    return found


def _own_group(access: Access) -> NavGroup:
    """Return what everybody has for themselves; teaching only who teaches."""
    items = [
        NavItem("my-sessions", "calendar_checkmark", _("My sessions"), reverse("my-sessions")),
        NavItem("open-sessions", "search", _("Open sessions"), reverse("open-sessions")),
    ]
    if teaches_anything(access.person):
        items.append(NavItem("teaching", "people_team", _("Teaching"), reverse("teaching")))
    return NavGroup(_("For yourself"), tuple(items))


def _organisation_items() -> tuple[NavItem, ...]:
    """Return the pages about all catalogs of an organisation."""
    return (
        NavItem("catalogs", "grid_dots", _("Catalogs"), reverse("catalogs")),
        NavItem("connections", "plug_connected", _("Connections"), reverse("connections")),
        NavItem(
            "organisation-calendar",
            "calendar_checkmark",
            _("Organization calendar"),
            reverse("organisation-calendar"),
        ),
        NavItem(
            "email-provider",
            "mail_multiple",
            _("Email provider (ACS)"),
            reverse("email-provider"),
        ),
        NavItem("roles", "shield", _("Roles of all catalogs"), reverse("roles")),
        NavItem("webhooks-all", "link", _("Webhooks of all catalogs"), reverse("webhooks-all")),
        NavItem("personal-data", "people", _("Personal data"), reverse("personal-data")),
        NavItem("audit-all", "history", _("Audit log of all catalogs"), reverse("audit-all")),
    )


def _item(catalog: Catalog, name: str, icon: str, label: str) -> NavItem:
    """Return a line that leads to a page of a catalog."""
    return NavItem(name, icon, label, reverse(name, args=[catalog.slug]))


def _course_items(catalog: Catalog) -> tuple[NavItem, ...]:
    """Return the pages that course admins have as well."""
    return (
        _item(catalog, "courses", "book", _("Courses")),
        _item(catalog, "sessions", "calendar", _("Sessions")),
    )


def _catalog_groups(catalog: Catalog) -> list[NavGroup]:
    """Return the navigation within one catalog."""
    return [
        NavGroup("", (_item(catalog, "home", "home", _("Home")),)),
        NavGroup(
            catalog.title, (*_course_items(catalog), _item(catalog, "rooms", "door", _("Rooms")))
        ),
        NavGroup(
            _("Catalog settings"),
            (
                _item(catalog, "notifications", "mail", _("Notifications")),
                _item(catalog, "session-settings", "calendar_clock", _("Invitations and meetings")),
                _item(catalog, "deliveries", "document_text", _("Delivery log")),
                _item(catalog, "health", "plug_connected", _("Connection health")),
                _item(catalog, "catalog-roles", "shield", _("Roles")),
                _item(catalog, "integrations", "link", _("Integrations")),
                _item(catalog, "webhooks", "link", _("Webhooks")),
                _item(catalog, "audit", "history", _("Audit log")),
                _item(catalog, "general", "settings", _("General")),
            ),
        ),
    ]
