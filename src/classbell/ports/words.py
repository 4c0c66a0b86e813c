"""Marking words that the doors translate: what stands here knows nothing of languages."""

from __future__ import annotations


def marked(text: str) -> str:
    """Return a text as it is; imported as ``_``, it lets the text be found for translation."""
    return text
