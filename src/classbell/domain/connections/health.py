"""How a connected account is doing, with its history, for pages and for support."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from classbell.domain.connections.capability import needs_attention
from classbell.domain.connections.daily_times import DAILY_CHECK
from classbell.domain.connections.history import HistoryRow, history_of
from classbell.domain.connections.remedies import Remedy, remedy_for
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, AccountState, CapabilityCheck, Catalog, Incident
from classbell.storage.queries import health as rows
from classbell.storage.queries.connections import capabilities, open_incident

DAY = timedelta(days=1)
HISTORY_ROWS = 50
NOT_KNOWN = "not_checked"


class HealthStatus(StrEnum):
    """The one word about an account."""

    WORKING = "working"
    LIMITED = "limited"
    """It works, but not for everything: a permission or licence is missing."""
    HALTED = "halted"
    """Microsoft refuses this installation's application; the operator has to act."""
    LOST = "lost"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class Health:
    """An account's health.

    Attributes:
        status: the one word.
        summary: one sentence for people.
        remedy: what helps and who can do it; None where nothing is needed.
        incident: the loss it suffers now, or None.
        waiting: messages on the account's lane that are neither sent nor given up.
        sent_24h: recipients that Microsoft accepted in the last 24 hours.
        last_success_at: when Microsoft last gave it a token, or None.
        next_check_at: business time of the next check by itself; None where none is planned.
        checked_at: when the checks were made, or None.
        checks: what it can do, in the order of the card.
        history: newest first.
    """

    status: HealthStatus
    summary: str
    remedy: Remedy | None
    incident: Incident | None
    waiting: int
    sent_24h: int
    last_success_at: datetime | None
    next_check_at: datetime | None
    checked_at: datetime | None
    checks: tuple[CapabilityCheck, ...]
    history: tuple[HistoryRow, ...]


def health_of(
    ports: Ports, account: Account, *, limit: int = HISTORY_ROWS, catalog: Catalog | None = None
) -> Health:
    """Return how an account is doing, from what is known here; asks nobody outside.

    Args:
        ports: the clock.
        account: whose health; whether the reader may see it is the caller's check.
        limit: most rows of history.
        catalog: whose admins read it, see ``history_of``.
    """
    now = ports.clock.now()
    checks = tuple(capabilities(account))
    incident = open_incident(account)
    status, summary, remedy = _judge(account, incident, checks)
    return Health(
        status=status,
        summary=summary,
        remedy=remedy,
        incident=incident,
        waiting=rows.waiting_on_lane(account),
        sent_24h=rows.recipients_accepted(account, since=now - DAY),
        last_success_at=account.last_success_at,
        next_check_at=rows.work_due(account, DAILY_CHECK),
        checked_at=checks[0].checked_at if checks else None,
        checks=checks,
        history=history_of(account, limit=limit, catalog=catalog),
    )


def _limits(check: CapabilityCheck) -> bool:
    """Say whether a line is bad news; one that is not known is none."""
    return check.state != NOT_KNOWN and needs_attention(check.capability, check.state)


def _judge(
    account: Account, incident: Incident | None, checks: tuple[CapabilityCheck, ...]
) -> tuple[HealthStatus, str, Remedy | None]:
    """Decide the one word, the sentence and what helps."""
    if account.state == AccountState.DISCONNECTED:
        return HealthStatus.DISCONNECTED, "The account is disconnected; nothing is sent.", None
    if account.state == AccountState.LOST:
        cause = incident.explanation if incident else ""
        remedy = remedy_for(incident.verdict, incident.code) if incident else None
        text = f"The connection is lost. {cause}".strip()
        return HealthStatus.LOST, f"{text} Mail waits for it.", remedy
    alarm = rows.open_alarm("application_refused")
    if alarm is not None:
        text = f"Microsoft refuses this installation's application. {alarm.explanation}"
        return HealthStatus.HALTED, f"{text} Mail waits.", remedy_for("operator_fault")
    missing = [check for check in checks if _limits(check)]
    if missing:
        names = ", ".join(check.capability for check in missing)
        return HealthStatus.LIMITED, f"The account works, except for: {names}.", None
    return HealthStatus.WORKING, "The account works.", None
