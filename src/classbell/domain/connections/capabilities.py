"""Checks what an account can do by asking Microsoft, and keeps the answers with their time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    meeting_options_line,
    permissions_line,
    rooms_line,
    shared_calendar_line,
    teams_line,
)
from classbell.domain.connections.mailbox_lines import mail_line, mailbox_line, says_no_mailbox
from classbell.domain.connections.scopes import (
    CALENDARS,
    MAILBOX_SETTINGS,
    MEETING_OPTIONS,
    ROOMS,
    has,
)
from classbell.ports.account import LicenceLists, MailboxPurpose, Profile, ServicePlan
from classbell.ports.bundle import Ports
from classbell.ports.calendar import CalendarFacts
from classbell.ports.errors import ProviderFailure, Verdict
from classbell.ports.mail import Mailbox
from classbell.ports.meetings import OnlineMeeting
from classbell.ports.rooms import Room
from classbell.storage.models import Account, CapabilityCheck, Organisation

__all__ = [
    "Capability",
    "CapabilityResult",
    "CapabilityState",
    "Card",
    "check",
    "keep",
    "keep_card",
]

Fact = TypeVar("Fact")

NO_MEETING = "https://teams.microsoft.com/l/none"
"""A join link that no meeting has."""


@dataclass(frozen=True, slots=True)
class Card:
    """What an account can do.

    Attributes:
        lines: in the order in which they are shown.
        loss: the first answer that concerns the account as a whole, such as that there is no
            mailbox any more; None where there is none.
        proved: permissions that trying has proved, which tokens do not tell.
    """

    lines: tuple[CapabilityResult, ...]
    loss: Verdict | None = None
    proved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Answers:
    """What Microsoft said; None where the granted permissions do not allow the question."""

    profile: Profile
    plans: tuple[ServicePlan, ...] | Verdict
    purpose: MailboxPurpose | Verdict | None
    calendar: CalendarFacts | Verdict | None
    rooms: tuple[Room, ...] | Verdict | None
    meeting: OnlineMeeting | Verdict | None

    def loss(self) -> Verdict | None:
        """Return the first answer that concerns the whole account."""
        for answer in (self.plans, self.purpose, self.calendar, self.rooms):
            if isinstance(answer, Verdict) and answer.concerns_the_account:
                return answer
        return None


def check(
    ports: Ports,
    mailbox: Mailbox,
    scopes: frozenset[str],
    organisation: Organisation,
    *,
    asked: frozenset[str] | None = None,
    profile: Profile | None = None,
) -> Card:
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
    answers = _ask(ports, mailbox, scopes, profile or ports.account_facts.profile(mailbox))
    asked = scopes if asked is None else asked
    return Card(_judge(answers, scopes, asked, organisation.name, ports.licences), answers.loss())


def _ask(ports: Ports, mailbox: Mailbox, scopes: frozenset[str], profile: Profile) -> _Answers:
    """Ask every question that the permissions allow."""
    facts = ports.account_facts
    may_see_purpose, may_calendar = has(scopes, MAILBOX_SETTINGS), has(scopes, CALENDARS)
    return _Answers(
        profile,
        _answer(lambda: facts.service_plans(mailbox)),
        _answer(lambda: facts.mailbox_purpose(mailbox)) if may_see_purpose else None,
        _answer(lambda: ports.calendar.facts(mailbox)) if may_calendar else None,
        _answer(lambda: ports.rooms.list_rooms(mailbox)) if has(scopes, ROOMS) else None,
        _answer(lambda: ports.meetings.find(mailbox, NO_MEETING))
        if has(scopes, MEETING_OPTIONS)
        else None,
    )


def _judge(
    answers: _Answers,
    granted: frozenset[str],
    asked: frozenset[str],
    organisation: str,
    licences: LicenceLists,
) -> tuple[CapabilityResult, ...]:
    """Make the lines."""
    profile, plans, calendar = answers.profile, answers.plans, answers.calendar
    return (
        permissions_line(granted, asked),
        mailbox_line(organisation, profile, plans, answers.purpose),
        mail_line(
            organisation=organisation,
            profile=profile,
            plans=plans,
            granted=granted,
            licences=licences,
            purpose=answers.purpose,
            no_mailbox=says_no_mailbox(answers.purpose) or says_no_mailbox(calendar),
        ),
        calendar_line(granted, asked, calendar),
        teams_line(granted, asked, calendar, plans, licences),
        rooms_line(granted, asked, answers.rooms),
        shared_calendar_line(granted),
        meeting_options_line(granted, answers.meeting),
    )


def keep_card(account: Account, card: Card, checked_at: datetime) -> None:
    """Write a look's answers down, and what it has proved besides, in the caller's transaction.

    What was not proved this once stays granted: its line says how it stands, and each call that it
    is needed for is judged by itself.
    """
    keep(account, card.lines, checked_at)
    if card.proved - frozenset(account.granted_scopes):
        account.granted_scopes = sorted(card.proved.union(account.granted_scopes))
        account.asked_scopes = sorted(card.proved.union(account.asked_scopes))
        account.save(update_fields=["granted_scopes", "asked_scopes"])


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
