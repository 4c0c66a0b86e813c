"""Sets recorded exchanges beside those of another cloud, such as the sandbox, by their shape."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

Exchange = Mapping[str, object]

ANSWER = ("status", "headers", "answered")
"""What of an exchange is the other side's doing."""


def beside(exchanges: Sequence[Exchange], reference: Sequence[Exchange]) -> list[dict[str, object]]:
    """Return the exchanges, each with what the reference answered to the same call.

    Calls are the same where step, method and path are, and counted where they come again.

    Args:
        exchanges: as ``Recorder`` wrote them.
        reference: the same of another cloud.

    Returns:
        Each exchange with ``sandbox``, the other answer or None, and ``differs``, what is
        different in words; empty where nothing is that a client could notice.
    """
    others = dict(_numbered(reference))
    return [_compared(one, others.get(number)) for number, one in _numbered(exchanges)]


def _numbered(exchanges: Sequence[Exchange]) -> Iterator[tuple[tuple[object, ...], Exchange]]:
    """Yield each exchange with what makes it the same as another."""
    seen: Counter[tuple[object, ...]] = Counter()
    for one in exchanges:
        call = (one.get("step"), one.get("method"), one.get("path"))
        seen[call] += 1
        yield (*call, seen[call]), one


def _compared(one: Exchange, other: Exchange | None) -> dict[str, object]:
    if other is None:
        return {**one, "sandbox": None, "differs": ["the sandbox was not asked this"]}
    return {
        **one,
        "sandbox": {part: other.get(part) for part in ANSWER},
        "differs": list(_differences(one, other)),
    }


def _differences(one: Exchange, other: Exchange) -> Iterator[str]:
    """Yield what is different: status, headers and members that only one side has."""
    if one.get("status") != other.get("status"):
        yield f"status {one.get('status')} here, {other.get('status')} in the sandbox"
    for part in ("headers", "answered"):
        here, there = _members(one.get(part)), _members(other.get(part))
        for names, where in ((here - there, "here"), (there - here, "in the sandbox")):
            if names:
                yield f"{part} only {where}: {', '.join(sorted(names))}"


def _members(shape: object) -> set[str]:
    """Return the paths of all members; what an empty list holds cannot be known."""
    found: set[str] = set()
    _collect(shape, "", found)
    return found


def _collect(shape: object, path: str, found: set[str]) -> None:
    if isinstance(shape, Mapping):
        for name, inner in shape.items():
            here = f"{path}.{name}" if path else str(name)
            found.add(here)
            _collect(inner, here, found)
    elif isinstance(shape, list):
        for inner in shape:
            _collect(inner, f"{path}[]", found)


def summary(compared: Sequence[Mapping[str, object]]) -> list[str]:
    """Return one line for each step with a difference."""
    by_step: defaultdict[str, list[str]] = defaultdict(list)
    for one in compared:
        differs = one.get("differs")
        if isinstance(differs, list) and differs:
            by_step[str(one.get("step"))] += [str(words) for words in differs]
    return [f"{step}: {'; '.join(words)}" for step, words in by_step.items()]
