"""What the domain says in English, in the language of the page.

Sentences of the domain and of the wings stay English in rows, logs and on the command line. Each is
a message of the catalogs all the same, with a name in braces for every value, and the door knows
it by its words.
"""

from __future__ import annotations

import gettext as files
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, gettext

NAME = re.compile(r"\{(\w+)\}")
BETWEEN_SENTENCES = re.compile(r"(?<=[.?!:]) (?=[A-Z«(])")
"""A code in brackets that follows a sentence, such as «(AADSTS50173)», is a piece by itself."""


def translated(text: str) -> str:
    """Return a text of the domain in the language that is spoken now.

    Sentences that the catalogs do not know, such as Microsoft's own, stay as they are.

    Args:
        text: one or more English sentences; empty stays empty.
    """
    language = (get_language() or "en").split("-", 1)[0]
    if not text or language == "en":
        return text
    whole = _known(text, language)
    if whole is not None:
        return whole
    parts = BETWEEN_SENTENCES.split(text)
    if len(parts) == 1:
        return text
    return _in_parts(parts, language)


def _in_parts(parts: list[str], language: str) -> str:
    """Translate sentence by sentence, taking together what is known together."""
    said: list[str] = []
    while parts:
        for length in range(len(parts), 0, -1):
            found = _known(" ".join(parts[:length]), language)
            if found is not None or length == 1:
                said.append(parts[0] if found is None else found)
                parts = parts[length:]
                break
    return " ".join(said)


def _known(text: str, language: str) -> str | None:
    """Return a text in a language; None where the catalogs do not know it."""
    found = gettext(text)
    if found != text:
        return found
    for pattern, template in _templates(language):
        match = pattern.fullmatch(text)
        if match:
            values = {name: _value(value) for name, value in match.groupdict().items()}
            return gettext(template).format_map(values)
    return None


def _value(value: str) -> str:
    """Return what stands at a name in braces: a sentence is translated too, a name never."""
    return translated(value) if " " in value and value[-1:] in ".:?!" else value


@cache
def _templates(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the messages with names in braces, those with most words of their own first."""
    found: set[str] = set()
    for folder in settings.LOCALE_PATHS:
        path = Path(folder) / language / "LC_MESSAGES" / "django.mo"
        with path.open("rb") as file:
            known = vars(files.GNUTranslations(file))["_catalog"]
        found |= {key for key in known if isinstance(key, str) and NAME.search(key)}
    ordered = sorted(found, key=lambda one: (-len(NAME.sub("", one)), one))
    return tuple((_pattern(one), one) for one in ordered)


def _pattern(template: str) -> re.Pattern[str]:
    """Return what recognises a sentence made of a template."""
    *pieces, last = NAME.split(template)
    made = [
        f"(?P<{piece}>.+?)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    ]
    return re.compile("".join((*made, re.escape(last))), re.DOTALL)
