"""The record of acts as a file: to look through, to keep elsewhere, and to check without us."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from django.db.models import QuerySet

from classbell.domain.courses.importing.cells import begins_like_a_formula
from classbell.storage.audit_chain import HASHED, canonical
from classbell.storage.models import AuditEntry
from classbell.storage.queries.audit_check import Head

COLUMNS = (*HASHED, "hash")
PAGE = 500

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel reads the file in the code page of the country it stands in."""


class Form(StrEnum):
    """What the file is for: spreadsheet programs, or programs that check it."""

    CSV = "csv"
    JSONL = "jsonl"


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
