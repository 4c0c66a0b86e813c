"""The delivery log as a file for spreadsheet programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from classbell.domain.courses.importing.cells import begins_like_a_formula
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, Message
from classbell.storage.queries.message_log import Log, Wanted, route_of
from classbell.storage.queries.message_pages import all_pages

COLUMNS = (
    "message",
    "written (UTC)",
    "kind",
    "name",
    "address",
    "state",
    "since (UTC)",
    "reason",
    "reason code",
    "route",
    "tries",
    "request id",
)

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel reads the file in the code page of the country it stands in."""


def export_log(
    ports: Ports, *, catalog: Catalog, log: Log, wanted: Wanted, actor: Actor
) -> Iterator[str]:
    """Return the lines of the log as CSV, newest first; the export is on the record.

    The lines are made as they are asked for, so that a million of them need no memory.

    Args:
        ports: the clock.
        catalog: whose log.
        log: the messages that may be seen.
        wanted: the filters; ``before`` is left out of account.
        actor: who wants it.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="messages.exported",
        subject=f"catalog:{catalog.slug}",
        after=_filters(wanted),
    )
    return csv_lines(log, wanted)


def csv_lines(log: Log, wanted: Wanted) -> Iterator[str]:
    """Yield a line of column names and one for each message."""
    yield BYTE_ORDER_MARK + _line(COLUMNS)
    for page in all_pages(log, wanted):
        for message in page.rows:
            yield _line(_cells(message))


def safe_cell(text: str) -> str:
    """Return a text that a spreadsheet program shows and never runs (OWASP, «CSV Injection»)."""
    return f"'{text}" if begins_like_a_formula(text) else text


def _cells(message: Message) -> Sequence[str]:
    kind = message.notification.kind
    return (
        str(message.pk),
        _moment(message.created_at),
        REGISTRY[kind].title if kind in REGISTRY else kind,
        message.name,
        message.address,
        message.state,
        _moment(message.settled_at),
        message.reason,
        message.reason_code,
        route_of(message),
        str(message.attempt),
        message.envelope.request_id if message.envelope else "",
    )


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(map(safe_cell, cells))
    return written.getvalue()


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def _filters(wanted: Wanted) -> Mapping[str, object]:
    """Say what was asked for, as far as it was."""
    chosen = {
        "states": sorted(wanted.states),
        "only tried again": wanted.retrying,
        "text": wanted.text,
        "kind": wanted.kind,
        "route": wanted.route,
        "since": wanted.since.isoformat() if wanted.since else "",
    }
    return {name: value for name, value in chosen.items() if value}
