"""How many messages stand where, counted no further than people care."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from classbell.storage.models import Message, MessageState
from classbell.storage.queries.message_log import GROUPS, Group, Wanted, being_retried, narrowed
from classbell.storage.queries.message_search import Found

MOST = 1_000
"""Counting stops here: «1,000+» says as much, and costs as little at a million rows."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of messages; there are ``more`` where counting stopped."""

    number: int
    more: bool = False

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.number + other.number, self.more or other.more)


Counts = Mapping[Group, Tally]


def counts_of(rows: QuerySet[Message], wanted: Wanted, *, most: int = MOST) -> Counts | None:
    """Count messages for each group; None where nothing but looking at all of them would tell.

    Args:
        rows: which.
        wanted: kind and route that count.
        most: where to stop.
    """
    if not wanted.is_narrow:
        return {group: tally(rows, group, most=most) for group in Group}
    if rows[: most + 1].count() > most:
        return None
    states = narrowed(rows, wanted).values_list("state").order_by().annotate(number=Count("id"))
    return _grouped(dict(states))


def counts_of_found(found: Found) -> Counts:
    """Count for each group what a search has found."""
    states = Counter(state for _, state, _ in found.rows)
    return _grouped(states, more=found.more)


def count_retried(rows: QuerySet[Message], wanted: Wanted, *, most: int = MOST) -> Tally:
    """Count the messages that wait to be tried again, up to ``most``."""
    number = narrowed(being_retried(rows), wanted)[: most + 1].count()
    return Tally(min(number, most), number > most)


def tally(rows: QuerySet[Message], group: Group, *, most: int) -> Tally:
    """Count the messages of one group."""
    return count(rows, GROUPS[group], most=most)


def count(rows: QuerySet[Message], states: Sequence[MessageState], *, most: int) -> Tally:
    """Count the messages in some states, up to ``most``; the index has one state at a time."""
    number = 0
    for state in states:
        number += rows.filter(state=state)[: most + 1 - number].count()
        if number > most:
            return Tally(most, more=True)
    return Tally(number)


def _grouped(states: Mapping[str, int], *, more: bool = False) -> Counts:
    numbers = {
        group: sum(states.get(MessageState(state), 0) for state in of_group)
        for group, of_group in GROUPS.items()
    }
    return {group: Tally(number, more) for group, number in numbers.items()}
