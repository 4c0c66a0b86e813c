"""Looking somebody up in the log of messages.

People are looked for, and then their messages: that takes as long as there are people, however many
messages were ever written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from classbell.storage.models import Message, MessageState
from classbell.storage.queries.message_log import Log, Wanted, narrowed
from classbell.storage.queries.people_holding import holding

MOST_PEOPLE = 20
MOST_FOUND = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found.

    Attributes:
        rows: of each message its id, its state, and whether it waits to be tried again, newest
            first.
        more: whether there are older ones as well.
        oldest: when the last of ``rows`` was written; None where there is none.
        more_people: whether more people match than were looked up.
    """

    rows: Sequence[tuple[int, str, bool]]
    more: bool
    oldest: datetime | None
    more_people: bool


def search(log: Log, rows: QuerySet[Message], wanted: Wanted) -> Found:
    """Find the messages to people, or to addresses of nobody, whose name or address has a text.

    Args:
        log: whose people.
        rows: the messages to look through.
        wanted: the text, and kind and route of what is asked for.
    """
    people = _people(log, wanted.text)
    walks = [rows.filter(person=one) for one in people[:MOST_PEOPLE]]
    nobodys = Q(address__icontains=wanted.text) | Q(name__icontains=wanted.text)
    walks.append(rows.filter(nobodys, person=None))
    columns = ("pk", "state", "created_at", "attempt")
    first, *others = (narrowed(walk, wanted).values_list(*columns) for walk in walks)
    # One walk for each person: asked for several at once, a store without statistics reads the
    # whole catalog instead.
    joined = first.union(*others, all=True) if others else first
    found = list(joined.order_by("-id")[: MOST_FOUND + 1])
    return Found(
        rows=[
            (pk, state, state == MessageState.QUEUED and attempt > 0)
            for pk, state, _, attempt in found[:MOST_FOUND]
        ],
        more=len(found) > MOST_FOUND,
        oldest=found[:MOST_FOUND][-1][2] if found else None,
        more_people=len(people) > MOST_PEOPLE,
    )


def _people(log: Log, text: str) -> list[UUID]:
    """Return the people who match and were ever written to, by name; one more than is looked up."""
    written_to = Exists(log.rows.filter(person=OuterRef("pk")))
    rows = holding(log.people, text).filter(written_to)
    return list(rows.order_by("name", "pk").values_list("pk", flat=True)[: MOST_PEOPLE + 1])
