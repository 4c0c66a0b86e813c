"""Keeps the block that Teams writes into the body of a meeting.

Whoever changes the body of an online meeting without that block switches the meeting off:
https://learn.microsoft.com/en-us/graph/api/event-update
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Whoever may write into the calendar writes these bodies: nothing here looks further than it must.
_BODY = re.compile(r"<body", re.IGNORECASE)
_BODY_ENDS = re.compile(r"</body\s*+>", re.IGNORECASE)
_JOIN_LINK = re.compile(r"https://teams\.[^\"'<>\s]{1,500}/(?:l/meetup-join|meet)/", re.IGNORECASE)
# Teams draws a line of underscores above its block, inside an element of its own; the block itself
# is one element of this class, with many inside.
_LINE = re.compile(r"_{20,}")
_CLASS = re.compile(r"me-email-text", re.IGNORECASE)
_LINKS = frozenset({"href", "src"})


def split_body(html: str) -> tuple[str, str]:
    """Part the body of an event into what we wrote and what Teams added.

    Args:
        html: the body as Graph returns it, with or without ``<html>`` around.

    Returns:
        Our part and the block, which is empty where there is none.
    """
    inner = _inner(html)
    link = _JOIN_LINK.search(inner)
    if link is None:
        return inner, ""
    lines = list(_LINE.finditer(inner, 0, link.start()))
    first = lines[-1] if lines else _CLASS.search(inner, 0, link.start()) or link
    start = inner.lower().rfind("<div", 0, first.start())
    return (inner, "") if start < 0 else (inner[:start], inner[start:])


def _inner(html: str) -> str:
    """Return what stands within the body; everything where there is none."""
    found = _BODY.search(html)
    begins = html.find(">", found.end()) + 1 if found else 0
    if not begins:
        return html
    ends = _BODY_ENDS.search(html, begins)
    return html[begins : ends.start()] if ends else html[begins:]


def with_block(html: str, current: str) -> str:
    """Return ``html`` followed by the Teams block of the current body, if it has one."""
    block = split_body(current)[1]
    return f"<html><body>{html}{block}</body></html>" if block else html


def reads_the_same(html: str, current: str) -> bool:
    """Tell whether the current body shows what ``html`` would show, Teams block aside.

    Exchange rewrites the markup of what it is given, so text and addresses are compared, not tags.
    """
    return _shown(html) == _shown(split_body(current)[0])


def _shown(html: str) -> str:
    """Return text and link addresses of a piece of HTML, white space aside."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join("".join(reader.found).split())


class _Reader(HTMLParser):
    """Collects what a person can see or click."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links; skip what is never shown."""
        self._hidden += tag in {"style", "script", "head", "title"}
        self.found.extend(value or "" for name, value in attrs if name in _LINKS)

    def handle_endtag(self, tag: str) -> None:
        """Leave what is never shown."""
        self._hidden -= tag in {"style", "script", "head", "title"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Note text."""
        if not self._hidden:
            self.found.append(data)
