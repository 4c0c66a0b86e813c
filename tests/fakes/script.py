"""What all fakes share: they write down what they were asked and fail when told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind


@dataclass(frozen=True)
class Call:
    """One call: the method's name and its arguments."""

    name: str
    arguments: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class _Failure:
    verdict: Verdict
    on: str
    carried_out: bool


class Scripted:
    """A fake that records ``calls`` and raises the verdicts it was given.

    Safe to use from several threads: a call is one step.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._once: deque[_Failure] = deque()
        self._always: list[_Failure] = []
        self._lock = RLock()

    def fail_next(
        self,
        verdict: Verdict | VerdictKind,
        *,
        times: int = 1,
        on: str = "",
        carried_out: bool = False,
    ) -> None:
        """Fail the next calls.

        Args:
            verdict: or only its kind.
            times: how many calls fail.
            on: only calls of this method; empty for any.
            carried_out: whether the thing is done all the same before it fails.
        """
        self._once.extend([_Failure(as_verdict(verdict), on, carried_out)] * times)

    def fail_always(self, verdict: Verdict | VerdictKind, *, on: str = "") -> None:
        """Fail every call until ``recover``."""
        self._always.append(_Failure(as_verdict(verdict), on, carried_out=False))

    def recover(self) -> None:
        """Work again."""
        self._once.clear()
        self._always.clear()

    def named(self, name: str) -> list[Call]:
        """Return the calls of one method."""
        return [call for call in self.calls if call.name == name]

    @contextmanager
    def _turn(self, name: str, **arguments: object) -> Iterator[None]:
        """Surround what a method does: record before, fail before or after."""
        with self._lock:
            self.calls.append(Call(name, arguments))
            failure = self._due(name)
            if failure is not None and not failure.carried_out:
                raise ProviderFailure(failure.verdict)
            yield
            if failure is not None:
                raise ProviderFailure(failure.verdict)

    def _due(self, name: str) -> _Failure | None:
        for failure in self._once:
            if failure.on in ("", name):
                self._once.remove(failure)
                return failure
        return next((f for f in self._always if f.on in ("", name)), None)


def as_verdict(given: Verdict | VerdictKind) -> Verdict:
    """Return a verdict, made up where only its kind is given."""
    if isinstance(given, Verdict):
        return given
    return Verdict(given, code=f"Scripted{given.value}", explanation="The script says so.")


def refuse(
    kind: VerdictKind, code: str, status: int, explanation: str = "As the service would answer."
) -> ProviderFailure:
    """Make the failure the real service would give."""
    return ProviderFailure(Verdict(kind, code=code, explanation=explanation, status=status))
