"""What the domain says in English, in the language of the page.

Sentences of the domain and of the wings stay English in rows, logs and on the command line. Each is
a message of the catalogs all the same, with a name in braces for every value, and the door knows
it by its words.
"""

from __future__ import annotations

import gettext as files
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language, gettext

NAME = re.compile(r"\{(\w+)\}")
WORD = re.compile(r"[^\W\d_]{2,}")
BETWEEN_SENTENCES = re.compile(r"(?<=[.?!:]) (?=[A-Z«(])|(?<=\)) (?=[A-Z«])")
"""A code in brackets that follows a sentence, such as «(AADSTS50173)», is a piece by itself."""

VALUE = "\ua66e"
"""A letter that no text of ours has: what it touches is part of a value's word."""

REMEMBERED = 4096
"""How many sentences are remembered with their templates: a page says much the same again."""

TOGETHER = 8
"""How many sentences one message may be made of, among others."""

LONGEST = 4000
"""Characters of a text beyond which it is somebody's own, and not looked at."""


class Template(NamedTuple):
    """A message with names in braces: what recognises a sentence made of it, and its words."""

    pattern: re.Pattern[str]
    text: str
    words: frozenset[str]


def translated(text: str) -> str:
    """Return a text of the domain in the language that is spoken now.

    Sentences that the catalogs do not know, such as Microsoft's own, stay as they are.

    Args:
        text: one or more English sentences; empty stays empty.
    """
    language = (get_language() or "en").split("-", 1)[0]
    if not text or language == "en" or len(text) > LONGEST:
        return text
    parts = BETWEEN_SENTENCES.split(text)
    if len(parts) == 1:
        return _known(text, language) or text
    said, is_all = _in_parts(parts, language)
    # A value may be sentences of its own: then only the whole is known.
    return said if is_all else _known(text, language) or said


def _in_parts(parts: list[str], language: str) -> tuple[str, bool]:
    """Translate sentence by sentence, taking together what is known only together.

    Returns:
        The text, and whether all of it is known.
    """
    said: list[str] = []
    is_all = True
    while parts:
        for length in range(1, min(len(parts), TOGETHER) + 1):
            found = _known(" ".join(parts[:length]), language)
            if found is not None:
                break
        else:
            found, length, is_all = parts[0], 1, False
        said.append(found)
        parts = parts[length:]
    return " ".join(said), is_all


def _known(text: str, language: str) -> str | None:
    """Return a text in a language; None where the catalogs do not know it."""
    found = gettext(text)
    if found != text:
        return found
    template = _made_of(text, language)
    match = template.pattern.fullmatch(text) if template else None
    if template is None or match is None:
        return None
    values = {name: _value(value) for name, value in match.groupdict().items()}
    # Not str.format: where a brace itself is said, it stands beside those of a name.
    return NAME.sub(lambda name: values[name[1]], gettext(template.text))


def _value(value: str) -> str:
    """Return what stands at a name in braces: what is said is translated too, a name never."""
    if " " not in value:
        return value
    if value[0].islower():
        return gettext(value)  # A purpose, such as «send notifications».
    return translated(value) if value[-1] in ".:?!" else value


@lru_cache(maxsize=REMEMBERED)
def _made_of(text: str, language: str) -> Template | None:
    """Return the template that a sentence is made of, the one with most words of its own."""
    words = frozenset(WORD.findall(text))
    candidates = by_rarest_word(language)
    near = {one for word in words for one in candidates.get(word, ())}
    for place in sorted(near):
        one = templates_of(language)[place]
        if one.words <= words and one.pattern.fullmatch(text):
            return one
    return None


@cache
def by_rarest_word(language: str) -> dict[str, tuple[int, ...]]:
    """Return where the templates stand, by the one word of each that is rarest among all.

    A sentence is compared with a handful of them, and not with hundreds.
    """
    templates = templates_of(language)
    often: dict[str, int] = defaultdict(int)
    for one in templates:
        for word in one.words:
            often[word] += 1
    found: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(templates):
        found[min(one.words, key=lambda word: (often[word], word))].append(place)
    return {word: tuple(places) for word, places in found.items()}


@cache
def templates_of(language: str) -> tuple[Template, ...]:
    """Return the messages with names in braces, those with most words of their own first.

    One without a word of its own would be anything, and is none.
    """
    found = {one for one in _messages(language) if NAME.search(one)}
    ordered = sorted(found, key=lambda one: (-len(NAME.sub("", one)), one))
    made = (Template(_pattern(one), one, _words(one)) for one in ordered)
    return tuple(one for one in made if one.words)


def _messages(language: str) -> Iterator[str]:
    """Yield the English of every message of a language."""
    for folder in settings.LOCALE_PATHS:
        path = Path(folder) / language / "LC_MESSAGES" / "django.mo"
        with path.open("rb") as file:
            known = vars(files.GNUTranslations(file))["_catalog"]
        yield from (key for key in known if isinstance(key, str))


def _words(template: str) -> frozenset[str]:
    """Return the words of a template that no value can touch: those that stand by themselves."""
    found = WORD.findall(NAME.sub(VALUE, template))
    return frozenset(word for word in found if VALUE not in word)


def _pattern(template: str) -> re.Pattern[str]:
    """Return what recognises a sentence made of a template."""
    *pieces, last = NAME.split(template)
    made = [
        f"(?P<{piece}>.+?)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    ]
    return re.compile("".join((*made, re.escape(last))), re.DOTALL)
