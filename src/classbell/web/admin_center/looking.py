"""How a page looks again by itself while something is on its way, and when it stops."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

QUICK = 15
"""Looks that follow each other quickly: most things are done within half a minute."""

MOST = 75
"""After a quarter of an hour nobody looks any more: a page left open asks for nothing."""

QUICK_SECONDS, SLOW_SECONDS = 2, 15


@dataclass(frozen=True, slots=True)
class Looking:
    """Where a part of a page looks next.

    Attributes:
        address: of the page, with the number of the look in it.
        seconds: until then.
    """

    address: str
    seconds: int


def look_again(request: HttpRequest, here: str, *, under_way: bool) -> Looking | None:
    """Return where to look next; None when it is over, or time to leave it to people.

    Args:
        request: what was asked; ``look`` in it counts.
        here: address of the page, with or without a query.
        under_way: whether anything may still change.
    """
    looked = request.GET.get("look", "0")
    count = int(looked) + 1 if looked.isascii() and looked.isdigit() and len(looked) < 4 else 1  # noqa: PLR2004 -- far beyond MOST
    if not under_way or count >= MOST:
        return None
    address = f"{here}{'&' if '?' in here else '?'}look={count}"
    return Looking(address, QUICK_SECONDS if count <= QUICK else SLOW_SECONDS)
