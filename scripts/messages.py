"""Bring the translations in line with the words of the program, and compile them: `make messages`.

    scripts/messages.py                      write every .po and .mo anew; say what is missing
    scripts/messages.py --check              say what is wrong with them, and change nothing
    scripts/messages.py --missing de         print what German lacks, as JSON to fill in
    scripts/messages.py --fill de some.json  take translations from such a file

The JSON is an object of English to translation; a message with a plural has a list for each.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from message_sources import Id, sources

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "classbell"
LOCALE = PACKAGE / "web" / "locale"
LANGUAGES = tuple(sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir()))

Key = tuple[str, str]
"""Context (empty for none) and English text (the singular where there is a plural)."""

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+[^>]*>")
STRAY = re.compile(r"%(?!\(\w+\)[sd]|%)")
NO_BREAK_SPACE = "\u00a0"


class Words(Catalog):
    """A catalog whose header says nothing that changes by itself, so that files compare."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Return the header that Django and translators' programs need."""
        return [
            ("Project-Id-Version", "Classbell"),
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def path_of(language: str, suffix: str) -> Path:
    """Return where the translations of a language stand: ``.po`` to edit, ``.mo`` compiled."""
    return LOCALE / language / "LC_MESSAGES" / f"django{suffix}"


def key_of(identity: Id | list[str], context: str | None) -> Key:
    """Return what a message is found by."""
    return context or "", identity if isinstance(identity, str) else identity[0]


def all_of(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the forms of an id or of a translation: one, or one for each form of the plural."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def kept(language: str) -> dict[Key, Message]:
    """Return what a language's file holds, by key; nothing where there is no file yet."""
    path = path_of(language, ".po")
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {key_of(one.id, one.context): one for one in read_po(file, language) if one.id}


@cache
def found() -> tuple[tuple[str, Id, str | None], ...]:
    """Return the program's messages, read once."""
    return tuple(sources(PACKAGE))


def written(language: str, filled: Mapping[str, str | list[str]] | None = None) -> Words:
    """Return what a language's file should hold: the program's words, as far as translated.

    Args:
        language: one of ``LANGUAGES``.
        filled: translations to take, by English text.
    """
    words = Words(language, header_comment=f"# Classbell in {language}.", fuzzy=False)
    there = kept(language)
    for file, identity, context in found():
        old = there.get(key_of(identity, context))
        own = (filled or {}).get(key_of(identity, context)[1])
        text = own or (old.string if old and old.id == identity else None)
        flags = set(old.flags) & {"fuzzy"} if old and not own else set()
        flags |= {"python-format"} if "%(" in key_of(identity, context)[1] else set()
        words.add(identity, set_in(language, text), [(file, 0)], flags, context=context)
    return words


def set_in(language: str, text: object) -> str | tuple[str, ...] | None:
    """Return a translation as the language's typography wants it."""
    if isinstance(text, list | tuple):
        return tuple(str(set_in(language, one) or "") for one in text)
    if not text or language != "fr":
        return str(text) if text else None
    return re.sub(r" (?=[:;?!»])|(?<=«) ", NO_BREAK_SPACE, str(text))


def as_po(words: Words) -> bytes:
    """Return the text of a ``.po`` file."""
    file = io.BytesIO()
    write_po(file, words, width=0, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def as_mo(words: Words) -> bytes:
    """Return what Django reads."""
    file = io.BytesIO()
    write_mo(file, words)
    return file.getvalue()


def wrong_with(message: Message, forms: int) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    texts = all_of(message.string)
    if message.fuzzy:
        yield "is fuzzy"
    if not all(texts) or len(texts) != (forms if message.pluralizable else 1):
        yield "is not translated"
        return
    wanted = Counter(PLACEHOLDER.findall(all_of(message.id)[-1]))
    for text in texts:
        if Counter(PLACEHOLDER.findall(text)) != wanted:
            yield f"has other placeholders than the English: {text!r}"
        if STRAY.search(text) and not STRAY.search(all_of(message.id)[-1]):
            yield f"has a lone %: {text!r}"


def problems(language: str) -> Iterator[str]:
    """Yield what is wrong with a language, one line each."""
    words = written(language)
    for message in words:
        for problem in wrong_with(message, words.num_plurals) if message.id else ():
            yield f"{language}: {key_of(message.id, message.context)[1]!r} {problem}"
    for suffix, wanted in ((".po", as_po(words)), (".mo", as_mo(words))):
        path = path_of(language, suffix)
        if not path.exists() or path.read_bytes() != wanted:
            yield f"{language}: {path.name} is not what the program says now; run make messages"


def missing(language: str) -> dict[str, str | list[str]]:
    """Return what a language lacks, ready to be filled in."""
    words = written(language)
    return {
        key_of(one.id, one.context)[1]: [""] * words.num_plurals if one.pluralizable else ""
        for one in words
        if one.id and not all(all_of(one.string))
    }


def main() -> int:
    """Do what the command line says; 1 where something is missing or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", metavar="LANGUAGE", choices=LANGUAGES)
    parser.add_argument("--fill", nargs=2, metavar=("LANGUAGE", "FILE"))
    given = parser.parse_args()
    if given.missing:
        print(json.dumps(missing(given.missing), ensure_ascii=False, indent=1))
        return 0
    for language in () if given.check else LANGUAGES:
        own = given.fill and given.fill[0] == language
        filled = json.loads(Path(given.fill[1]).read_text(encoding="utf-8")) if own else None
        words = written(language, filled)
        path_of(language, ".po").write_bytes(as_po(words))
        path_of(language, ".mo").write_bytes(as_mo(words))
    wrong = [problem for language in LANGUAGES for problem in problems(language)]
    print("\n".join(wrong) or f"Everything is translated: {', '.join(LANGUAGES)}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
