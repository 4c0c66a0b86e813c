"""What admins read of notifications and their templates: roles, sources, fields, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds.kind import Carrier, Kind, Route
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.notifications.templates.effective import Source
from classbell.domain.notifications.templates.fields import RecipientRole, Recipients
from classbell.web.admin_center.connection_panel import Panel

FIELD = re.compile(r"(\w+)(?: \((\w+)\))?")


def role_name(role: RecipientRole, kind: Kind) -> str:
    """Return a role as a recipient of a kind."""
    return {
        RecipientRole.AUDIENCE: _(kind.audience),
        RecipientRole.INSTRUCTORS: _("Instructors of the session"),
        RecipientRole.COURSE_ADMINS: _("Course admins"),
        RecipientRole.CATALOG_ADMINS: _("Catalog admins"),
        RecipientRole.LMS_ADMINS: _("LMS admins"),
    }[role]


def recipient_names(recipients: Recipients, kind: Kind, people: Iterable[str]) -> str:
    """Return recipients in one line: roles, then the given names of people."""
    return ", ".join((*(role_name(role, kind) for role in recipients.roles), *people))


def source_name(source: Source) -> str:
    """Return who decided whether a kind is sent."""
    return {
        Source.DEFAULT: _("Default"),
        Source.CATALOG: _("Set for the catalog"),
        Source.COURSE: _("Set for the course"),
    }[source]


def field_name(stored: str) -> str:
    """Return a field such as ``subject (de)`` as people read it."""
    found = FIELD.fullmatch(stored)
    name, language = found.groups() if found else (stored, None)
    words = {
        "to": _("To"),
        "cc": _("Cc"),
        "reminder_days": _("Reminder days"),
        "subject": _("Subject"),
        "message": _("Message"),
    }
    title = words.get(name, name)
    return f"{title} ({LANGUAGES.get(language, language)})" if language else title


def field_names(stored: Iterable[str]) -> str:
    """Return the fields that a version customises, in one line."""
    return ", ".join(map(field_name, stored)) or _("Nothing: all as Classbell has it")


def why_fixed(kind: Kind) -> str:
    """Say who decides about a kind that a catalog cannot shape; empty where it can."""
    if kind.customisable:
        return ""
    if kind.route is Route.ACCOUNT:
        return _("Classbell decides: it proves that the connected account itself can send.")
    return _("Classbell decides: it has to be understood while the account cannot send.")


def carrier_of(kind: Kind, panel: Panel) -> tuple[str, str]:
    """Return icon and words for what carries a kind."""
    if kind.route is Route.SYSTEM and panel.route.activated:
        return "server", _("Email by Azure or the system mailer")
    if kind.route is Route.SYSTEM:
        return "server", _("Email from the system mailer, never through the account")
    if kind.carrier is Carrier.ENTRY:
        return "calendar", _("Calendar invitation; email where the account has no calendar")
    if kind.route is Route.CATALOG and panel.route.by_provider:
        return "mail_multiple", _("Email through Azure Communication Services")
    return "mail", _("Email from the connected account")
