"""The one layout around every mail, made ready once for each look and language."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from importlib.resources import files

from classbell.domain.notifications.layout.colours import ink_on, is_ink
from classbell.domain.notifications.layout.look import DEFAULT_COLOUR, LOGO_ID, Look
from classbell.domain.notifications.layout.message import Dress, dressed
from classbell.domain.notifications.layout.words import WORDS
from classbell.domain.notifications.template import as_text
from classbell.ports.mail import Mail

PAPER = "#ffffff"
PREHEADER = 110
"""Characters that mail programs show of a mail beside its subject."""

_MARK = re.compile(r"\[\[([A-Z]+)\]\]")
_WRITTEN_FROM_THE_RIGHT = frozenset({"ar", "fa", "he", "ur"})
_MANY_LOOKS = 512


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around one message beside its look.

    Attributes:
        note: that it is a copy, and of what; empty where it is none.
        preferences: address of the page on which its reader declines such mail; empty where they
            may not.
    """

    note: str = ""
    preferences: str = ""


NOTHING = Around()


@dataclass(frozen=True, slots=True)
class Dressed:
    """A mail's two bodies."""

    html: str
    text: str


@lru_cache(maxsize=_MANY_LOOKS)
def layout(look: Look, language: str) -> Layout:
    """Return the layout of a look in a language.

    Args:
        look: of whose mail; a logo's content does not matter here, only its size.
        language: one of ``LANGUAGES``.
    """
    return Layout(look, language)


class Layout:
    """The layout of one look in one language."""

    def __init__(self, look: Look, language: str) -> None:
        self._words = WORDS[language]
        self._why = _why(look, language)
        link = look.colour if is_ink(look.colour, PAPER) else DEFAULT_COLOUR
        self._dress = Dress(link, look.colour, ink_on(look.colour))
        from_right = language in _WRITTEN_FROM_THE_RIGHT
        fixed = {
            "LANGUAGE": escape(language),
            "DIRECTION": "rtl" if from_right else "ltr",
            "START": "right" if from_right else "left",
            "HEADER": _header(look),
            "WHY": escape(self._why),
        }
        self._pieces = _pieces(fixed)

    def dress(self, subject: str, message: str, around: Around = NOTHING) -> Dressed:
        """Return both bodies of a mail.

        Args:
            subject: its subject, as text.
            message: its own HTML, filled, see ``layout.message``.
            around: what else its reader is told.
        """
        text = as_text(message)
        title = escape(subject)
        fill = {
            "SUBJECT": title,
            "PREHEADER": escape(preheader(text)),
            "NOTE": _note(around.note) if around.note else "",
            # A message that brings its own heading needs no second one.
            "HEADING": "" if "<h1" in message else f'<h1 style="{_HEADING}">{title}</h1>\n',
            "MESSAGE": dressed(message, self._dress),
            "PREFERENCES": self._preferences(around.preferences),
        }
        pieces = self._pieces.copy()
        pieces[1::2] = [fill[name] for name in pieces[1::2]]
        return Dressed("".join(pieces), self._text(text, around))

    def _preferences(self, address: str) -> str:
        if not address:
            return ""
        link = f'<a href="{escape(address)}" style="color:#5c5c5c;text-decoration:underline;">'
        return f'<p style="margin:0;">{link}{escape(self._words.choose)}</a></p>'

    def _text(self, text: str, around: Around) -> str:
        """Return the plain-text body, which says the same as the other."""
        foot = self._why
        if around.preferences:
            foot += f"\n{self._words.choose}: {around.preferences}"
        note = f"{around.note}\n\n" if around.note else ""
        return f"{note}{text}\n\n----\n{foot}\n"


def copy_note(language: str, *, name: str, count: int) -> str:
    """Return the line that says of whose mail this is a copy.

    Args:
        language: one of ``LANGUAGES``.
        name: whose, where it went to one person.
        count: to how many people it went.
    """
    words = WORDS[language]
    return words.copy_of_one.format(name=name) if name else words.copy_of_many.format(count=count)


def preheader(text: str) -> str:
    """Return the first words of a mail's text, which lists of mail show beside its subject."""
    words = " ".join(text[: 4 * PREHEADER].split())
    if len(words) <= PREHEADER:
        return words
    return words[:PREHEADER].rpartition(" ")[0] or words[:PREHEADER]


def with_pictures_inside(mail: Mail) -> str:
    """Return a mail's HTML as a page can show it: its pictures in place of their ids."""
    html = mail.html
    for file in mail.attachments:
        if file.content_id:
            content = base64.b64encode(file.content).decode()
            html = html.replace(
                f"cid:{file.content_id}", f"data:{file.content_type};base64,{content}"
            )
    return html


def in_theme(html: str, *, dark: bool) -> str:
    """Return a mail's HTML as it looks in a theme, whatever a browser prefers."""
    return html.replace("(prefers-color-scheme:dark)", "all" if dark else "not all").replace(
        "color-scheme:light dark", f"color-scheme:{'dark' if dark else 'light'}"
    )


_FONT = "font-family:'Segoe UI','Helvetica Neue',Arial,sans-serif;"
_HEADING = "margin:0 0 16px 0;font-size:22px;line-height:28px;font-weight:600;"


@cache
def _page() -> str:
    return (files("classbell.domain.notifications.layout") / "mail.html").read_text("utf-8")


def _pieces(fixed: Mapping[str, str]) -> list[str]:
    """Return the page cut at the marks that each mail fills: texts and names of marks by turns."""
    cut = _MARK.split(_page())
    pieces = [cut[0]]
    for name, text in zip(cut[1::2], cut[2::2], strict=True):
        if name in fixed:
            pieces[-1] += fixed[name] + text
        else:
            pieces += [name, text]
    return pieces


def _why(look: Look, language: str) -> str:
    """Return why somebody gets mail of a look."""
    words = WORDS[language]
    if not look.organisation:
        return words.why_installation
    text = words.why_catalog if look.catalog else words.why_organisation
    return text.format(organisation=look.organisation, catalog=look.catalog)


def _header(look: Look) -> str:
    """Return the rows above the message: the logo with a line of the colour, or the name on it."""
    name, colour = escape(look.catalog or look.organisation or "Classbell"), look.colour
    if look.logo is None:
        return (
            f'<tr><td class="pad" bgcolor="{colour}" style="background-color:{colour};'
            f"color:{ink_on(colour)};padding:16px 24px;{_FONT}font-size:18px;line-height:24px;"
            f'font-weight:600;overflow-wrap:anywhere;word-break:break-word;">{name}</td></tr>'
        )
    width, height = look.logo.width, look.logo.height
    return (
        '<tr><td class="pad" bgcolor="#ffffff" style="background-color:#ffffff;color:#242424;'
        f'padding:16px 24px;{_FONT}font-size:18px;line-height:24px;">'
        f'<img src="cid:{LOGO_ID}" width="{width}" height="{height}" alt="{name}" '
        f'style="display:block;border:0;width:{width}px;height:{height}px;"></td></tr>\n'
        f'<tr><td bgcolor="{colour}" style="background-color:{colour};height:4px;line-height:4px;'
        'font-size:4px;mso-line-height-rule:exactly;">&nbsp;</td></tr>'
    )


def _note(note: str) -> str:
    """Return the line above a copy."""
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        'style="width:100%;margin:0 0 16px 0;"><tr><td class="note" bgcolor="#f0f0f0" '
        'style="background-color:#f0f0f0;color:#242424;padding:8px 12px;font-size:14px;'
        f'line-height:20px;">{escape(note)}</td></tr></table>\n'
    )
