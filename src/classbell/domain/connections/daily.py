"""The daily look at every account: its sign-in is renewed, and what it can do is checked.

Renewing daily keeps the account of a quiet catalog far from the 90 days after which Microsoft
forgets a sign-in that nobody used:
https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.work import ask
from classbell.domain.connections.alarms import warn_of_expiry
from classbell.domain.connections.capabilities import keep_card
from classbell.domain.connections.capability import CapabilityResult
from classbell.domain.connections.daily_times import (
    DAILY_CHECK,
    ask_daily,
    next_daily,
    next_probe,
)
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.recovery import works_again
from classbell.domain.connections.tokens import renew
from classbell.domain.notifications.reminders.send import ask_reminders
from classbell.domain.notifications.returned import ask_returns
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure
from classbell.storage.models import Account, AccountState, Catalog, HealthEvent, Lane, WorkItem
from classbell.storage.queries.connections import open_incident

OPERATOR_CHECK = "operator_check"
"""Kind of the installation's own daily work."""

DAY = timedelta(days=1)

HISTORY_KEPT = timedelta(days=400)
"""How long checks stay in an account's history."""


def daily_check(ports: Ports, _lane: Lane, account_id: str) -> datetime | None:
    """Renew an account's sign-in and look at what it can do; the work handler «daily_check».

    A lost account is tried instead, and comes back by itself where it works again.

    Args:
        ports: the outside world.
        account_id: which account.

    Returns:
        When to look again; None once it is disconnected.

    Raises:
        ProviderFailure: what Microsoft said; where it concerns the account, the account is lost.
    """
    account = Account.objects.select_related("organisation").filter(pk=UUID(account_id)).first()
    if account is None or account.state == AccountState.DISCONNECTED:
        return None
    now = ports.clock.now()
    if account.state == AccountState.LOST:
        incident = open_incident(account)
        if works_again(ports, account, incident) is None:
            return next_daily(account, now)
        opened_at = incident.opened_at if incident else now
        verdict = incident.verdict if incident else ""
        return next_probe(account, verdict, now - opened_at, now)
    _look(ports, account)
    return next_daily(account, now)


def operator_check(ports: Ports, _lane: Lane, _subject: str) -> datetime:
    """Do the installation's own daily work; the work handler «operator_check».

    The operator is warned before the application's credential runs out, and an account that nobody
    asked to look at, such as one of an earlier version, is looked at from now on.

    Returns:
        When to do it again.
    """
    warn_of_expiry(ports)
    now = ports.clock.now()
    HealthEvent.objects.filter(at__lt=now - HISTORY_KEPT).delete()
    looked_at = set(WorkItem.objects.filter(kind=DAILY_CHECK).values_list("subject", flat=True))
    for account in Account.objects.exclude(state=AccountState.DISCONNECTED):
        if str(account.pk) not in looked_at:
            with transaction.atomic():
                ask_daily(ports, account)
    return now + DAY


def ask_operator_check(ports: Ports) -> None:
    """Ask for the installation's daily work now; it then asks for itself."""
    lane, now = housekeeping_lane(None), ports.clock.now()
    with transaction.atomic():
        ask(ports, lane, kind=OPERATOR_CHECK, subject="installation", due_at=now)


def _look(ports: Ports, account: Account) -> None:
    """Renew, check and write down.

    Raises:
        ProviderFailure: an answer that concerns the whole account, such as that its mailbox is
            gone; a message that meets it later would tell the admins no more.
    """
    mailbox = renew(ports, account.pk)
    account.refresh_from_db()
    card = kind_of(account).card(ports, account, mailbox)
    before = {one.capability: one.state for one in account.capabilities.all()}
    now = ports.clock.now()
    with transaction.atomic():
        keep_card(account, card, now)
        HealthEvent.objects.create(
            account=account, at=now, name="checked", detail=_what_changed(before, card.lines)
        )
        ask_returns(ports, account)
        # Whoever changes a session asks by itself; this finds those of an earlier version.
        for catalog in Catalog.objects.filter(connection__account=account):
            ask_reminders(ports, catalog)
    if card.loss is not None:
        raise ProviderFailure(card.loss)


def _what_changed(before: dict[str, str], results: Sequence[CapabilityResult]) -> str:
    """Say in one sentence what is different from the last look."""
    changed = [
        f"{one.capability.value} is {one.state.value.replace('_', ' ')}"
        for one in results
        if before.get(one.capability.value) != one.state.value
    ]
    return f"Changed: {', '.join(changed)}." if changed else "Sign-in renewed; nothing changed."
