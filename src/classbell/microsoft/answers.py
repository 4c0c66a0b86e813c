"""Reads vendors' JSON at the edge: tolerant of what is missing, strict about types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class NotUnderstood(Exception):
    """An answer lacks what it must have."""


@dataclass(frozen=True, slots=True)
class JsonPart:
    """One object of a JSON answer. A missing or wrongly typed field reads as empty, never raises.

    Attributes:
        value: the parsed JSON, whatever it is.
    """

    value: object

    def _get(self, key: str) -> object:
        return self.value.get(key) if isinstance(self.value, Mapping) else None

    def has(self, key: str) -> bool:
        """Tell whether the field is there and not null."""
        return self._get(key) is not None

    def text(self, key: str) -> str:
        """Return a text, or the empty one."""
        found = self._get(key)
        return found if isinstance(found, str) else ""

    def needed_text(self, key: str) -> str:
        """Return a text that the answer must have.

        Raises:
            NotUnderstood: it is missing or empty.
        """
        found = self.text(key)
        if not found:
            raise NotUnderstood(f"the answer has no «{key}»")
        return found

    def number(self, key: str) -> int | None:
        """Return a whole number, or None."""
        found = self._get(key)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def flag(self, key: str) -> bool | None:
        """Return a truth value, or None where the answer does not say."""
        found = self._get(key)
        return found if isinstance(found, bool) else None

    def part(self, key: str) -> JsonPart:
        """Return an object inside, possibly an empty one."""
        return JsonPart(self._get(key))

    def parts(self, key: str) -> tuple[JsonPart, ...]:
        """Return the objects of a list inside, possibly none."""
        found = self._get(key)
        return tuple(JsonPart(item) for item in found) if isinstance(found, list) else ()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list inside, possibly none."""
        found = self._get(key)
        if not isinstance(found, list):
            return ()
        return tuple(item for item in found if isinstance(item, str))

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return the whole numbers of a list inside, possibly none."""
        found = self._get(key)
        if not isinstance(found, list):
            return ()
        return tuple(item for item in found if isinstance(item, int))
