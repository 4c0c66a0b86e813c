"""Pages of the log of messages, at a cost that does not grow with the ledger.

One state after the other is read along its index and the results are merged: asked for several
states at once, a store reads the catalog from its end until it has found enough of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from django.db.models import QuerySet

from classbell.storage.models import Message, MessageState
from classbell.storage.queries.message_counts import (
    Counts,
    Tally,
    count_retried,
    counts_of,
    counts_of_found,
)
from classbell.storage.queries.message_log import (
    Log,
    Wanted,
    being_retried,
    first_id_since,
    narrowed,
    with_details,
)
from classbell.storage.queries.message_search import Found, search

WINDOW = 5_000
"""So many rows are looked at one by one for one page; then the reader decides whether to go on."""

EXPORT_ROWS = 500


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some rows of the log, newest first.

    Attributes:
        rows: the messages, with notification, envelope and lane.
        before: where the next page begins: ``Wanted.before``; None on the last.
        looked_back_to: when the oldest message was written that was looked at, where the page is
            not full and yet there may be older ones; None otherwise.
        counts: messages by group, whatever states were asked for; None where they were not, or
            counting would cost too much.
        retrying: how many wait to be tried again; None as for ``counts``.
        more_people: whether a search met more people than it looks up.
    """

    rows: tuple[Message, ...]
    before: int | None = None
    looked_back_to: datetime | None = None
    counts: Counts | None = None
    retrying: Tally | None = None
    more_people: bool = False


def log_page(
    log: Log, wanted: Wanted, *, size: int, counting: bool = False, window: int = WINDOW
) -> LogPage:
    """Return one page of the log.

    Args:
        log: what may be seen.
        wanted: what is asked for.
        size: most rows of a page.
        counting: whether to count for each group.
        window: most rows to look at one by one.
    """
    rows = log.rows
    if wanted.since is not None:
        rows = rows.filter(id__gte=first_id_since(wanted.since))
    if wanted.text:
        return _page_of_found(search(log, rows, wanted), wanted, size)
    counts = counts_of(rows, wanted) if counting else None
    retrying = count_retried(rows, wanted) if counting and counts is not None else None
    below = rows if wanted.before is None else rows.filter(id__lt=wanted.before)
    if wanted.retrying:
        below = being_retried(below)
    walks = [below.filter(state=state) for state in wanted.states] or [below]
    pieces = [_piece(walk, wanted, size, window) for walk in walks]
    return replace(_merged(pieces, size, counts), retrying=retrying)


def all_pages(log: Log, wanted: Wanted) -> Iterator[LogPage]:
    """Yield page after page of everything that is asked for, newest first."""
    page = log_page(log, wanted, size=EXPORT_ROWS)
    yield page
    while page.before is not None:
        page = log_page(log, replace(wanted, before=page.before), size=EXPORT_ROWS)
        yield page


@dataclass(frozen=True, slots=True)
class _Edge:
    """How far a walk has looked: it knows nothing of the message of this id and of older ones."""

    id: int
    written_at: datetime


def _piece(
    walk: QuerySet[Message], wanted: Wanted, size: int, window: int
) -> tuple[Sequence[Message], _Edge | None]:
    """Read the newest rows of a walk, looking at a limited number of them."""
    edge = None
    if wanted.is_narrow:
        beyond = walk.order_by("-id").values_list("id", "created_at")[window : window + 1]
        edge = next((_Edge(*row) for row in beyond), None)
        if edge is not None:
            walk = walk.filter(id__gt=edge.id)
        walk = narrowed(walk, wanted)
    return list(with_details(walk).order_by("-id")[: size + 1]), edge


def _merged(
    pieces: Sequence[tuple[Sequence[Message], _Edge | None]], size: int, counts: Counts | None
) -> LogPage:
    """Merge walks; beyond the edge of one of them, what others have found must wait."""
    edges = [edge for _, edge in pieces if edge is not None]
    edge = max(edges, key=lambda one: one.id, default=None)
    found = chain.from_iterable(rows for rows, _ in pieces)
    rows = [row for row in found if edge is None or row.pk > edge.id]
    rows.sort(key=lambda row: -row.pk)
    shown = tuple(rows[:size])
    if len(rows) > size:
        return LogPage(shown, shown[-1].pk, counts=counts)
    if edge is None:
        return LogPage(shown, counts=counts)
    return LogPage(shown, edge.id + 1, edge.written_at, counts)


def _page_of_found(found: Found, wanted: Wanted, size: int) -> LogPage:
    """Read one page of what a search has found."""
    states: Sequence[str] = wanted.states or tuple(MessageState)
    ids = [
        pk
        for pk, state, retried in found.rows
        if state in states
        and (retried or not wanted.retrying)
        and (wanted.before is None or pk < wanted.before)
    ]
    rows = tuple(with_details(Message.objects.filter(pk__in=ids[:size])).order_by("-id"))
    before = ids[size - 1] if len(ids) > size else None
    return LogPage(
        rows,
        before,
        looked_back_to=found.oldest if found.more and before is None else None,
        counts=counts_of_found(found),
        retrying=Tally(sum(retried for _, _, retried in found.rows), found.more),
        more_people=found.more_people,
    )
