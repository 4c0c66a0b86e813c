"""Reads of the record of who did what."""

from __future__ import annotations

from django.db.models import QuerySet

from classbell.storage.models import AuditEntry
from classbell.storage.scope import Scope


def audit_entries(scope: Scope, *, action: str = "") -> QuerySet[AuditEntry]:
    """Return the record within a scope, newest first.

    Args:
        scope: an organisation (LMS admins) or some of its catalogs (catalog admins).
        action: only acts whose word begins so, such as ``connection.``; empty for all.
    """
    rows = scope.of(AuditEntry).select_related("catalog").order_by("-at", "-id")
    return rows.filter(action__startswith=action) if action else rows
