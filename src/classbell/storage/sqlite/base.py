"""The backend as Django finds it: ``ENGINE = "classbell.storage.sqlite"``."""

from __future__ import annotations

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations

from classbell.storage.before_commit import BeforeCommit
from classbell.storage.sqlite.turns import Turns, turns_of


class Operations(DatabaseOperations):
    """SQLite's own words."""

    def sql_flush(self, *args: object, **named: object) -> list[str]:
        """Empty tables in the order of their names: an audit chain goes before its acts.

        The store keeps the acts of a chain that is there; with neither, nothing is left to keep.
        """
        return sorted(super().sql_flush(*args, **named))  # type: ignore[arg-type]  # Django states no types for it


class DatabaseWrapper(BeforeCommit, base.DatabaseWrapper):
    """A connection that waits for its turn before a transaction that writes.

    Transactions that lock from their beginning (``transaction_mode`` IMMEDIATE) take turns, and
    single statements outside of one do not: they wait as SQLite lets them.
    """

    ops_class = Operations
    _turn: Turns | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django states no types for it
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn()

    def _take_turn(self) -> None:
        if self._turn is not None or self.is_in_memory_db():
            return
        turns = turns_of(str(self.settings_dict["NAME"]))
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        if turns.take(seconds):  # else SQLite is asked all the same, and refuses in its own words
            self._turn = turns

    def _give_turn(self) -> None:
        turns, self._turn = self._turn, None
        if turns is not None:
            turns.give()
