"""Named moments at which a test may kill or freeze the process; they do nothing otherwise."""

from __future__ import annotations

import os
import signal
from threading import Lock

VARIABLE = "CLASSBELL_KILL_POINT"
"""``name``, ``name:n`` or ``name:n:freeze``: die, or freeze, when the point is reached for the
first or the n-th time."""

AFTER_CLAIM = "after_claim"
BEFORE_WIRE = "before_wire"
AFTER_WIRE = "after_wire"
BEFORE_SETTLE = "before_settle"
AFTER_SETTLE = "after_settle"

KILL_POINTS = (AFTER_CLAIM, BEFORE_WIRE, AFTER_WIRE, BEFORE_SETTLE, AFTER_SETTLE)

_wanted, _count, _how = (*os.environ.get(VARIABLE, "").split(":"), "", "")[:3]
_left = int(_count or 1)
_lock = Lock()


def reach(name: str) -> None:
    """Pass a named moment; where the environment asks for it, end as kill -9 would, or freeze."""
    global _left  # noqa: PLW0603 -- counts across threads, in a process that is about to die
    if name != _wanted:
        return
    with _lock:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGSTOP if _how == "freeze" else signal.SIGKILL)
