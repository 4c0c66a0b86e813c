"""Judges each capability of an account: pure functions from facts to a line of the card."""

from __future__ import annotations

from classbell.domain.connections.capability import (
    Capability,
    CapabilityResult,
    CapabilityState,
    line_from_verdict,
)
from classbell.domain.connections.mailbox_lines import Plans, active
from classbell.domain.connections.scopes import (
    CALENDARS,
    MEETING_OPTIONS,
    PURPOSES,
    ROOMS,
    SHARED_CALENDARS,
    has,
)
from classbell.ports.account import LicenceLists
from classbell.ports.calendar import CalendarFacts
from classbell.ports.errors import Audience, Verdict, VerdictKind
from classbell.ports.meetings import OnlineMeeting
from classbell.ports.rooms import Room

ADMIN_SCOPES = (CALENDARS, ROOMS)
"""Permissions that only an administrator can approve in a tenant with default settings."""


def permissions_line(granted: frozenset[str], asked: frozenset[str]) -> CapabilityResult:
    """Compare what was granted with what was asked for; Microsoft may grant less."""
    names = ", ".join(sorted(granted)) or "nothing"
    missing = sorted(scope for scope in asked if not has(granted, scope))
    if not missing:
        return CapabilityResult(Capability.PERMISSIONS, CapabilityState.READY, f"Granted: {names}.")
    needs_admin = any(scope in ADMIN_SCOPES for scope in missing)
    said = ["Microsoft granted less than was asked for."]
    for scope in missing:
        purpose = PURPOSES.get(scope, "")
        said.append(f"Missing: {scope}, to {purpose}." if purpose else f"Missing: {scope}.")
    said.append(f"Granted: {names}.")
    return CapabilityResult(
        Capability.PERMISSIONS,
        CapabilityState.NEEDS_ADMIN if needs_admin else CapabilityState.NEEDS_CONSENT,
        " ".join(said),
        "Press Consent; where Microsoft says «Need admin approval», ask an administrator."
        if needs_admin
        else "Press Consent and accept the permissions.",
        (Audience.TENANT_ADMIN if needs_admin else Audience.ACCOUNT_OWNER).value,
    )


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
    licences: LicenceLists,
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
    if not isinstance(plans, Verdict) and active(plans, licences.teams, licences.teams_prefix):
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


def shared_calendar_line(granted: frozenset[str]) -> CapabilityResult:
    """Say how the organisation's own calendar stands, which nobody has to want."""
    return CapabilityResult(
        Capability.SHARED_CALENDAR,
        CapabilityState.NOT_CHECKED,
        "Not checked, because each catalog proves it when its calendar is chosen."
        if has(granted, SHARED_CALENDARS)
        else f"Not checked, because the permission {SHARED_CALENDARS} is not granted, which only "
        "that calendar needs.",
    )


def meeting_options_line(
    granted: frozenset[str], answer: OnlineMeeting | Verdict | None
) -> CapabilityResult:
    """Judge whether options of Teams meetings can be set, which nobody has to want.

    Args:
        granted: the permissions granted.
        answer: to the question for a meeting that cannot exist: that there is none proves that
            the account may ask.
    """
    if not has(granted, MEETING_OPTIONS):
        return CapabilityResult(
            Capability.MEETING_OPTIONS,
            CapabilityState.NOT_CHECKED,
            f"Not checked, because the permission {MEETING_OPTIONS} is not granted, which only "
            "co-organisers and the lobby need.",
        )
    if isinstance(answer, Verdict) and answer.kind is not VerdictKind.NOT_FOUND:
        if answer.kind is VerdictKind.MAILBOX_UNUSABLE:
            return CapabilityResult(
                Capability.MEETING_OPTIONS,
                CapabilityState.NEEDS_LICENCE,
                f"{answer.explanation} ({answer.code})",
                "Assign a Teams licence to the account, or change its Teams meeting policy.",
                Audience.TENANT_ADMIN.value,
            )
        return line_from_verdict(Capability.MEETING_OPTIONS, answer)
    return CapabilityResult(
        Capability.MEETING_OPTIONS,
        CapabilityState.READY,
        "Microsoft lets the account look up its Teams meetings.",
    )


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
