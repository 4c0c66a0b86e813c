"""Toasts: what one's own act came to, shown once, also after a redirect."""

from __future__ import annotations

from typing import TypedDict, cast

from django.http import HttpRequest

TOASTS = "toasts"


class Toast(TypedDict):
    """One toast. ``kind`` is success, info, warning or error."""

    kind: str
    title: str
    text: str


def add_toast(request: HttpRequest, title: str, text: str = "", *, kind: str = "success") -> None:
    """Keep a toast for the next page this browser shows."""
    waiting = cast("list[Toast]", request.session.get(TOASTS, []))
    request.session[TOASTS] = [*waiting, Toast(kind=kind, title=title, text=text)]


def take_toasts(request: HttpRequest) -> list[Toast]:
    """Return the toasts to show now, and forget them."""
    return cast("list[Toast]", request.session.pop(TOASTS, []))
