"""How much of a lane's budget is used, and when the last of what waits will have gone out.

A reckoning for people, from figures alone: an hour is the smallest step in which the day's window
is looked at, and nobody foresees what else will be written meanwhile. The lane never asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from classbell.delivery.pace import Pace

HOUR = timedelta(hours=1)
HOURS_OF_A_DAY = 24
MOST_HOURS = 366 * HOURS_OF_A_DAY
"""Beyond a year there is no use in a date."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a lane may send; 0 means that there is no such limit.

    Attributes:
        messages_per_minute: envelopes a minute.
        messages_per_hour: envelopes an hour.
        recipients_per_day: recipients in any 24 hours.
        urgent_reserve: how many of those only urgent messages may use.
        recipients_per_envelope: how many may share an envelope, where a message may share at all.
    """

    messages_per_minute: int = 0
    messages_per_hour: int = 0
    recipients_per_day: int = 0
    urgent_reserve: int = 0
    recipients_per_envelope: int = 500

    @classmethod
    def of(cls, pace: Pace) -> Limits:
        """Return the limits that a pace keeps."""
        return cls(
            messages_per_minute=pace.messages_per_minute,
            messages_per_hour=pace.messages_per_hour,
            recipients_per_day=pace.recipients_per_day,
            urgent_reserve=pace.urgent_reserve,
            recipients_per_envelope=pace.recipients_per_envelope,
        )

    @property
    def envelopes_an_hour(self) -> float:
        """How many envelopes may go in an hour; infinite where nothing limits them."""
        by_the_minute = self.messages_per_minute * 60
        given = [figure for figure in (by_the_minute, self.messages_per_hour) if figure]
        return float(min(given)) if given else float("inf")

    @property
    def recipients_for_all(self) -> float:
        """How many recipients a day are there for what is not urgent."""
        if not self.recipients_per_day:
            return float("inf")
        return float(max(self.recipients_per_day - self.urgent_reserve, 0))


@dataclass(frozen=True, slots=True)
class Spent:
    """What has been sent lately.

    Attributes:
        last_hour: envelopes of the last hour.
        by_hour: recipients of each of the last 24 hours, the latest hour first; fewer numbers stand
            for the latest hours alone.
    """

    last_hour: int = 0
    by_hour: Sequence[int] = ()

    @property
    def day(self) -> int:
        """Recipients of the last 24 hours."""
        return sum(self.by_hour)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is queued.

    Attributes:
        personal: messages that name a person and go singly.
        shared: people in each group of messages that may share envelopes: those of one
            notification, language and time zone.
    """

    personal: int = 0
    shared: Sequence[int] = ()

    @property
    def people(self) -> int:
        """Everybody who waits for a message."""
        return self.personal + sum(self.shared)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What people are told.

    Attributes:
        used: recipients of the last 24 hours, or envelopes of the last hour where only those are
            limited.
        limit: what ``used`` is measured by; 0 where there is no limit.
        by_the_day: whether the two are about recipients in 24 hours rather than messages an hour.
        personal, shared: how many people wait for messages of either sort.
        personal_in, shared_in: until the last of them goes out; None where none waits, or where
            that is more than a year away.
    """

    used: int
    limit: int
    by_the_day: bool
    personal: int
    shared: int
    personal_in: timedelta | None
    shared_in: timedelta | None

    @property
    def waiting(self) -> int:
        """How many people wait for a message."""
        return self.personal + self.shared


def forecast(limits: Limits, spent: Spent, waiting: Waiting) -> Outlook:
    """Reckon what is used, and when the last message of either sort goes out.

    Those that go singly and those that share envelopes are taken to go by turns, one envelope each,
    until one sort is done.

    Args:
        limits: what the lane may send.
        spent: what it has sent lately.
        waiting: what is queued.
    """
    by_the_day = bool(limits.recipients_per_day)
    run = _Run(limits, spent, waiting)
    run.run()
    return Outlook(
        used=spent.day if by_the_day else spent.last_hour,
        limit=limits.recipients_per_day if by_the_day else limits.messages_per_hour,
        by_the_day=by_the_day,
        personal=waiting.personal,
        shared=sum(waiting.shared),
        personal_in=run.done.get("personal"),
        shared_in=run.done.get("shared"),
    )


def envelopes_for(groups: Iterable[int], limits: Limits) -> int:
    """Return in how many envelopes groups of people share what they get."""
    most = max(limits.recipients_per_envelope, 1)
    return sum(-(-people // most) for people in groups)


@dataclass(slots=True)
class _Sort:
    """One sort of messages: envelopes still to go, and how many people share one."""

    name: str
    envelopes: float
    people_each: float


class _Run:
    """Sends in thought, hour by hour; ``done`` says how long each sort took."""

    def __init__(self, limits: Limits, spent: Spent, waiting: Waiting) -> None:
        self.done: dict[str, timedelta] = {}
        self._an_hour = limits.envelopes_an_hour
        # What an hour allows goes out at its beginning, as fast as the minutes allow.
        self._rate = limits.messages_per_minute * 60 or float("inf")
        self._hour_limit = limits.messages_per_hour
        self._a_day = limits.recipients_for_all
        self._last_hour = spent.last_hour
        self._before = list(spent.by_hour)
        self._sent: list[float] = []
        shared = envelopes_for(waiting.shared, limits)
        self._left = [_Sort("personal", waiting.personal, 1)] if waiting.personal else []
        if shared:
            self._left.append(_Sort("shared", shared, sum(waiting.shared) / shared))

    def run(self) -> None:
        """Send until nothing is left, or for a year."""
        for hour in range(MOST_HOURS):
            if not self._left:
                return
            self._send(hour)

    def _send(self, hour: int) -> None:
        """Send one hour's worth, and note which sort is done when."""
        room = self._an_hour
        if hour == 0 and self._hour_limit:
            room = max(min(room, self._hour_limit - self._last_hour), 0)
        before = sum(self._before[: max(HOURS_OF_A_DAY - hour, 0)])
        people = self._a_day - before - sum(self._sent[: HOURS_OF_A_DAY - 1])
        envelopes = gone = 0.0
        while self._left and envelopes < room and gone < people:
            together = sum(sort.people_each for sort in self._left)
            turns = min(
                *(sort.envelopes for sort in self._left),
                (room - envelopes) / len(self._left),
                (people - gone) / together,
            )
            envelopes += turns * len(self._left)
            gone += turns * together
            self._take(turns, hour * HOUR + max(envelopes - 1, 0) / self._rate * HOUR)
            if turns < _NOTHING:
                break
        self._sent = [gone, *self._sent[: HOURS_OF_A_DAY - 1]]

    def _take(self, turns: float, at: timedelta) -> None:
        """Take envelopes off each sort; one with nothing left is done at that moment."""
        for sort in self._left:
            sort.envelopes -= turns
            if sort.envelopes < _NOTHING:
                self.done[sort.name] = at
        self._left = [sort for sort in self._left if sort.envelopes >= _NOTHING]


_NOTHING = 1e-6
"""Less than this is no envelope, only what is lost in dividing."""
