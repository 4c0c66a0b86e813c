"""A value that the threads of one lane share, read when the first of them needs it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ReadOnce(Generic[Value]):
    """Reads a value at the first call and gives the same one afterwards.

    A lane is given up after two seconds and taken with everything read anew, so nothing that is
    kept here grows old; sixteen threads that each read it for every mail would cost more than the
    mail does. What cannot be read is tried again at the next call.

    Args:
        read: how the value is read; what it raises is raised by the call.
    """

    def __init__(self, read: Callable[[], Value]) -> None:
        self._read = read
        self._lock = Lock()
        self._values: list[Value] = []

    def __call__(self) -> Value:
        """Return the value; others wait while one reads it."""
        with self._lock:
            if not self._values:
                self._values.append(self._read())
            return self._values[0]
