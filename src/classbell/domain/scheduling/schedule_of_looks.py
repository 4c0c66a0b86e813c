"""When to look at an entry again: a pure function of what it still waits for."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_LOOKS = (timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=80))
"""A room that decides by itself has answered within seconds."""

ROOM_INTERVAL = timedelta(minutes=15)
"""A room that a person decides for is looked at this often."""

PATIENCE = FIRST_LOOKS[-1]
"""For how long a missing Teams link is nothing to worry about."""

TEAMS_INTERVAL = timedelta(hours=6)
"""A licence or a policy changes when an administrator gets round to it."""


def next_look(
    *,
    since: datetime,
    now: datetime,
    until: datetime,
    room_open: bool,
    link_open: bool,
) -> datetime | None:
    """Return when to look again; None where nothing is open or the session has begun.

    Args:
        since: when the entry was last written.
        now: business time.
        until: the session's start.
        room_open: whether the room has yet to decide.
        link_open: whether the Teams link is missing.
    """
    if now >= until or not (room_open or link_open):
        return None
    waited = now - since
    for offset in FIRST_LOOKS:
        if waited < offset:
            return min(since + offset, until)
    return min(now + (ROOM_INTERVAL if room_open else TEAMS_INTERVAL), until)
