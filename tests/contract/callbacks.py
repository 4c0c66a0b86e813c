"""Reads what a browser brings back."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit


def parameters_of(landed: str) -> dict[str, str]:
    """Return the parameters of a redirect address."""
    return dict(parse_qsl(urlsplit(landed).query))
