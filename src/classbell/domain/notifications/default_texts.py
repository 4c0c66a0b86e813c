"""The product's own text of each kind in each language: files beside this module.

A file is named after its kind and holds the subject, an empty line, and the message as HTML, one
paragraph a line. They are data: variables in braces and nothing that runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and message of a notification, variables not filled in; ``message`` is HTML."""

    subject: str
    message: str


@cache
def default_text(kind: str, language: str) -> Text:
    """Return the product's own text; every kind has one in every language.

    Args:
        kind: name of a registered kind.
        language: one of ``LANGUAGES``.

    Raises:
        FileNotFoundError: there is none; the registry's tests see to it that there is.
    """
    texts = files("classbell.domain.notifications") / "texts"
    file = texts / language / f"{kind}.html"
    subject, message = file.read_text("utf-8").split("\n\n", 1)
    return Text(subject.strip(), message.strip())
