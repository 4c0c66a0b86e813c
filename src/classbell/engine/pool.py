"""A bounded pool of threads that tidy up after themselves when they end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

_Job = tuple[Future[Any], Callable[[], Any]]


class Pool:
    """Runs jobs on at most so many threads, started as they are needed.

    The standard library's pool has no hook for the end of a thread, where a connection to the
    database has to be closed.

    Args:
        threads: how many at most.
        name: what they are called in stack dumps.
        leave: called on each thread as its last act.
    """

    def __init__(self, threads: int, name: str, leave: Callable[[], None]) -> None:
        self._most = threads
        self._name = name
        self._leave = leave
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._idle = 0

    def submit(self, job: Callable[[], Any], /) -> Future[Any]:
        """Run a job on some thread, when one is free."""
        future: Future[Any] = Future()
        with self._lock:
            if self._idle:
                self._idle -= 1
            elif len(self._threads) < self._most:
                name = f"{self._name}-{len(self._threads)}"
                thread = Thread(target=self._work, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._jobs.put((future, job))
        return future

    def __enter__(self) -> Self:
        """Use the pool until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until every job is done and every thread has ended."""
        with self._lock:
            threads = list(self._threads)
        for _ in threads:
            self._jobs.put(None)
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        """Do jobs until told that there are no more."""
        try:
            while (job := self._jobs.get()) is not None:
                self._do(*job)
                with self._lock:
                    self._idle += 1
        finally:
            self._leave()

    @staticmethod
    def _do(future: Future[Any], job: Callable[[], Any]) -> None:
        """Run one job and hand over its result, or what it raised."""
        try:
            result = job()
        except BaseException as error:  # noqa: BLE001 -- raised again where the result is asked for
            future.set_exception(error)
        else:
            future.set_result(result)
