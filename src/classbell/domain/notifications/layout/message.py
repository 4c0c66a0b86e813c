"""Dressing a message's own HTML: inline styles, and buttons that Outlook for Windows shows as such.

The HTML is a template of ours or one that was cleaned when it was saved, with values that were
escaped; it is well formed, and every attribute is in double quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY = re.compile(
    r'<a(?=[^>]*\sclass="button")((?:\s+[a-z]+="[^"]*")*)\s*>(.*?)</a>', re.IGNORECASE | re.DOTALL
)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r'\shref="[^"]*"', re.IGNORECASE)
_OPENS = re.compile(r"<(?!/|br\b|hr\b)[a-z]", re.IGNORECASE)
_CLOSES = re.compile(r"</[a-z]", re.IGNORECASE)
_VOID = re.compile(r"<p>(?:\s|<br\s*/?>)*</p>", re.IGNORECASE)
_TAG = re.compile(r"<(p|h[1-3]|a|ul|ol|li|blockquote|hr|table|th|td)(?=[\s>/])", re.IGNORECASE)
_CLASS = ' class="button"'

_CELL = "border:1px solid #d1d1d1;padding:8px;vertical-align:top;"
STYLES = {
    "p": "margin:0 0 16px 0;",
    "h1": "margin:0 0 16px 0;font-size:22px;line-height:28px;font-weight:600;",
    "h2": "margin:16px 0 8px 0;font-size:18px;line-height:24px;font-weight:600;",
    "h3": "margin:16px 0 8px 0;font-size:16px;line-height:24px;font-weight:600;",
    "ul": "margin:0 0 16px 24px;padding:0;",
    "ol": "margin:0 0 16px 24px;padding:0;",
    "li": "margin:0 0 4px 0;",
    "blockquote": "margin:0 0 16px 16px;padding:0;",
    "hr": "border:0;border-top:1px solid #d1d1d1;margin:16px 0;",
    "table": "border-collapse:collapse;margin:0 0 16px 0;",
    "th": f"{_CELL}font-weight:600;text-align:left;",
    "td": _CELL,
}


@dataclass(frozen=True, slots=True)
class Dress:
    """Colours of what stands in a message: of its links, and of its buttons and their text."""

    link: str
    key: str
    ink: str


def dressed(html: str, dress: Dress) -> str:
    """Return a message's HTML with everything that it needs to look right.

    A button that stands in a paragraph gets a table of its own, with what stands before and after
    it in paragraphs; anywhere else it is a link.
    """
    keys: list[str] = []
    html = html.replace("\0", "")
    if _CLASS in html:
        html = _PARAGRAPH.sub(lambda found: _split(found[1], dress, keys), html)
        html = html.replace(_CLASS, "")
    link = f'<a class="link" style="color:{dress.link};text-decoration:underline;"'

    def style(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name == "a":
            return link
        mark = ' class="cell"' if name in {"td", "th", "hr"} else ""
        return f'<{name}{mark} style="{STYLES[name]}"'

    html = _TAG.sub(style, html)
    for number, key in enumerate(keys):
        html = html.replace(_place(number), key, 1)
    return html


def _split(inner: str, dress: Dress, keys: list[str]) -> str:
    """Return a paragraph cut around its buttons, whose places are held by marks."""
    parts, place = [], 0
    for found in _KEY.finditer(inner):
        before = inner[place : found.start()]
        if not _is_whole(before) or not (address := _ADDRESS.search(found[1])):
            continue
        parts += [f"<p>{before}</p>", _place(len(keys))]
        keys.append(_button(address[0], found[2], dress))
        place = found.end()
    whole = "".join((*parts, f"<p>{inner[place:]}</p>"))
    return _VOID.sub("", whole) if parts else whole


def _is_whole(html: str) -> bool:
    """Say whether everything that begins in a piece of HTML ends in it."""
    return len(_OPENS.findall(html)) == len(_CLOSES.findall(html))


def _place(number: int) -> str:
    """Return the mark of a button's place, which nothing else can look like."""
    return f"\0{number}\0"


def _button(address: str, text: str, dress: Dress) -> str:
    """Return a button: a padded cell for Outlook for Windows, a padded link for everybody else."""
    cell = (
        f'<td align="center" bgcolor="{dress.key}" style="background-color:{dress.key};'
        'border-radius:4px;mso-padding-alt:12px 24px;">'
    )
    link = (
        f'<a{address} style="display:block;padding:12px 24px;mso-padding-alt:0;'
        f'color:{dress.ink};font-weight:600;text-decoration:none;">{text}</a>'
    )
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" '
        f'style="margin:0 0 16px 0;"><tr>{cell}{link}</td></tr></table>'
    )
