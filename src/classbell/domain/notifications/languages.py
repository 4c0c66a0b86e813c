"""The languages in which the product itself speaks, in mail and on pages."""

from __future__ import annotations

LANGUAGES: dict[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "français",
    "es": "español",
    "da": "dansk",
    "ja": "日本語",
}
"""Tag to the language's own name. English comes first: it is what everything falls back to."""


def spoken(*wishes: str) -> str:
    """Return the first wish that the product can fulfil, else English.

    Args:
        wishes: language tags, most wanted first, such as the reader's and the catalog's; empty
            ones are passed over, and ``de-AT`` is fulfilled by ``de``.
    """
    for wish in wishes:
        base = wish.replace("_", "-").split("-", 1)[0].lower()
        if base in LANGUAGES:
            return base
    return "en"
