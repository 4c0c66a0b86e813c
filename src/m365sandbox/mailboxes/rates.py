"""Exchange Online's sending limits of one mailbox: messages a minute and recipients a day.

https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


@dataclass
class Limits:
    """The limits in force; `enabled` switches all of them, as a benchmark wants.

    `service_seconds` is how long, in machine time, a call on a mailbox takes at least; without it
    calls would never overlap and the limit on concurrent calls could never be met.
    `sent_copy_seconds` is how long, in sandbox time, a message that left is nowhere to be seen
    before its copy is in Sent Items. `message_bytes` is the largest message that may be sent.
    A change of an event is told to its subscribers after `notice_seconds` of sandbox time; a
    subscription lasts `subscription_minutes` at most, and a mailbox has so many at most. The join
    link of a new event's meeting is there after `join_link_seconds`.
    """

    enabled: bool = True
    messages_per_minute: int = 30
    recipients_per_day: int = 10_000
    recipients_per_message: int = 500
    concurrent_requests: int = 4
    requests_per_ten_minutes: int = 10_000
    retry_after_seconds: int = 5
    service_seconds: float = 0.01
    sent_copy_seconds: float = 3.0
    message_bytes: int = 35 * 1024 * 1024
    join_link_seconds: float = 0.0
    notice_seconds: float = 1.0
    subscription_minutes: int = 4230
    subscriptions_per_mailbox: int = 1000


@dataclass
class Tally:
    """What one mailbox has sent: when its last messages went out, and to how many people."""

    departures: list[datetime] = field(default_factory=list)
    recipients: list[tuple[datetime, int]] = field(default_factory=list)
    accepted: int = 0
    delayed: int = 0
    returned: int = 0

    def next_departure(self, now: datetime, per_minute: int) -> datetime:
        """Take the next free place and return its time: now, or later when the minute is full.

        Args:
            now: The sandbox's time.
            per_minute: How many messages leave in any 60 seconds.
        """
        recent = deque((at for at in self.departures if at > now - _MINUTE), maxlen=per_minute)
        leaving = max(now, recent[0] + _MINUTE) if len(recent) == per_minute else now
        recent.append(leaving)
        self.departures = list(recent)
        return leaving

    def recipients_within_day(self, now: datetime) -> int:
        """Return to how many people mail went in the last 24 hours."""
        self.recipients = [(at, count) for at, count in self.recipients if at > now - _DAY]
        return sum(count for _, count in self.recipients)
