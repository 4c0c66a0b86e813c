"""Whom a text is written for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """What all readers of one text have in common: a language tag and an IANA time zone."""

    language: str
    time_zone: str
