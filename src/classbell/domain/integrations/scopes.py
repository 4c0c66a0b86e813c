"""What an integration may be allowed: one word for each kind of reading and writing."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from classbell.ports.errors import InvalidInput
from classbell.ports.words import marked as _


class ApiScope(StrEnum):
    """A right of an integration, in the catalogs that it is for."""

    CATALOGS_READ = "catalogs:read"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    ROOMS_READ = "rooms:read"
    COURSES_READ = "courses:read"
    COURSES_WRITE = "courses:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    ENROLMENTS_READ = "enrolments:read"
    ENROLMENTS_WRITE = "enrolments:write"
    NOTIFICATIONS_SEND = "notifications:send"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_WRITE = "deliveries:write"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    AUDIT_READ = "audit:read"


MEANINGS: dict[ApiScope, str] = {
    ApiScope.CATALOGS_READ: _("See the catalog’s title, language and time zone"),
    ApiScope.CONNECTIONS_READ: _("See how the connection to Microsoft 365 is doing"),
    ApiScope.CONNECTIONS_WRITE: _("Switch the connection on or off, and invite an account’s owner"),
    ApiScope.ROOMS_READ: _("See rooms, and when they are free"),
    ApiScope.COURSES_READ: _("See courses"),
    ApiScope.COURSES_WRITE: _("Add and change courses"),
    ApiScope.SESSIONS_READ: _("See sessions"),
    ApiScope.SESSIONS_WRITE: _("Add, change, publish and cancel sessions"),
    ApiScope.ENROLMENTS_READ: _("See who is enrolled"),
    ApiScope.ENROLMENTS_WRITE: _("Enrol and unenrol learners, and say who attended"),
    ApiScope.NOTIFICATIONS_SEND: _("Write to people and to the learners of sessions"),
    ApiScope.DELIVERIES_READ: _("See what became of messages"),
    ApiScope.DELIVERIES_WRITE: _("Send messages again that failed"),
    ApiScope.TEMPLATES_READ: _("See what notifications say"),
    ApiScope.TEMPLATES_WRITE: _("Change what notifications say"),
    ApiScope.AUDIT_READ: _("Read the record of who did what"),
}
"""What each means, for whoever gives it."""


def checked_scopes(names: Collection[str]) -> list[str]:
    """Return scopes as they are kept: each once, in the order of the list.

    Raises:
        InvalidInput: there is none, or one that does not exist.
    """
    wanted = set(names)
    if unknown := sorted(wanted - set(ApiScope)):
        raise InvalidInput(
            f"There is no scope «{unknown[0][:40]}».",
            field="scopes",
            remedy=f"Choose among: {', '.join(ApiScope)}.",
        )
    if not wanted:
        raise InvalidInput(
            "An integration without a scope could do nothing.",
            field="scopes",
            remedy="Choose at least one.",
        )
    return [scope.value for scope in ApiScope if scope in wanted]
