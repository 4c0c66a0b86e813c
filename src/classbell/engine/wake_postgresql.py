"""Notices rings on PostgreSQL, which passes them on when their transaction commits."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import psycopg
import structlog
from psycopg import sql

log = structlog.get_logger(__name__)

LISTEN_SECONDS = 0.5
"""How long one wait for a notification lasts, before looking whether to stop."""

RECONNECT_SECONDS = 1.0


class Listener:
    """Listens on one channel, and connects again when the server was away.

    Meanwhile nothing is lost: the loop looks by itself at every sweep.

    Args:
        url: the database's address.
        channel: the channel's name.
    """

    def __init__(self, url: str, channel: str) -> None:
        self._url = url
        self._channel = channel

    def watch(self, ring: Callable[[], None], done: Event) -> None:
        """Call ``ring`` at each notification, until ``done`` is set."""
        while not done.is_set():
            try:
                self._listen(ring, done)
            except psycopg.OperationalError as problem:
                log.warning("cannot listen for rings, trying again", problem=str(problem))
                done.wait(RECONNECT_SECONDS)

    def _listen(self, ring: Callable[[], None], done: Event) -> None:
        """Listen on one connection until it breaks."""
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            # What was rung while nobody listened is found by looking now.
            ring()
            while not done.is_set():
                for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    ring()
