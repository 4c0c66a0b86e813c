"""Whether an organisation's record of acts is as it was written: the chain, walked through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from classbell.storage.audit_chain import HASHED, row_hash, rows_of
from classbell.storage.models import AuditChain

PAGE = 1_000
PRUNED = "audit.pruned"
"""The act that says up to where the record was given up for its age."""


class Wrong(StrEnum):
    """What somebody did to the record."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that is not as it was written.

    Attributes:
        sequence: its place, or the place where it should be.
        wrong: what was done.
        text: the same in a sentence.
        row_id: the row's id; None where there is none.
    """

    sequence: int
    wrong: Wrong
    text: str
    row_id: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest act of a record; kept elsewhere, it proves later what stood here."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the walk has found.

    Attributes:
        head: the end that the record claims to have.
        acts: so many were looked at, up to the fault if there is one.
        late: so many of them were chained afterwards.
        unchained: so many have no place yet; a former version of the product wrote them.
        pruned_to: acts up to this place were given up for their age.
        fault: the first thing that is wrong; None where nothing is.
    """

    head: Head
    acts: int = 0
    late: int = 0
    unchained: int = 0
    pruned_to: int = 0
    fault: Fault | None = None


def head_of(organisation_id: UUID) -> Head:
    """Return the end of an organisation's record."""
    end = _end(organisation_id)
    return Head(end.sequence, end.hash)


def check(organisation_id: UUID, *, kept: Head | None = None) -> Checked:
    """Walk an organisation's record.

    Args:
        organisation_id: whose.
        kept: an end that somebody wrote down before, to be met on the way.
    """
    unchained = rows_of(organisation_id).filter(sequence=None).count()
    found = _walked(organisation_id, kept)
    while found.fault is not None and _end(organisation_id).pruned_to > found.pruned_to:
        # The oldest acts were given up while they were looked at.
        found = _walked(organisation_id, kept)
    return replace(found, unchained=unchained)


def _walked(organisation_id: UUID, kept: Head | None) -> Checked:
    """Walk from the oldest act that is kept to the end as it stands now."""
    end = _end(organisation_id)
    acts, late = 0, 0
    expected = Head(end.pruned_to, end.pruned_hash)
    fault = _fault_of_pruning(end)
    if fault is None:
        for row in _rows(end):
            fault = _fault_of(row, expected, organisation_id) or _fault_of_kept(row, kept)
            if fault is not None:
                break
            acts, late = acts + 1, late + bool(row["late"])
            expected = Head(int(str(row["sequence"])), str(row["hash"]))
    fault = fault or _fault_of_end(end, expected) or _fault_behind(organisation_id)
    if fault is None and kept is not None and kept.sequence > end.sequence:
        fault = Fault(kept.sequence, Wrong.MISSING, "The record ends before the act that was kept.")
    head = Head(end.sequence, end.hash)
    return Checked(head, acts, late, pruned_to=end.pruned_to, fault=fault)


def _rows(end: AuditChain) -> Iterator[Mapping[str, object]]:
    """Yield the acts between the two ends of a record, oldest first."""
    last = end.pruned_to
    rows = rows_of(end.pk).filter(sequence__lte=end.sequence).order_by("sequence")
    while page := list(rows.filter(sequence__gt=last).values(*HASHED, "hash")[:PAGE]):
        yield from page
        last = int(str(page[-1]["sequence"]))


def _fault_of(row: Mapping[str, object], before: Head, organisation_id: UUID) -> Fault | None:
    """Compare a row with what it says of itself and of the act before it."""
    sequence, row_id = int(str(row["sequence"])), int(str(row["id"]))
    follows = row["previous_hash"] == before.hash
    sound = row_hash(row) == row["hash"]
    if sequence != before.sequence + 1 and not (follows and not sound):
        missing = before.sequence + 1
        return Fault(missing, Wrong.MISSING, f"The acts {missing} to {sequence - 1} are missing.")
    if sound and follows:
        return None
    if sound:
        text = "It was changed and hashed anew: the act behind it does not follow from it any more."
        return Fault(before.sequence, Wrong.CHANGED, text)
    heirs = rows_of(organisation_id).filter(previous_hash=before.hash).exclude(pk=row_id)
    if not follows and heirs.exists():
        text = "Another act follows from the one before: the order was changed."
        return Fault(sequence, Wrong.REORDERED, text, row_id)
    return Fault(sequence, Wrong.CHANGED, "What it says does not match its hash.", row_id)


def _fault_of_kept(row: Mapping[str, object], kept: Head | None) -> Fault | None:
    """Compare a row with the end that somebody kept."""
    if kept is None or row["sequence"] != kept.sequence or row["hash"] == kept.hash:
        return None
    text = "Its hash is not the one that was kept: the record was written anew up to here."
    return Fault(kept.sequence, Wrong.CHANGED, text, int(str(row["id"])))


def _fault_of_end(end: AuditChain, last: Head) -> Fault | None:
    """Compare the last row with the end that the record claims to have."""
    if last.sequence < end.sequence:
        text = f"The newest acts, {last.sequence + 1} to {end.sequence}, are missing."
        return Fault(last.sequence + 1, Wrong.MISSING, text)
    if last.hash != end.hash:
        return Fault(end.sequence, Wrong.CHANGED, "The newest act is not the end of the record.")
    return None


def _fault_of_pruning(end: AuditChain) -> Fault | None:
    """Look for the act that vouches for where the record begins."""
    if not end.pruned_to:
        return None
    said = rows_of(end.pk).filter(action=PRUNED, sequence__gt=end.pruned_to)
    claims = said.values_list("after", flat=True)
    if any((one["sequence"], one["hash"]) == (end.pruned_to, end.pruned_hash) for one in claims):
        return None
    text = "No act says that the record was given up to here."
    return Fault(end.pruned_to, Wrong.MISSING, text)


def _fault_behind(organisation_id: UUID) -> Fault | None:
    """Look for rows behind the end, which nobody chained."""
    end = _end(organisation_id)
    row = rows_of(organisation_id).filter(sequence__gt=end.sequence).order_by("sequence").first()
    if row is None or row.sequence is None or row.sequence <= _end(organisation_id).sequence:
        return None
    return Fault(row.sequence, Wrong.ADDED, "It stands behind the end of the record.", row.pk)


def _end(organisation_id: UUID) -> AuditChain:
    """Return the two ends of a record; of nothing where no act was ever chained."""
    return AuditChain.objects.filter(pk=organisation_id).first() or AuditChain(pk=organisation_id)
