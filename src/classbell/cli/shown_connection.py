"""What ``--json`` writes of a catalog's connection: the names and values of the REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classbell.cli.shown import Shown

if TYPE_CHECKING:
    from classbell.ports.bundle import Ports
    from classbell.storage.models import Account, CapabilityCheck, Catalog, ConnectInvitation


def connection(catalog: Catalog) -> Shown:
    """Return a catalog's connection as it is shown."""
    from classbell.storage.queries.connections import (  # noqa: PLC0415 -- needs Django's settings
        capabilities,
        connection_of,
    )

    found = connection_of(catalog)
    account = found.account
    lines = capabilities(account) if account else ()
    return {
        "enabled": found.enabled,
        "account": _account(account) if account else None,
        "mail_by_email_provider": found.use_acs,
        "connected_at": found.connected_at,
        "capabilities": [_capability(line) for line in lines],
    }


def health(ports: Ports, catalog: Catalog) -> Shown:
    """Return how a catalog's account is doing, from what is known here."""
    from classbell.domain.connections.health import health_of  # noqa: PLC0415 -- the same
    from classbell.storage.queries.connections import connection_of  # noqa: PLC0415 -- the same

    account = connection_of(catalog).account
    if account is None:
        return _no_health()
    found = health_of(ports, account, limit=0, catalog=catalog)
    remedy = found.remedy
    return {
        "status": found.status.value,
        "summary": found.summary,
        "remedy": {"text": remedy.text, "who": remedy.who.value} if remedy else None,
        "lost_since": found.incident.opened_at if found.incident else None,
        "waiting": found.waiting,
        "sent_24h": found.sent_24h,
        "last_success_at": found.last_success_at,
        "next_check_at": found.next_check_at,
        "checked_at": found.checked_at,
    }


def invitation(row: ConnectInvitation) -> Shown:
    """Return an invitation to connect an account as it is shown; its link is no part of it."""
    return {
        "id": str(row.pk),
        "address": row.address,
        "admin": row.person.name,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }


def _account(account: Account) -> Shown:
    return {
        "address": account.address,
        "name": account.name,
        "kind": account.kind,
        "state": account.state,
        "granted_permissions": sorted(account.granted_scopes),
    }


def _capability(line: CapabilityCheck) -> Shown:
    return {
        "capability": line.capability,
        "state": line.state,
        "evidence": line.evidence,
        "remedy": line.remedy,
        "who": line.who,
        "checked_at": line.checked_at,
    }


def _no_health() -> Shown:
    return {
        "status": "none",
        "summary": "No account is connected.",
        "remedy": None,
        "lost_since": None,
        "waiting": 0,
        "sent_24h": 0,
        "last_success_at": None,
        "next_check_at": None,
        "checked_at": None,
    }
