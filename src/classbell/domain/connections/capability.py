"""One line of the capability card: what, how it stands, why, and who can do what about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from classbell.ports.errors import Audience, Verdict, VerdictKind

LONGEST = 500
"""Characters that the card keeps of evidence and remedy."""


class CapabilityState(StrEnum):
    """How a capability stands."""

    READY = "ready"
    NEEDS_CONSENT = "needs_consent"
    NEEDS_ADMIN = "needs_admin"
    NEEDS_LICENCE = "needs_licence"
    BLOCKED = "blocked"
    NOT_CHECKED = "not_checked"


class Capability(StrEnum):
    """What an account may be able to do, in the order of the card."""

    PERMISSIONS = "permissions"
    MAILBOX = "mailbox"
    MAIL = "mail"
    CALENDAR = "calendar"
    TEAMS = "teams"
    ROOMS = "rooms"
    SCOPE = "scope"
    SHARED_CALENDAR = "shared_calendar"
    MEETING_OPTIONS = "meeting_options"


BY_THE_WAY = frozenset({Capability.MAILBOX, Capability.SHARED_CALENDAR, Capability.MEETING_OPTIONS})
"""Lines that may stay not checked: what they tell is judged otherwise, or nobody has asked for."""


def needs_attention(capability: str, state: str) -> bool:
    """Say whether a line of the card is one that somebody should look at."""
    if capability in BY_THE_WAY and state == CapabilityState.NOT_CHECKED:
        return False
    return state != CapabilityState.READY


_MEANINGS = {
    Capability.PERMISSIONS: "What needs the missing ones stays off.",
    Capability.MAILBOX: "Such a mailbox cannot be the connected account.",
    Capability.MAIL: "Nothing can be sent as this account.",
    Capability.CALENDAR: "Sessions get no calendar entry; invitations go by mail only.",
    Capability.TEAMS: "Sessions get no Teams meeting and no link to join.",
    Capability.ROOMS: "Rooms cannot be listed; their addresses have to be typed.",
    Capability.SCOPE: "Classbell may be able to use mailboxes that are none of its business.",
    Capability.SHARED_CALENDAR: "Sessions are not written into the organisation's calendar.",
    Capability.MEETING_OPTIONS: "Teams meetings keep the organisation's lobby, and instructors are "
    "not co-organisers.",
}

_MEANING_NOT_CHECKED = "It is not known yet whether it works."


def meaning(capability: str, state: str) -> str:
    """Return what a line means for its readers, one sentence; empty where all is well."""
    if not needs_attention(capability, state) or capability not in _MEANINGS:
        return ""
    if state == CapabilityState.NOT_CHECKED:
        return _MEANING_NOT_CHECKED
    return _MEANINGS[Capability(capability)]


@dataclass(frozen=True, slots=True)
class CapabilityResult:
    """One line.

    Attributes:
        capability: what it is about.
        state: how it stands.
        evidence: what was seen, in one or two sentences; never more than was seen.
        remedy: what to do; empty where nothing is needed.
        who: who can do it; empty where nothing is needed.
    """

    capability: Capability
    state: CapabilityState
    evidence: str
    remedy: str = ""
    who: str = ""


_BY_VERDICT = {
    VerdictKind.CONSENT_NEEDED: (CapabilityState.NEEDS_CONSENT, Audience.ACCOUNT_OWNER),
    VerdictKind.ADMIN_NEEDED: (CapabilityState.NEEDS_ADMIN, Audience.TENANT_ADMIN),
    VerdictKind.MAILBOX_UNUSABLE: (CapabilityState.BLOCKED, Audience.TENANT_ADMIN),
    VerdictKind.REFUSED: (CapabilityState.BLOCKED, Audience.TENANT_ADMIN),
    VerdictKind.OPERATOR_FAULT: (CapabilityState.NOT_CHECKED, Audience.OPERATOR),
}

_REMEDY = {
    CapabilityState.NEEDS_CONSENT: "Press Consent and accept the permissions.",
    CapabilityState.NEEDS_ADMIN: "Ask a Microsoft 365 administrator to approve the permission.",
    CapabilityState.BLOCKED: "Ask a Microsoft 365 administrator to look at the account's mailbox. "
    "A mailbox that was licensed just now can take half an hour.",
    CapabilityState.NOT_CHECKED: "Nothing to do now: it is tried again when it is needed.",
}


def line_from_verdict(capability: Capability, verdict: Verdict) -> CapabilityResult:
    """Return the line for a question that Microsoft did not answer.

    A fault that passes by itself leaves the capability not checked, rather than bad.
    """
    fallback = (CapabilityState.NOT_CHECKED, Audience.NOBODY)
    state, who = _BY_VERDICT.get(verdict.kind, fallback)
    cause = verdict.explanation or "Microsoft gave no answer."
    code = f" ({verdict.code})" if verdict.code else ""
    prefix = "Not checked, because Microsoft did not answer: " if who is Audience.NOBODY else ""
    return CapabilityResult(
        capability, state, f"{prefix}{cause}{code}"[:LONGEST], _REMEDY[state], who.value
    )
