"""What an admin copies for support: codes, ids, times, versions; never a secret."""

from __future__ import annotations

from datetime import datetime
from platform import python_version

from django.db import connection

from classbell.domain.connections.health import Health, health_of
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, Catalog

ROWS = 20
NEVER = "never"


def support_details(ports: Ports, account: Account, *, catalog: Catalog | None = None) -> str:
    """Return a text that support can work with and that holds no secret.

    Args:
        ports: the clock and what is known of the installation.
        account: which; whether the reader may see it is the caller's check.
        catalog: whose admins copy it, see ``history_of``.
    """
    health = health_of(ports, account, limit=ROWS, catalog=catalog)
    return "\n".join([*_heading(ports, account, health), *_checks(health), *_history(health)])


def _heading(ports: Ports, account: Account, health: Health) -> list[str]:
    here = ports.installation
    lines = [
        f"Classbell {here.version}, cloud {here.cloud}",
        f"Python {python_version()}, {connection.vendor}",
        f"Written: {_time(ports.clock.now())}",
        f"Organisation: {account.organisation.tenant_id}",
        f"Account: {account.object_id} {account.address}",
        f"Status: {health.status.value}. {health.summary}",
        f"Granted: {', '.join(account.granted_scopes) or 'nothing'}",
        f"Connected: {_time(account.connected_at)}",
        f"Last renewed: {_time(account.last_success_at)} (version {account.token_version})",
        f"Token runs out: {_time(account.token_expires_at)}",
        f"Next check: {_time(health.next_check_at)}",
        f"Waiting: {health.waiting}, accepted in 24 hours: {health.sent_24h}",
    ]
    if health.incident is not None:
        lost = health.incident
        request = lost.request_id or "unknown"
        cause = f"{lost.verdict} {lost.code} request {request}"
        lines.append(f"Lost since {_time(lost.opened_at)}: {cause}")
    return lines


def _checks(health: Health) -> list[str]:
    return [
        "",
        f"Checks of {_time(health.checked_at)}:",
        *(f"- {check.capability}: {check.state}. {check.evidence}" for check in health.checks),
    ]


def _history(health: Health) -> list[str]:
    lines = ["", "History:"]
    for row in health.history:
        parts = [row.detail, row.code, f"request {row.request_id}" if row.request_id else ""]
        rest = " ".join(part for part in parts if part)
        lines.append(f"- {_time(row.at)} {row.title}{': ' if rest else ''}{rest}")
    return lines


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else NEVER
