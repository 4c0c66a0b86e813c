"""The record of acts as a file: to look through, to keep elsewhere, and to check without us."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from django.db.models import QuerySet

from classbell.domain.courses.importing.cells import begins_like_a_formula
from classbell.domain.organisations.access import (
    access_of,
    require_actor_administers,
    require_lms_admin,
)
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.storage.audit_chain import HASHED, canonical
from classbell.storage.models import AuditEntry, Catalog
from classbell.storage.queries.audit import Sought, acts_in
from classbell.storage.queries.audit_check import Head, head_of
from classbell.storage.scope import Scope

COLUMNS = (*HASHED, "hash")
PAGE = 500

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel reads the file in the code page of the country it stands in."""


class Form(StrEnum):
    """What the file is for: spreadsheet programs, or programs that check it."""

    CSV = "csv"
    JSONL = "jsonl"


def hand_out(
    ports: Ports,
    *,
    scope: Scope,
    catalog: Catalog | None,
    sought: Sought,
    form: Form,
    actor: Actor,
) -> Iterator[str]:
    """Return the lines of a file with what somebody may see of the record; that is an act too.

    Args:
        ports: the clock.
        scope: what may be seen.
        catalog: the catalog whose record it is; None for that of the organisation.
        sought: the filters; ``before`` is left out of account.
        form: how the file is written.
        actor: who wants it.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog, or no LMS admin.
    """
    if catalog is not None:
        require_actor_administers(actor, catalog)
    elif actor.person is not None:
        require_lms_admin(access_of(actor.person))
    asked = {"format": form.value, "who": sought.who, "acts": ", ".join(sought.groups)}
    asked |= {"subject": sought.subject, "since": sought.since.isoformat() if sought.since else ""}
    record(
        ports,
        actor=actor,
        catalog=catalog,
        organisation_id=scope.organisation_id,
        action="audit.exported",
        subject=f"catalog:{catalog.slug}" if catalog else "organisation",
        after={name: value for name, value in asked.items() if value},
    )
    head = head_of(scope.organisation_id)
    rows = acts_in(scope, replace(sought, before=None)).filter(sequence__lte=head.sequence)
    return export_lines(rows, head, form)


def export_lines(rows: QuerySet[AuditEntry], head: Head, form: Form) -> Iterator[str]:
    """Yield the lines of a file, oldest act first, and the end of the record last.

    A line of the form ``jsonl`` is what was hashed, with the hash beside it: without the hash,
    with sorted names and no spaces, its SHA-256 is that hash.

    Args:
        rows: the acts that may be seen, of one organisation.
        head: the end of that organisation's record.
        form: how the file is written.
    """
    if form is Form.CSV:
        yield BYTE_ORDER_MARK + _csv(COLUMNS)
    last = 0
    while page := list(rows.filter(id__gt=last).order_by("id").values(*COLUMNS)[:PAGE]):
        for row in page:
            yield _csv(_cells(row)) if form is Form.CSV else _json(row)
        last = page[-1]["id"]
    if form is Form.CSV:
        end = {"sequence": head.sequence, "action": "end of the record", "hash": head.hash}
        yield _csv([str(end.get(name, "")) for name in COLUMNS])
    else:
        end = {"end_of_the_record": {"sequence": head.sequence, "hash": head.hash}}
        yield json.dumps(end, separators=(",", ":")) + "\n"


def _json(row: Mapping[str, object]) -> str:
    """Write a row as it was hashed, with its hash."""
    said = json.loads(canonical(row)) | {"hash": row["hash"]}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def _cells(row: Mapping[str, object]) -> Sequence[str]:
    """Write the same for a spreadsheet program."""
    said = json.loads(canonical(row)) | {"hash": row["hash"]}
    return [_cell(said[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    """Return a text that a spreadsheet program shows and never runs (OWASP, «CSV Injection»)."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    text = "" if value is None else str(value)
    return f"'{text}" if begins_like_a_formula(text) else text


def _csv(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
