"""The limits of one lane's provider, and what they allow at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from classbell.storage.models import Lane

URGENT = 10
"""Messages with this priority or a lower number may use the reserve."""

SMOOTH_ABOVE = 10_000
"""An hourly limit above this is kept by the minute: counting it exactly would cost too much."""

AZURE_REQUESTS_IN_FLIGHT = 16
"""Calls under way at once for one resource; its limits are its rates."""

REGAINED_AN_HOUR = 0.1
"""The share of the configured figure that a lane gets back for each hour without a complaint."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of one lane's provider; 0 means that there is none.

    The defaults stay below what Exchange Online allows a mailbox, 30 messages a minute and 10,000
    recipients a day, 500 recipients a message, and below the four requests at once and 150 MB in
    five minutes that Outlook's Graph endpoints allow an application and mailbox
    (https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits,
    https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits).

    Attributes:
        messages_per_minute: most envelopes in any sliding minute of business time.
        messages_per_hour: most envelopes in any sliding hour.
        recipients_per_day: most recipients in any sliding 24 hours.
        urgent_reserve: how many of those only urgent messages may use.
        recipients_per_envelope: most people who share an envelope; 1 where each gets their own.
        requests_in_flight: most provider calls under way at once; at least 1.
        bytes_per_five_minutes: most bytes of mail in any sliding five minutes.
    """

    messages_per_minute: int = 28
    messages_per_hour: int = 0
    recipients_per_day: int = 9000
    urgent_reserve: int = 500
    recipients_per_envelope: int = 500
    requests_in_flight: int = 3
    bytes_per_five_minutes: int = 140_000_000

    def with_figures(self, figures: Mapping[str, int]) -> Pace:
        """Return this pace with some figures set otherwise; unknown names are left out."""
        known = {field.name for field in fields(self)}
        return replace(self, **{name: n for name, n in figures.items() if name in known})

    def smoothed(self) -> Pace:
        """Return this pace with a large hourly limit spread evenly over its minutes."""
        if self.messages_per_hour <= SMOOTH_ABOVE:
            return self
        by_the_minute = self.messages_per_hour // 60
        least = min(self.messages_per_minute or by_the_minute, by_the_minute)
        return replace(self, messages_per_minute=least, messages_per_hour=0)


UNLIMITED = Pace(
    messages_per_minute=0,
    recipients_per_day=0,
    urgent_reserve=0,
    recipients_per_envelope=1,
    bytes_per_five_minutes=0,
)
"""For a provider without limits of its own, such as the operator's mail server."""


def approved(messages_per_minute: int, messages_per_hour: int) -> Pace:
    """Return the pace of an Azure Communication Services resource; each person gets their own mail.

    Args:
        messages_per_minute: the rate that Microsoft approved for it.
        messages_per_hour: the same for an hour.
    """
    return replace(
        UNLIMITED,
        messages_per_minute=messages_per_minute,
        messages_per_hour=messages_per_hour,
        requests_in_flight=AZURE_REQUESTS_IN_FLIGHT,
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be sent at one moment.

    Attributes:
        now_allowed: how many envelopes may go now.
        recipients: to how many people in all.
        next_at: when that rises, where it is nothing; None otherwise.
    """

    now_allowed: int
    recipients: int = 0
    next_at: datetime | None = None


def in_force(lane: Lane | None, configured: Pace, now: datetime) -> Pace:
    """Return the pace that a lane really keeps: with its own figures, less what it has learned.

    Args:
        lane: which; None for one that has never sent anything.
        configured: the figures of its provider, by setting or approval.
        now: business time.
    """
    if lane is None:
        return configured.smoothed()
    return learned(lane, configured.with_figures(lane.figures).smoothed(), now)


def learned(lane: Lane, pace: Pace, now: datetime) -> Pace:
    """Return the pace that a lane keeps after what its provider has complained about.

    What was taken away comes back bit by bit, for a provider's limits may rise again.

    Args:
        lane: with what it has learned.
        pace: the configured figures.
        now: business time.
    """
    if lane.learned_at is None:
        return pace
    hours = (now - lane.learned_at) / timedelta(hours=1)
    changes: dict[str, int] = {}
    if lane.learned_messages_per_minute is not None and pace.messages_per_minute:
        figure = _regained(lane.learned_messages_per_minute, pace.messages_per_minute, hours)
        changes["messages_per_minute"] = figure
    if lane.learned_requests_in_flight is not None:
        figure = _regained(lane.learned_requests_in_flight, pace.requests_in_flight, hours)
        changes["requests_in_flight"] = figure
    return replace(pace, **changes)


def _regained(figure: int, configured: int, hours: float) -> int:
    """Return a lowered figure after some hours, never above the configured one."""
    return min(configured, figure + int(configured * REGAINED_AN_HOUR * hours))
