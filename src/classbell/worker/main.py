"""Runs one worker until it is told to stop, then lets it finish what is on the wire."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

import structlog
from prometheus_client import start_http_server

from classbell import bootstrap
from classbell.ports.errors import ConfigurationFault

LOOPBACK = "127.0.0.1"

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
    bootstrap.begin_process("worker")
    bootstrap.begin_daily_work()
    _show_figures(bootstrap.settings().worker_metrics_port)
    if stop is not None:
        engine.run(stop)
        return
    bootstrap.leave_out_of_collections()
    with stopped_by_signals() as ending:
        engine.run(ending)
    log.info("worker has stopped")


def _show_figures(port: int) -> None:
    """Show this worker's figures to whoever is on this machine, where the operator wants that.

    Raises:
        ConfigurationFault: the port is taken.
    """
    if not port:
        return
    try:
        start_http_server(port, addr=LOOPBACK)
    except OSError as cause:
        raise ConfigurationFault(
            f"CLASSBELL_WORKER_METRICS_PORT is {port}, and nobody can listen there: {cause}",
            remedy="Name another port; each worker of a machine needs its own.",
        ) from cause


@contextmanager
def stopped_by_signals() -> Iterator[Event]:
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
