"""What is wrong with an entry, in words for the session's page: reason, remedy, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.domain.scheduling.desired import SessionPicture
from classbell.ports.calendar import Answer
from classbell.ports.errors import Verdict

TEAMS_REFUSED = "teams_refused"
TEAMS_LATE = "teams_link_late"
ROOM_DECLINED = "room_declined"
TOO_MANY = "too_many_attendees"
BY_MAIL = "calendar_not_granted"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: a stable code and a text with reason and remedy."""

    code: str
    text: str


NONE = Problem("", "")


def teams_refused(account: str, *, allowed_now: bool) -> Problem:
    """Say why there is no Teams meeting although one was asked for.

    Args:
        account: address of the account.
        allowed_now: whether its calendar says that it may make Teams meetings.
    """
    if allowed_now:
        return Problem(TEAMS_REFUSED, "Microsoft made no Teams meeting yet; Classbell asks again.")
    return Problem(
        TEAMS_REFUSED,
        f"Microsoft made no Teams meeting: {account} has no Teams licence, or its Teams meeting "
        "policy does not allow the Outlook add-in. A Microsoft 365 administrator can assign the "
        "licence or change the policy; Classbell looks again every six hours.",
    )


def teams_late() -> Problem:
    """Say that the Teams meeting exists and its link is not there yet."""
    return Problem(
        TEAMS_LATE, "Microsoft has not given the Teams link yet; Classbell looks again by itself."
    )


def room_declined(picture: SessionPicture) -> Problem:
    """Say that the room does not take the session."""
    return Problem(
        ROOM_DECLINED,
        f"{picture.room_name} declined: it is taken at that time, or does not take such bookings. "
        "Choose another room or another time.",
    )


def too_many(count: int) -> Problem:
    """Say that not everybody fits on the event."""
    return Problem(
        TOO_MANY,
        f"An event takes 500 attendees; the {count} who enrolled last are invited by mail.",
    )


def calendar_not_granted(picture: SessionPicture) -> Problem:
    """Say what is missing where the account may not write its calendar."""
    if not picture.room_address and not picture.teams_meeting:
        return NONE
    if not picture.teams_meeting:
        missing = (
            "People are invited by mail and no room is booked, because the account was not granted "
            "its calendar."
        )
    elif not picture.room_address:
        missing = (
            "People are invited by mail and no Teams meeting is made, because the account was not "
            "granted its calendar."
        )
    else:
        missing = (
            "People are invited by mail, no room is booked and no Teams meeting is made, because "
            "the account was not granted its calendar."
        )
    remedy = "Ask for the calendar permission under Microsoft 365 Connection Settings."
    return Problem(BY_MAIL, f"{missing} {remedy}")


def refused(verdict: Verdict) -> Problem:
    """Say that Microsoft refused the entry itself."""
    code = verdict.code or verdict.kind.value
    return Problem(code, f"Microsoft refused the calendar entry: {verdict.explanation or code}")


def room_word(answer: Answer) -> str:
    """Return the word of the event that tells of a room's answer; empty where there is none."""
    return {
        Answer.ACCEPTED: "room.accepted",
        Answer.TENTATIVE: "room.tentative",
        Answer.DECLINED: "room.declined",
    }.get(answer, "")


def joined(problems: list[Problem]) -> Problem:
    """Put several into one, the first giving the code."""
    real = [problem for problem in problems if problem.code]
    if not real:
        return NONE
    return Problem(real[0].code, " ".join(problem.text for problem in real)[:500])
