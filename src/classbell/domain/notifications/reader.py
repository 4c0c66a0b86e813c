"""Whom a text is written for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """What all readers of one text have in common: a language tag and an IANA time zone."""

    language: str
    time_zone: str

    def speaking(self, language: str) -> Reader:
        """Return the reader as a reader of a text in a language.

        Their own tag stays where it is of that language, for it may know how a region writes dates.
        """
        own = self.language.replace("_", "-").split("-", 1)[0].lower()
        return self if own == language else Reader(language, self.time_zone)
