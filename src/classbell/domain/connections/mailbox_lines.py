"""Judges the account's mailbox: what kind it is, and whether it can send."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from classbell.domain.connections.capability import (
    Capability,
    CapabilityResult,
    CapabilityState,
    line_from_verdict,
)
from classbell.domain.connections.scopes import MAILBOX_SETTINGS, SEND_MAIL, has
from classbell.ports.account import LicenceLists, MailboxPurpose, Profile, ServicePlan
from classbell.ports.errors import Audience, Verdict, VerdictKind

Plans = tuple[ServicePlan, ...]

NO_USERS_MAILBOX = frozenset({MailboxPurpose.SHARED, MailboxPurpose.ROOM, MailboxPurpose.EQUIPMENT})


def mailbox_line(
    organisation: str,
    profile: Profile,
    plans: Plans | Verdict,
    purpose: MailboxPurpose | Verdict | None,
) -> CapabilityResult:
    """Judge what kind of mailbox it is, as far as the granted permissions can show.

    Args:
        organisation: its name.
        profile: who the account is.
        plans: its licences.
        purpose: what Microsoft says; None where the permission to ask is missing.
    """
    if _is_guest(profile):
        return _line(Capability.MAILBOX, CapabilityState.BLOCKED, *_guest(organisation, profile))
    if isinstance(purpose, Verdict):
        return line_from_verdict(Capability.MAILBOX, purpose)
    if purpose in NO_USERS_MAILBOX:
        return _line(Capability.MAILBOX, CapabilityState.BLOCKED, *_kind(profile, purpose))
    if purpose is MailboxPurpose.USER:
        return _line(
            Capability.MAILBOX, CapabilityState.READY, f"It is a user's mailbox of {organisation}."
        )
    why = (
        f"Not checked, because the permission {MAILBOX_SETTINGS} is not granted."
        if purpose is None
        else "Not checked, because Microsoft gives it no kind that Classbell knows."
    )
    return _line(
        Capability.MAILBOX,
        CapabilityState.NOT_CHECKED,
        f"{why} {_looks(plans)}",
    )


def mail_line(
    *,
    organisation: str,
    profile: Profile,
    plans: Plans | Verdict,
    granted: frozenset[str],
    licences: LicenceLists,
    purpose: MailboxPurpose | Verdict | None = None,
    no_mailbox: Verdict | None = None,
) -> CapabilityResult:
    """Judge whether the account can send: permission, kind of account, licence, mailbox.

    Args:
        organisation: its name.
        profile: who the account is.
        plans: its licences.
        granted: its permissions.
        licences: which plans are good enough.
        purpose: what Microsoft says the mailbox is for, where it was asked.
        no_mailbox: the verdict with which Exchange Online said that there is none; it goes before
            what the licence promises.
    """
    if not has(granted, SEND_MAIL):
        return _line(
            Capability.MAIL,
            CapabilityState.NEEDS_CONSENT,
            "The permission to send mail (Mail.Send) was not granted.",
            "Press Consent and accept it.",
            Audience.ACCOUNT_OWNER,
        )
    if _is_guest(profile):
        return _line(Capability.MAIL, CapabilityState.BLOCKED, *_guest(organisation, profile))
    if isinstance(purpose, MailboxPurpose) and purpose in NO_USERS_MAILBOX:
        return _line(Capability.MAIL, CapabilityState.BLOCKED, *_kind(profile, purpose))
    if isinstance(plans, Verdict):
        return line_from_verdict(Capability.MAIL, plans)
    return _by_licence(profile, plans, licences, no_mailbox)


def says_no_mailbox(fact: object) -> Verdict | None:
    """Return the verdict of an answer that says that there is no usable mailbox; else None."""
    if isinstance(fact, Verdict) and fact.kind is VerdictKind.MAILBOX_UNUSABLE:
        return fact
    return None


def active(plans: Plans, wanted: frozenset[UUID], prefix: str = "") -> ServicePlan | None:
    """Return an active plan of a list, or one whose name begins with ``prefix``."""
    for plan in plans:
        by_name = bool(prefix) and plan.name.upper().startswith(prefix)
        if plan.active and (plan.plan_id in wanted or by_name):
            return plan
    return None


def _by_licence(
    profile: Profile, plans: Plans, licences: LicenceLists, no_mailbox: Verdict | None
) -> CapabilityResult:
    """Judge by licence and mailbox, once the account is known to be the organisation's own."""
    exchange = [plan for plan in plans if plan.name.upper().startswith(licences.mail_prefix)]
    enough = active(plans, licences.mail) or _unlisted(exchange, licences)
    if enough:
        return _licensed(profile, enough, no_mailbox)
    if not any(plan.active for plan in plans):
        return _line(
            Capability.MAIL,
            CapabilityState.BLOCKED,
            f"{profile.username} has no licence. Shared mailboxes and rooms look like this, and "
            "they cannot be connected.",
            "Connect a user's account with Exchange Online Plan 1 or better, or assign a licence.",
            Audience.TENANT_ADMIN,
        )
    seen = ", ".join(f"{plan.name}{'' if plan.active else ' (not active)'}" for plan in exchange)
    return _line(
        Capability.MAIL,
        CapabilityState.NEEDS_LICENCE,
        f"No active Exchange Online Plan 1 or better was seen. Exchange plans: {seen or 'none'}.",
        "Assign a licence with Exchange Online Plan 1 or better to the account.",
        Audience.TENANT_ADMIN,
    )


def _licensed(profile: Profile, plan: ServicePlan, no_mailbox: Verdict | None) -> CapabilityResult:
    """Judge an account with a licence: the mailbox may be elsewhere, or still in the making."""
    if no_mailbox is not None:
        return _line(
            Capability.MAIL,
            CapabilityState.NOT_CHECKED,
            f"{profile.username} is licensed with {plan.name}, but Exchange Online has no usable "
            f"mailbox for it ({no_mailbox.code}).",
            "A new mailbox can take half an hour: wait, then check again. If it stays so, the "
            "mailbox may be one on premises, which cannot be used.",
            Audience.TENANT_ADMIN,
        )
    if not profile.mail:
        return _line(
            Capability.MAIL,
            CapabilityState.NOT_CHECKED,
            f"{profile.username} is licensed with {plan.name} but has no mailbox yet.",
            "Wait: a new mailbox can take half an hour. Then sign in again.",
            Audience.NOBODY,
        )
    return _line(
        Capability.MAIL, CapabilityState.READY, f"{profile.mail} is licensed with {plan.name}."
    )


def _unlisted(exchange: Iterable[ServicePlan], licences: LicenceLists) -> ServicePlan | None:
    """Return an active Exchange plan that no list knows, such as a school's."""
    known = licences.too_small | licences.mail
    return next((plan for plan in exchange if plan.active and plan.plan_id not in known), None)


def _looks(plans: Plans | Verdict) -> str:
    """Say what the licence makes a mailbox look like."""
    if isinstance(plans, Verdict):
        return "Its licence could not be read either; it could be any."
    if any(plan.active for plan in plans):
        return "Judged by its licence, it is a user's."
    return "Judged by its licence, it looks like a shared mailbox or a room."


def _is_guest(profile: Profile) -> bool:
    return profile.user_type.casefold() == "guest"


def _guest(organisation: str, profile: Profile) -> tuple[str, str, Audience]:
    return (
        f"{profile.username} is a guest in {organisation} and has no mailbox there.",
        f"Connect an account of {organisation} itself.",
        Audience.CATALOG_ADMIN,
    )


def _kind(profile: Profile, purpose: MailboxPurpose) -> tuple[str, str, Audience]:
    username = profile.username
    what = {
        MailboxPurpose.SHARED: f"{username} is a shared mailbox, which cannot be connected.",
        MailboxPurpose.ROOM: f"{username} is a room, which cannot be connected.",
    }.get(purpose, f"{username} is a piece of equipment, which cannot be connected.")
    return (
        what,
        "Connect a user's account.",
        Audience.CATALOG_ADMIN,
    )


def _line(
    capability: Capability,
    state: CapabilityState,
    evidence: str,
    remedy: str = "",
    who: Audience | None = None,
) -> CapabilityResult:
    return CapabilityResult(capability, state, evidence, remedy, who.value if who else "")
