"""Statements in the words of each store, for what Django's migrations have no operation for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Store(Protocol):
    """A connection, or what a migration writes with."""

    def execute(self, sql: str, params: None = None) -> object:
        """Run one statement."""


def run_each(store: Store, statements: Iterable[str]) -> None:
    """Run statements in their order, as they are written: no sign in them stands for a value."""
    for statement in statements:
        store.execute(statement, None)
