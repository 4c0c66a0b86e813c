"""What a transaction still owes before it commits, done as its very last statements.

Locks that are only taken here are taken after all others, and in one order, so that nobody who
holds one of them waits for anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

Payment = Callable[[UUID, list[int]], None]
"""Does what is owed to an organisation for the rows of these ids."""

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper as Base
else:
    Base = object


class BeforeCommit(Base):
    """A connection that pays before it commits; goes before Django's own class."""

    _owed: dict[UUID, tuple[Payment, list[int]]] | None = None

    def owe(self, pay: Payment, organisation_id: UUID, row_id: int) -> None:
        """Remember a row to be cared for when the transaction that is open commits.

        Args:
            pay: what to do; the same for every row of an organisation.
            organisation_id: payments are made in the order of these.
            row_id: one that a rolled back savepoint took away is left to ``pay`` to miss.
        """
        if self._owed is None:
            self._owed = {}
        self._owed.setdefault(organisation_id, (pay, []))[1].append(row_id)

    def pay(self) -> None:
        """Do what is owed, in the transaction that is open."""
        owed, self._owed = self._owed or {}, None
        was_atomic, self.in_atomic_block = self.in_atomic_block, True
        try:
            self._settle()
            for organisation_id in sorted(owed):
                act, rows = owed[organisation_id]
                act(organisation_id, rows)
        finally:
            self.in_atomic_block = was_atomic

    def _settle(self) -> None:
        """Take the locks that the commit itself would take, where the store has such."""

    def _commit(self) -> None:
        if self._owed:
            try:
                self.pay()
            except BaseException:
                # Django rolls back by itself only where the commit was refused by the store.
                self._rollback()
                raise
        super()._commit()  # type: ignore[misc]  # Django states no types for it

    def _rollback(self) -> None:
        self._owed = None
        super()._rollback()  # type: ignore[misc]  # Django states no types for it

    def _close(self) -> None:
        self._owed = None
        super()._close()  # type: ignore[misc]  # Django states no types for it
