"""Business time read from elsewhere: against the sandbox it follows the sandbox's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic

import structlog

from classbell.network.http import HttpDoor, Timeouts
from classbell.network.messages import HttpRequest, NetworkFailure
from classbell.ports.errors import ConfigurationFault

log = structlog.get_logger(__name__)

REMEMBER_SECONDS = 0.25
"""For how long a reading is carried on by machine time: a jump is seen within this span."""

CLOCK_TIMEOUTS = Timeouts(connect=0.5, read=0.5, pool=0.5, total=1.0)
"""For the clock's own door: it is a neighbour, and everything waits for it."""

FORGIVE_SECONDS = 30.0
"""For how long a clock that stopped answering is carried on, so that a restart hurts nobody."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the clock said, and when by machine time."""

    said: datetime
    at: float
    ticks: bool

    def carried_on(self) -> datetime:
        """Return the reading plus the machine time since; a frozen clock shows what it showed."""
        return self.said + timedelta(seconds=monotonic() - self.at) if self.ticks else self.said


class HttpClock:
    """Business time as an address tells it.

    ``GET`` answers ``{"now": "2026-11-23T08:00:00Z"}``, with ``"frozen": true`` beside it where
    the clock stands still.

    Args:
        url: the setting CLASSBELL_CLOCK_URL.
        door: a door of its own, without the guard against open transactions (the time is asked for
            everywhere) and with short time-outs (everything waits for it).
    """

    def __init__(self, url: str, door: HttpDoor) -> None:
        self._url = url
        self._door = door
        self._lock = Lock()
        self._reading: _Reading | None = None

    def now(self) -> datetime:
        """Return the present moment as an aware UTC datetime.

        Raises:
            ConfigurationFault: the clock has not answered for half a minute, or never did.
        """
        with self._lock:
            reading = self._reading
            if reading is None or monotonic() - reading.at > REMEMBER_SECONDS:
                reading = self._read(reading)
            return reading.carried_on()

    def _read(self, last: _Reading | None) -> _Reading:
        """Ask the clock, or carry the last reading on for a while."""
        asked = monotonic()
        try:
            answer = self._door.call(HttpRequest(method="GET", url=self._url, service="clock"))
            reading = _understood(answer.json(), asked) if answer.ok else None
        except NetworkFailure:
            reading = None
        if reading is not None:
            self._reading = reading
            return reading
        if last is None or asked - last.at > FORGIVE_SECONDS:
            raise ConfigurationFault(
                f"The clock at {self._url} does not tell the time.",
                meaning="Nothing that depends on time can be decided.",
                remedy="Start the sandbox, or unset CLASSBELL_CLOCK_URL to use the machine's time.",
            )
        log.warning("clock does not answer, carrying on by machine time", url=self._url)
        return last


def _understood(body: object, asked: float) -> _Reading | None:
    """Read the clock's answer, or None if it is not one."""
    said = body.get("now") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(said, str):
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return _Reading(moment.astimezone(UTC), asked, ticks=body.get("frozen") is not True)
