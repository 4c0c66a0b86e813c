"""How often what people or programs do to an event in Outlook is repaired, and when that ends.

An add-in that writes its own title into every event would be repaired for ever, and every repair
mails everybody on the event. So after a few repairs of the same field within a day the field is
left as it is in Outlook, and an admin decides (docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from classbell.domain.scheduling.applied import Applied, wish_of
from classbell.ports.calendar import DesiredEntry

MOST_REPAIRS = 3
"""Repairs of one field of one event within ``WITHIN``; the next one waits for a decision."""

WITHIN = timedelta(days=1)

WATCHED = ("subject", "place", "text", "attendees")
"""What is repaired without asking; other times wait for a decision at once."""


@dataclass(frozen=True, slots=True)
class Repairs:
    """The memory of one event's repairs, kept with what was last written.

    Attributes:
        done: when each field was repaired lately, ISO.
        left: fields that are left as they are in Outlook until an admin decides.
        kept: fields that an admin leaves so.
    """

    done: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @classmethod
    def read(cls, applied: Applied) -> Repairs:
        """Read what the memory of the last write holds."""
        stored = applied.repairs
        done = stored.get("done")
        moments = done if isinstance(done, dict) else {}
        return cls(
            {name: tuple(map(str, times)) for name, times in moments.items()},
            _names(stored.get("left")),
            _names(stored.get("kept")),
        )

    def stored(self) -> dict[str, object]:
        """Return what the memory of the last write holds; nothing where nothing was repaired."""
        done = {name: list(times) for name, times in self.done.items() if times}
        held = {"done": done, "left": list(self.left), "kept": list(self.kept)}
        return {name: value for name, value in held.items() if value}

    @property
    def untouched(self) -> frozenset[str]:
        """The fields that are not written."""
        return frozenset((*self.left, *self.kept))


def after_look(
    wanted: DesiredEntry, differing: Iterable[str], applied: Applied, now: datetime
) -> Repairs:
    """Return the memory after a look that found these fields to be otherwise than they should.

    A field that our own wish has changed is ours again, and counts from nothing.

    Args:
        wanted: our wish.
        differing: names of fields that would be sent.
        applied: the memory of the last write.
        now: business time.
    """
    before, wish = Repairs.read(applied), wish_of(wanted)
    same = {name for name in WATCHED if applied.wish.get(name) == wish[name]}
    since = (now - WITHIN).isoformat()
    done = {
        name: tuple(one for one in times if one > since)
        for name, times in before.done.items()
        if name in same
    }
    left = [name for name in before.left if name in same]
    kept = tuple(name for name in before.kept if name in same)
    for name in same.intersection(differing).difference(left, kept):
        if len(done.get(name, ())) >= MOST_REPAIRS:
            left.append(name)
        else:
            done[name] = (*done.get(name, ()), now.isoformat())
    return Repairs(done, tuple(sorted(left)), kept)


def keep_as_it_is(applied: Mapping[str, object]) -> dict[str, object]:
    """Return the memory with which fields that wait stay as they are in Outlook."""
    memory = Applied.read(applied)
    before = Repairs.read(memory)
    after = Repairs({}, (), tuple(sorted({*before.kept, *before.left})))
    return Applied(memory.wish, memory.seen, after.stored()).stored()


def write_again(applied: Mapping[str, object]) -> dict[str, object]:
    """Return the memory from which fields that wait are written anew, and counted from nothing."""
    memory = Applied.read(applied)
    before = Repairs.read(memory)
    wish = {name: value for name, value in memory.wish.items() if name not in before.left}
    return Applied(wish, memory.seen, Repairs({}, (), before.kept).stored()).stored()


def _names(stored: object) -> tuple[str, ...]:
    return tuple(map(str, stored)) if isinstance(stored, list) else ()
