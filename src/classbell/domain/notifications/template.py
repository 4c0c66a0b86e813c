"""Logic-less templates: text with variables in braces, such as ``{COURSE TITLE}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from html import escape, unescape

from classbell.ports.errors import InvalidInput

VARIABLE = re.compile(r"\{([A-Z][A-Z0-9 ]{0,60})\}")


def variables_in(text: str) -> tuple[str, ...]:
    """Return the names of the variables a template uses, in order, each once."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def check_variables(text: str, known: frozenset[str]) -> None:
    """Refuse a template that uses a variable its kind does not have.

    Args:
        text: the template.
        known: names that the kind offers.

    Raises:
        InvalidInput: names the first unknown variable and the nearest known one.
    """
    for name in variables_in(text):
        if name in known:
            continue
        near = get_close_matches(name, sorted(known), n=1)
        hint = f"Did you mean {{{near[0]}}}?" if near else "See the list of variables."
        raise InvalidInput(f"There is no variable {{{name}}} here.", field=name, remedy=hint)


_PLACE = re.compile(rf'href="{VARIABLE.pattern}"|{VARIABLE.pattern}')
LEFT_OUT = "…"
"""Stands for what names a person and is never kept, such as a sign-in link."""
_SAFE = re.compile(rf"(?:https?://|mailto:)[^\s\"'<>`]+|{LEFT_OUT}", re.IGNORECASE)
_NOWHERE = re.compile(r'<a\s[^>]*href=""[^>]*>.*?</a>', re.IGNORECASE | re.DOTALL)
_EMPTY = re.compile(r"<p>(?:\s|<br\s*/?>)*</p>\s*", re.IGNORECASE)


def fill_html(template: str, values: Mapping[str, str]) -> str:
    """Fill a message's HTML; every value is text and is escaped, its line breaks are kept.

    A link whose address is empty, or no address of the web or of mail, is left out, and so is a
    paragraph in which nothing is left.
    """
    return _EMPTY.sub(
        "", _NOWHERE.sub("", _PLACE.sub(lambda place: _fill(place, values), template))
    )


def _fill(place: re.Match[str], values: Mapping[str, str]) -> str:
    if place[1] is None:
        return escape(values[place[2]]).replace("\n", "<br>")
    address = values[place[1]].strip()
    return f'href="{escape(address) if _SAFE.fullmatch(address) else ""}"'


def fill_line(template: str, values: Mapping[str, str]) -> str:
    """Fill a subject: one line, so that no value can smuggle in a header."""
    return " ".join(VARIABLE.sub(lambda found: values[found[1]], template).split())


_BREAK = re.compile(r"<\s*(?:br\s*/?>\n?|/(?:p|li|h[1-6]|tr|div)\s*>)", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^>]*href=\"([^\"]*)\"[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]{0,2000}>")


def as_text(html: str) -> str:
    """Return the plain-text part for a message's HTML: line breaks kept, links written out."""
    text = _LINK.sub(r"\2 (\1)", html)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
