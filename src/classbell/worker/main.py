"""Runs one worker until it is told to stop, then lets it finish what is on the wire."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

import structlog

from classbell import bootstrap

log = structlog.get_logger(__name__)


def run(stop: Event | None = None) -> None:
    """Serve lanes until SIGTERM or SIGINT, or until ``stop`` is set where one is given.

    Nothing is begun after that; what is on the wire is waited for and written down.

    Args:
        stop: ends it instead of signals, for whoever runs it on a thread of its own.

    Raises:
        ConfigurationFault: a setting is missing, or another worker serves this SQLite file.
    """
    engine = bootstrap.engine()
    bootstrap.begin_daily_work()
    if stop is not None:
        engine.run(stop)
        return
    with _stopped_by_signals() as ending:
        engine.run(ending)
    log.info("worker has stopped")


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """Give an event that the first signal sets; a second one ends the process as usual."""
    ending = Event()

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        ending.set()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, end)
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
