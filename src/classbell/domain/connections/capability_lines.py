"""Judges each capability of an account: pure functions from facts to a line of the card."""

from __future__ import annotations

from collections.abc import Iterable

from classbell.domain.connections.capability import (
    Capability,
    CapabilityResult,
    CapabilityState,
    line_from_verdict,
)
from classbell.domain.connections.licences import (
    EXCHANGE_BELOW_PLAN_1,
    EXCHANGE_PLAN_1_OR_BETTER,
    EXCHANGE_PREFIX,
    TEAMS,
    TEAMS_PREFIX,
)
from classbell.domain.connections.scopes import CALENDARS, PURPOSES, ROOMS, SEND_MAIL, has
from classbell.ports.account import Profile, ServicePlan
from classbell.ports.calendar import CalendarFacts
from classbell.ports.errors import Audience, Verdict
from classbell.ports.rooms import Room

Plans = tuple[ServicePlan, ...]
ADMIN_SCOPES = (CALENDARS, ROOMS)
"""Permissions that only an administrator can approve in a tenant with default settings."""


def permissions_line(granted: frozenset[str], asked: frozenset[str]) -> CapabilityResult:
    """Compare what was granted with what was asked for; Microsoft may grant less."""
    names = ", ".join(sorted(granted)) or "nothing"
    missing = sorted(scope for scope in asked if not has(granted, scope))
    if not missing:
        return CapabilityResult(Capability.PERMISSIONS, CapabilityState.READY, f"Granted: {names}.")
    needs_admin = any(scope in ADMIN_SCOPES for scope in missing)
    reasons = "; ".join(f"{scope}, to {PURPOSES.get(scope, 'work')}" for scope in missing)
    return CapabilityResult(
        Capability.PERMISSIONS,
        CapabilityState.NEEDS_ADMIN if needs_admin else CapabilityState.NEEDS_CONSENT,
        f"Microsoft granted less than was asked for. Missing: {reasons}. Granted: {names}.",
        "Press Consent; where Microsoft says «Need admin approval», ask an administrator."
        if needs_admin
        else "Press Consent and accept the permissions.",
        (Audience.TENANT_ADMIN if needs_admin else Audience.ACCOUNT_OWNER).value,
    )


def mail_line(
    organisation: str, profile: Profile, plans: Plans | Verdict, granted: frozenset[str]
) -> CapabilityResult:
    """Judge whether the account can send: permission, kind of account, licence, mailbox."""
    if not has(granted, SEND_MAIL):
        return _mail(
            CapabilityState.NEEDS_CONSENT,
            "The permission to send mail (Mail.Send) was not granted.",
            "Press Consent and accept it.",
            Audience.ACCOUNT_OWNER,
        )
    if profile.user_type.casefold() == "guest":
        return _mail(
            CapabilityState.BLOCKED,
            f"{profile.username} is a guest in {organisation} and has no mailbox there.",
            f"Connect an account of {organisation} itself.",
            Audience.CATALOG_ADMIN,
        )
    if isinstance(plans, Verdict):
        return line_from_verdict(Capability.MAIL, plans)
    return _mail_by_licence(profile, plans)


def calendar_line(
    granted: frozenset[str], asked: frozenset[str], facts: CalendarFacts | Verdict | None
) -> CapabilityResult:
    """Judge whether entries and invitations can be made."""
    if not has(granted, CALENDARS):
        return _not_granted(Capability.CALENDAR, CALENDARS, asked)
    if isinstance(facts, Verdict):
        return line_from_verdict(Capability.CALENDAR, facts)
    if facts is None or not facts.can_edit:
        return CapabilityResult(
            Capability.CALENDAR,
            CapabilityState.BLOCKED,
            "The account's own calendar cannot be edited.",
            "Check the mailbox in the Exchange admin center, or connect another account.",
            Audience.TENANT_ADMIN.value,
        )
    return CapabilityResult(
        Capability.CALENDAR, CapabilityState.READY, "The account's calendar can be edited."
    )


def teams_line(
    granted: frozenset[str],
    asked: frozenset[str],
    facts: CalendarFacts | Verdict | None,
    plans: Plans | Verdict,
) -> CapabilityResult:
    """Judge whether Teams meetings can be made; what the calendar offers decides."""
    if not has(granted, CALENDARS):
        return _not_granted(Capability.TEAMS, CALENDARS, asked)
    if facts is None or isinstance(facts, Verdict):
        verdict = facts if isinstance(facts, Verdict) else None
        because = (verdict.explanation or verdict.code) if verdict else "it was not read"
        return CapabilityResult(
            Capability.TEAMS,
            CapabilityState.NOT_CHECKED,
            f"Not checked, because the calendar could not be read: {because}",
        )
    if facts.teams_meetings:
        return CapabilityResult(
            Capability.TEAMS, CapabilityState.READY, "The calendar offers Teams meetings."
        )
    if not isinstance(plans, Verdict) and _active(plans, TEAMS, TEAMS_PREFIX):
        return CapabilityResult(
            Capability.TEAMS,
            CapabilityState.BLOCKED,
            "The account has a Teams licence, but its calendar offers no Teams meetings.",
            "Check the meeting policy in the Teams admin center. A new licence can take a day.",
            Audience.TENANT_ADMIN.value,
        )
    return CapabilityResult(
        Capability.TEAMS,
        CapabilityState.NEEDS_LICENCE,
        "The calendar offers no Teams meetings, and no active Teams licence was seen.",
        "Assign a licence that includes Microsoft Teams to the account.",
        Audience.TENANT_ADMIN.value,
    )


def rooms_line(
    granted: frozenset[str], asked: frozenset[str], rooms: tuple[Room, ...] | Verdict | None
) -> CapabilityResult:
    """Judge whether rooms can be listed."""
    if not has(granted, ROOMS):
        return _not_granted(Capability.ROOMS, ROOMS, asked)
    if isinstance(rooms, Verdict):
        return line_from_verdict(Capability.ROOMS, rooms)
    count = len(rooms or ())
    evidence = f"Rooms that are listed: {count}."
    if not count:
        evidence = (
            "The list of rooms can be read; it is empty. A new room can take a day to appear."
        )
    return CapabilityResult(Capability.ROOMS, CapabilityState.READY, evidence)


def _mail_by_licence(profile: Profile, plans: Plans) -> CapabilityResult:
    """Judge by licence and mailbox, once the account is known to be the organisation's own."""
    exchange = [plan for plan in plans if plan.name.upper().startswith(EXCHANGE_PREFIX)]
    enough = _active(plans, EXCHANGE_PLAN_1_OR_BETTER) or _unlisted(exchange)
    if enough and profile.mail:
        return _mail(CapabilityState.READY, f"{profile.mail} is licensed with {enough.name}.")
    if enough:
        return _mail(
            CapabilityState.NOT_CHECKED,
            f"{profile.username} is licensed with {enough.name} but has no mailbox yet.",
            "Wait: a new mailbox can take half an hour. Then sign in again.",
            Audience.NOBODY,
        )
    if not any(plan.active for plan in plans):
        return _mail(
            CapabilityState.BLOCKED,
            f"{profile.username} has no licence. Shared mailboxes and rooms look like this, and "
            "they cannot be connected.",
            "Connect a user's account with Exchange Online Plan 1 or better, or assign a licence.",
            Audience.TENANT_ADMIN,
        )
    seen = ", ".join(f"{plan.name}{'' if plan.active else ' (not active)'}" for plan in exchange)
    return _mail(
        CapabilityState.NEEDS_LICENCE,
        f"No active Exchange Online Plan 1 or better was seen. Exchange plans: {seen or 'none'}.",
        "Assign a licence with Exchange Online Plan 1 or better to the account.",
        Audience.TENANT_ADMIN,
    )


def _unlisted(exchange: Iterable[ServicePlan]) -> ServicePlan | None:
    """Return an active Exchange plan that the table does not know, such as a school's."""
    known = EXCHANGE_BELOW_PLAN_1 | EXCHANGE_PLAN_1_OR_BETTER
    return next((plan for plan in exchange if plan.active and plan.plan_id not in known), None)


def _active(plans: Plans, wanted: frozenset[object], prefix: str = "") -> ServicePlan | None:
    """Return an active plan of the table, or one whose name begins with ``prefix``."""
    for plan in plans:
        by_name = bool(prefix) and plan.name.upper().startswith(prefix)
        if plan.active and (plan.plan_id in wanted or by_name):
            return plan
    return None


def _mail(
    state: CapabilityState, evidence: str, remedy: str = "", who: Audience | None = None
) -> CapabilityResult:
    return CapabilityResult(Capability.MAIL, state, evidence, remedy, who.value if who else "")


def _not_granted(capability: Capability, scope: str, asked: frozenset[str]) -> CapabilityResult:
    """Return the line of a capability whose permission is missing, asked for or not."""
    refused = f"The permission {scope} was asked for and not granted."
    unasked = f"The permission {scope} was not asked for: the account was connected for mail only."
    return CapabilityResult(
        capability,
        CapabilityState.NEEDS_ADMIN if has(asked, scope) else CapabilityState.NEEDS_CONSENT,
        refused if has(asked, scope) else unasked,
        "Press Consent. In most organisations a Microsoft 365 administrator has to approve it.",
        Audience.TENANT_ADMIN.value,
    )
