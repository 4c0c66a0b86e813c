"""What the application may do in a mailbox by itself: tried, for no token of its own tells.

Nothing leaves and nothing is written by trying. A mail without recipients cannot be sent and an
event that does not exist cannot be cancelled, but Microsoft says first whether one may:
https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from classbell.domain.connections.capabilities import Card
from classbell.domain.connections.capability import (
    Capability,
    CapabilityResult,
    CapabilityState,
    line_from_verdict,
)
from classbell.domain.connections.capability_lines import (
    calendar_line,
    meeting_options_line,
    rooms_line,
    shared_calendar_line,
    teams_line,
)
from classbell.domain.connections.scopes import CALENDARS, FULL, READ_PROFILE, ROOMS, SEND_MAIL
from classbell.ports.account import Profile
from classbell.ports.bundle import Ports
from classbell.ports.calendar import CalendarFacts
from classbell.ports.errors import Audience, ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Mail, Mailbox
from classbell.storage.models import Organisation

Fact = TypeVar("Fact")

NO_EVENT = "AAMkAGClassbellTriesThisConnection="
"""An event that no calendar has."""

NO_ANSWER = frozenset(
    {
        VerdictKind.RETRY,
        VerdictKind.THROTTLED,
        VerdictKind.SIGN_IN_AGAIN,
        VerdictKind.MAILBOX_UNUSABLE,
        VerdictKind.UNKNOWN,
    }
)
"""Verdicts that do not tell whether the application may."""

_DELAY = (
    "Ask a Microsoft 365 administrator to run the commands of the guide. Exchange acts by a new "
    "assignment after 30 minutes to two hours: try again then."
)


def try_out(
    ports: Ports,
    mailbox: Mailbox,
    outside: Mailbox,
    organisation: Organisation,
    *,
    outside_address: str,
    profile: Profile | None = None,
) -> Card:
    """Try what the application may do in one mailbox, and that another is closed to it.

    Uses the network.

    Args:
        ports: the outside world.
        mailbox: the account's.
        outside: one that the application must not reach.
        organisation: whose mailboxes they are.
        outside_address: how people know the other one.
        profile: who the account is, where that is known already.

    Raises:
        ProviderFailure: not even the account's profile can be read, or Microsoft is away.
    """
    profile = profile or ports.account_facts.profile(mailbox)
    mail, calendar = _may_send(ports, mailbox), _calendar(ports, mailbox)
    rooms = _answer(lambda: ports.rooms.list_rooms(mailbox))
    plans = _answer(lambda: ports.account_facts.service_plans(mailbox))
    proved = {
        READ_PROFILE: None,
        SEND_MAIL: mail,
        CALENDARS: calendar if isinstance(calendar, Verdict) else None,
        ROOMS: rooms if isinstance(rooms, Verdict) else None,
    }
    granted = frozenset(name for name, refusal in proved.items() if refusal is None)
    lines = (
        _permissions_line(proved),
        _mailbox_line(organisation, profile),
        _mail_line(profile, mail),
        calendar_line(FULL, FULL, calendar),
        teams_line(FULL, FULL, calendar, plans, ports.licences),
        rooms_line(FULL, FULL, rooms),
        _scope_line(_reach(ports, outside), outside_address),
        shared_calendar_line(granted),
        meeting_options_line(granted, None),
    )
    loss = next((one for one in (mail, calendar) if _is_loss(one)), None)
    return Card(lines, loss if isinstance(loss, Verdict) else None, proved=granted)


SEND, WRITE = "send", "write"
"""What the application tries with a mailbox that has to be closed to it."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far the application reaches into a mailbox that it should not."""

    open: tuple[str, ...]
    unknown: Verdict | None


def _reach(ports: Ports, outside: Mailbox) -> _Reach:
    """Try the mailbox that has to be closed."""
    calendar = _calendar(ports, outside)
    tried = {
        SEND: _may_send(ports, outside),
        WRITE: calendar if isinstance(calendar, Verdict) else None,
    }
    unknown = (
        verdict
        for verdict in tried.values()
        if verdict is not None and verdict.kind is not VerdictKind.ADMIN_NEEDED
    )
    return _Reach(
        tuple(what for what, refusal in tried.items() if refusal is None), next(unknown, None)
    )


def _may_send(ports: Ports, mailbox: Mailbox) -> Verdict | None:
    """Return why the application may not send as a mailbox; None where it may."""
    nobody = Mail("Classbell tries this connection", "<p>Nobody receives this.</p>")
    return _refusal(lambda: ports.mail.send(mailbox, nobody))


def _calendar(ports: Ports, mailbox: Mailbox) -> CalendarFacts | Verdict:
    """Return what a calendar can do, or why the application may not write it."""
    facts = _answer(lambda: ports.calendar.facts(mailbox))
    if isinstance(facts, Verdict):
        return facts
    return _refusal(lambda: ports.calendar.cancel(mailbox, NO_EVENT, "")) or facts


def _refusal(act: Callable[[], object]) -> Verdict | None:
    """Try something that cannot succeed; only a refusal to let us try it is one."""
    verdict = _answer(act)
    if isinstance(verdict, Verdict) and verdict.kind in NO_ANSWER | {VerdictKind.ADMIN_NEEDED}:
        return verdict
    return None


def _answer(question: Callable[[], Fact]) -> Fact | Verdict:
    """Return the answer, or the verdict where there is none.

    Raises:
        ProviderFailure: the token was refused, so that the whole look is done again with another.
    """
    try:
        return question()
    except ProviderFailure as failure:
        if failure.verdict.refresh_first:
            raise
        return failure.verdict


def _is_loss(fact: object) -> bool:
    return isinstance(fact, Verdict) and fact.concerns_the_account


def _permissions_line(proved: Mapping[str, Verdict | None]) -> CapabilityResult:
    """Say what was proved."""
    there = ", ".join(sorted(name for name, refusal in proved.items() if refusal is None))
    missing = ", ".join(sorted(name for name, refusal in proved.items() if refusal is not None))
    if not missing:
        text = f"Proved by trying: {there}."
        return CapabilityResult(Capability.PERMISSIONS, CapabilityState.READY, text)
    return CapabilityResult(
        Capability.PERMISSIONS,
        CapabilityState.NEEDS_ADMIN,
        f"Proved by trying: {there}. Not proved: {missing}.",
        _DELAY,
        Audience.TENANT_ADMIN.value,
    )


def _mailbox_line(organisation: Organisation, profile: Profile) -> CapabilityResult:
    """Say whose mailbox it is; a shared one is as good as any here."""
    if profile.user_type.casefold() != "guest":
        text = f"It is a mailbox of {organisation.name}; nobody signs in to it."
        return CapabilityResult(Capability.MAILBOX, CapabilityState.READY, text)
    return CapabilityResult(
        Capability.MAILBOX,
        CapabilityState.BLOCKED,
        f"{profile.username} is a guest in {organisation.name} and has no mailbox there.",
        f"Choose a mailbox of {organisation.name} itself.",
        Audience.CATALOG_ADMIN.value,
    )


def _mail_line(profile: Profile, refusal: Verdict | None) -> CapabilityResult:
    """Say whether the application may send as the mailbox."""
    if refusal is None:
        text = f"Microsoft lets Classbell send as {profile.mail or profile.username}."
        return CapabilityResult(Capability.MAIL, CapabilityState.READY, text)
    line = line_from_verdict(Capability.MAIL, refusal)
    if refusal.kind is not VerdictKind.ADMIN_NEEDED:
        return line
    return replace(line, state=CapabilityState.BLOCKED, remedy=_DELAY)


def _reached(reach: _Reach, outside_address: str) -> str:
    """Say what the application can do with a mailbox that should be closed to it."""
    if reach.open == (SEND,):
        return f"Classbell can also reach {outside_address}: send as it."
    if reach.open == (WRITE,):
        return f"Classbell can also reach {outside_address}: write its calendar."
    return f"Classbell can also reach {outside_address}: send as it and write its calendar."


def _scope_line(reach: _Reach, outside_address: str) -> CapabilityResult:
    """Say whether the application is confined to the mailboxes it was opened."""
    if reach.open:
        return CapabilityResult(
            Capability.SCOPE,
            CapabilityState.NEEDS_ADMIN,
            f"{_reached(reach, outside_address)} Either it lies in the scope, or a role is "
            "assigned, or consented to in Entra ID, without one.",
            "Ask a Microsoft 365 administrator to remove roles without a scope, and consent to "
            "Mail.Send or Calendars.ReadWrite for the application: grants add up.",
            Audience.TENANT_ADMIN.value,
        )
    if reach.unknown is not None:
        cause = reach.unknown.explanation or reach.unknown.code
        return CapabilityResult(
            Capability.SCOPE,
            CapabilityState.NOT_CHECKED,
            f"Not checked, because {outside_address} could not be tried: {cause}",
            "Set the account up again with the address of another person's mailbox.",
            Audience.CATALOG_ADMIN.value,
        )
    return CapabilityResult(
        Capability.SCOPE,
        CapabilityState.READY,
        f"{outside_address}, which lies outside, is closed to Classbell as it should be.",
    )
