"""Sealing every secret at rest anew under the current key, while everything goes on working."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models import Model

from classbell.ports.errors import ConfigurationFault
from classbell.ports.secrets import Cipher

BATCH_ROWS = 100
"""Rows read at once; each is written by a statement of its own, so no writer waits for a batch."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many rows are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One sealed column.

    Attributes:
        name: what it holds, for people.
        model: the table.
        column: the column that holds the sealed bytes.
        place: the words that bind a row's secret to its place; they begin every ``bound_to``.
    """

    name: str
    model: type[Model]
    column: str
    place: str

    def bound_to(self, row_id: object) -> str:
        """Return the words for one row."""
        return f"{self.place}:{row_id}"


@dataclass(slots=True)
class Rotation:
    """What a rotation found and did.

    Attributes:
        sealed_anew: how many secrets got the current key.
        by_key: how many secrets each key opens now, by the key's id.
        unreadable: secrets whose key is not configured or that do not open: name and row.
    """

    sealed_anew: int = 0
    by_key: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)


def rotate(cipher: Cipher, current: str, cells: tuple[Cell, ...], progress: Progress) -> Rotation:
    """Seal all secrets that another key sealed with the current one.

    Safe to interrupt and to repeat: what has the current key is passed over, and a secret that
    somebody replaces meanwhile is left to them.

    Args:
        cipher: opens with every configured key and seals with the current one.
        current: id of the current key.
        cells: the sealed columns.
        progress: told how far it is.
    """
    result = Rotation()
    for cell in cells:
        _rotate_cell(cipher, current, cell, progress, result)
    return result


def examine(cipher: Cipher, cells: tuple[Cell, ...]) -> Rotation:
    """Open every secret and say which keys open them; changes nothing.

    Args:
        cipher: opens with every configured key.
        cells: the sealed columns.
    """
    result = Rotation()
    for cell in cells:
        for row_id, sealed in _rows(cell):
            if not sealed:
                continue
            try:
                cipher.open(sealed, bound_to=cell.bound_to(row_id))
                result.by_key[cipher.key_id(sealed)] += 1
            except ConfigurationFault as fault:
                result.unreadable.append(f"{cell.name} {row_id}: {fault.what}")
    return result


def _rotate_cell(
    cipher: Cipher, current: str, cell: Cell, progress: Progress, result: Rotation
) -> None:
    """Seal one column anew."""
    total = cell.model._default_manager.count()  # noqa: SLF001 -- Django documents it as public
    progress(cell.name, 0, total)
    for done, (row_id, sealed) in enumerate(_rows(cell), start=1):
        key = _seal_anew(cipher, current, cell, row_id, sealed, result) if sealed else ""
        if key:
            result.by_key[key] += 1
        progress(cell.name, done, max(done, total))


def _rows(cell: Cell) -> Iterator[tuple[object, bytes]]:
    """Yield ids and sealed bytes in the order of ids, a few at a time."""
    last: object = None
    while True:
        rows = cell.model._default_manager.order_by("pk")  # noqa: SLF001 -- see above
        if last is not None:
            rows = rows.filter(pk__gt=last)
        batch = list(rows.values_list("pk", cell.column)[:BATCH_ROWS])
        if not batch:
            return
        for row_id, sealed in batch:
            yield row_id, bytes(sealed)
        last = batch[-1][0]


def _seal_anew(  # noqa: PLR0917 -- private: what ``rotate`` was given, and one row
    cipher: Cipher, current: str, cell: Cell, row_id: object, sealed: bytes, result: Rotation
) -> str:
    """Seal one secret with the current key; return the id of the key that opens it now."""
    try:
        key = cipher.key_id(sealed)
        if key == current:
            return key
        plain = cipher.open(sealed, bound_to=cell.bound_to(row_id))
    except ConfigurationFault as fault:
        result.unreadable.append(f"{cell.name} {row_id}: {fault.what}")
        return ""
    anew = cipher.seal(plain, bound_to=cell.bound_to(row_id))
    rows = cell.model._default_manager.filter(pk=row_id, **{cell.column: sealed})  # noqa: SLF001 -- see above
    if not rows.update(**{cell.column: anew}):
        # It was renewed or removed meanwhile, and whoever did that used their own current key.
        return ""
    result.sealed_anew += 1
    return current
