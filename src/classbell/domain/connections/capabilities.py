"""Checks what an account can do by asking Microsoft, and keeps the answers with their time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from classbell.domain.connections.capability import (
    LONGEST,
    Capability,
    CapabilityResult,
    CapabilityState,
)
from classbell.domain.connections.capability_lines import (
    calendar_line,
    mail_line,
    permissions_line,
    rooms_line,
    teams_line,
)
from classbell.domain.connections.scopes import CALENDARS, ROOMS, has
from classbell.ports.account import Profile
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict
from classbell.ports.mail import Mailbox
from classbell.storage.models import Account, CapabilityCheck, Organisation

__all__ = ["Capability", "CapabilityResult", "CapabilityState", "check", "keep"]

Fact = TypeVar("Fact")


def check(
    ports: Ports,
    mailbox: Mailbox,
    scopes: frozenset[str],
    organisation: Organisation,
    *,
    asked: frozenset[str] | None = None,
    profile: Profile | None = None,
) -> list[CapabilityResult]:
    """Ask Microsoft what the account can do. Uses the network.

    Nothing is written, at Microsoft or here. A question that the granted permissions do not allow
    is not asked, and its line says so.

    Args:
        ports: the outside world.
        mailbox: the account.
        scopes: the permissions granted.
        organisation: whose account it is.
        asked: the permissions asked for; those granted where it is None.
        profile: who the account is, where that is known already.

    Raises:
        ProviderFailure: not even the account's own profile can be read.
    """
    asked = scopes if asked is None else asked
    profile = profile or ports.account_facts.profile(mailbox)
    plans = _answer(lambda: ports.account_facts.service_plans(mailbox))
    may_calendar = has(scopes, CALENDARS)
    calendar = _answer(lambda: ports.calendar.facts(mailbox)) if may_calendar else None
    rooms = _answer(lambda: ports.rooms.list_rooms(mailbox)) if has(scopes, ROOMS) else None
    return [
        permissions_line(scopes, asked),
        mail_line(organisation.name, profile, plans, scopes),
        calendar_line(scopes, asked, calendar),
        teams_line(scopes, asked, calendar, plans),
        rooms_line(scopes, asked, rooms),
    ]


def keep(account: Account, results: Sequence[CapabilityResult], checked_at: datetime) -> None:
    """Write the answers down, in the caller's transaction; older ones are replaced.

    Args:
        account: whose they are.
        results: the lines.
        checked_at: when Microsoft was asked.
    """
    CapabilityCheck.objects.filter(account=account).delete()
    CapabilityCheck.objects.bulk_create(
        CapabilityCheck(
            account=account,
            capability=result.capability.value,
            state=result.state.value,
            evidence=result.evidence[:LONGEST],
            remedy=result.remedy[:LONGEST],
            who=result.who,
            checked_at=checked_at,
        )
        for result in results
    )


def _answer(question: Callable[[], Fact]) -> Fact | Verdict:
    """Return the answer, or the verdict where there is none."""
    try:
        return question()
    except ProviderFailure as failure:
        return failure.verdict
