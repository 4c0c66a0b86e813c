"""Lets the Teams meeting of a session have its co-organisers and its lobby.

Nothing of it decides whether the session takes place: the entry is settled before, and a failure
here is written down beside it and tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.scopes import MEETING_OPTIONS, has
from classbell.domain.scheduling import entry_rows
from classbell.domain.scheduling.calendar_event import Job
from classbell.domain.scheduling.options import calendar_options
from classbell.domain.scheduling.schedule_of_looks import ROOM_INTERVAL, TEAMS_INTERVAL
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.meetings import Lobby, MeetingOptions, MeetingPerson
from classbell.storage.models import Account, CourseSession, Entry
from classbell.storage.queries.scheduling import instructors_of

log = structlog.get_logger(__name__)

PASSING = frozenset({VerdictKind.RETRY, VerdictKind.THROTTLED, VerdictKind.CONFLICT})
"""Verdicts that mend themselves."""


def bring_meeting_options(job: Job, entry: Entry) -> datetime | None:
    """Give the meeting of a settled entry the options that session and catalog ask for.

    Microsoft is asked only where the wish has changed since it was last carried out. What was
    never asked for is left as the organisation has it, and so is a wish that was taken back,
    because nobody can tell what the organisation's own choice was.

    Args:
        job: the reconciliation.
        entry: its row, already settled.

    Returns:
        When to try again, or None where nothing is left to do.

    Raises:
        ProviderFailure: the account's sign-in has ended, which concerns everything it does.
    """
    wish = _wish(job.found.session, job.found.account.address, entry)
    if wish is None or wish.stored == entry.meeting_options:
        if wish is None and entry.meeting_problem:
            entry_rows.settle_meeting(entry, entry.meeting_options, "")
        return None
    if not has(job.found.account.granted_scopes, MEETING_OPTIONS):
        entry_rows.settle_meeting(entry, entry.meeting_options, not_granted(job.found.account))
        return None
    try:
        meeting = job.ports.meetings.find(job.mailbox, entry.join_url)
        job.ports.meetings.set_options(job.mailbox, meeting, wish.options)
    except ProviderFailure as failure:
        if failure.verdict.kind is VerdictKind.SIGN_IN_AGAIN:
            raise
        return _put_off(job, entry, failure.verdict)
    entry_rows.settle_meeting(entry, wish.stored, "")
    return None


def not_granted(account: Account) -> str:
    """Say which permission the options need, or that this kind of account cannot have it."""
    if not kind_of(account).signs_in:
        return (
            "Co-organisers and lobby are left as they are: an application-only account cannot set "
            "them. An account that somebody signs in with can."
        )
    return (
        f"Co-organisers and lobby are left as they are: the permission {MEETING_OPTIONS} is not "
        "granted. Ask for it under Microsoft 365 Connection Settings."
    )


def refused(verdict: Verdict) -> str:
    """Say why the options could not be set."""
    reason = verdict.explanation or verdict.code or "Microsoft gave no reason."
    remedy = (
        ""
        if verdict.kind in PASSING
        else "Check that every instructor is of the account's organisation, and that the account "
        "may schedule Teams meetings."
    )
    said = (
        f"Co-organisers and lobby could not be set: {reason}",
        f"({verdict.code})" if verdict.code else "",
        remedy,
        "The meeting itself stands; Classbell tries again.",
    )
    return " ".join(filter(None, said))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for of one meeting."""

    link: str
    options: MeetingOptions

    @property
    def stored(self) -> dict[str, object]:
        """What ``Entry.meeting_options`` holds once it is carried out."""
        lobby, people = self.options.lobby, self.options.co_organisers
        return {
            "link": self.link,
            "lobby": lobby.value if lobby else "",
            "co_organisers": None
            if people is None
            else sorted(one.name.casefold() for one in people),
        }


def _wish(session: CourseSession, organiser: str, entry: Entry) -> _Wish | None:
    """Return what is asked for; None without a meeting or where nobody ever asked for anything."""
    if not session.teams_meeting or not entry.join_url:
        return None
    chosen = session.lobby or calendar_options(session.course.catalog_id).lobby
    lobby = Lobby(chosen) if chosen else None
    people: tuple[MeetingPerson, ...] | None = None
    if session.co_organisers:
        people = tuple(
            MeetingPerson(person.address, str(person.object_id or ""))
            for person in instructors_of(session)
            if person.address_key != organiser.casefold()
        )
    elif entry.meeting_options.get("co_organisers") and _same_link(entry):
        people = ()
    if lobby is None and people is None:
        return None
    return _Wish(entry.join_url, MeetingOptions(lobby, people))


def _same_link(entry: Entry) -> bool:
    """Tell whether the options were written to the meeting that stands now."""
    return bool(entry.meeting_options.get("link") == entry.join_url)


def _put_off(job: Job, entry: Entry, verdict: Verdict) -> datetime | None:
    """Log and write down that the options are not set; return when to try again."""
    log.warning(
        "meeting_options_not_set",
        session=str(job.found.session.pk),
        verdict=verdict.kind.value,
        code=verdict.code,
        request_id=verdict.request_id,
    )
    entry_rows.settle_meeting(entry, entry.meeting_options, refused(verdict))
    pause: timedelta = ROOM_INTERVAL if verdict.kind in PASSING else TEAMS_INTERVAL
    again = max(verdict.until or job.found.now, job.found.now + pause)
    return again if again < job.found.session.starts_at else None
