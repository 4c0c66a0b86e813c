"""Names as they are typed: by the beginnings of their words, in any case, with accents or without.

What is typed becomes a pattern in which each plain letter stands for all that look like it, so that
nothing has to be kept beside the names.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

LIKE_IT = {
    "a": "àáâãäåāăą",
    "c": "çćĉċč",
    "d": "ðďđ",
    "e": "èéêëēĕėęě",
    "g": "ĝğġģ",
    "h": "ĥħ",
    "i": "ìíîïĩīĭįı",
    "j": "ĵ",
    "k": "ķ",
    "l": "ĺļľŀł",
    "n": "ñńņňŋ",
    "o": "òóôõöøōŏő",
    "r": "ŕŗř",
    "s": "śŝşšș",
    "t": "ţťŧț",
    "u": "ùúûüũūŭůűų",
    "w": "ŵ",
    "y": "ýÿŷ",
    "z": "źżž",
}
"""Plain letters, each with the accented ones that count as it."""

PLAIN = {one: plain for plain, accented in LIKE_IT.items() for one in accented}
PAIRS = {"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
"""Letters that are typed as two."""

STARTS = " .@_(/-"
"""What stands before a word; «-» last, for so it is itself within brackets."""


def plain(typed: str) -> str:
    """Return a typed word in small plain letters."""
    word = typed.lower()
    for letter, pair in PAIRS.items():
        word = word.replace(letter, pair)
    return "".join(PLAIN.get(letter, letter) for letter in word)


def spellings(typed: str) -> list[str]:
    """Return a typed word plainly, and where two of its letters may be one, with that one."""
    found = [plain(typed)]
    for letter, pair in PAIRS.items():
        found += [one.replace(pair, letter) for one in found if pair in one]
    return found


def _letters(letter: str) -> str:
    """Return all letters that count as one."""
    both = letter + LIKE_IT.get(letter, "")
    return "".join(dict.fromkeys(both + "".join(one.upper() for one in both)))


def _class(letter: str) -> str:
    """Return a class of characters that a pattern of either store understands."""
    letters = "".join(one for one in _letters(letter) if one not in "[]^-\\")
    return f"[{letters}]" if letters else "?"


def _plainly(word: str) -> str:
    """Return what to look for in a name of plain letters, as a pattern of LIKE."""
    return "%" + "".join("_" if one in "%_\\" else one for one in word) + "%"


def _roughly(word: str) -> str:
    """Return the same for a name with other letters: those that others count as are any one."""
    return "%" + "".join("_" if _has_likes(one) else one for one in word) + "%"


def _has_likes(letter: str) -> bool:
    """Tell whether LIKE alone would miss letters that count as this one."""
    return (
        letter in "%_\\"
        or not set(_letters(letter)) <= {letter, letter.upper()}
        or (not letter.isascii() and letter != letter.upper())
    )


class TypedWord(Lookup):
    """Whether a word of a column begins as somebody typed: ``name__typed="sor"``.

    A pattern is dear, and LIKE is cheap. So the pattern is asked only of what LIKE lets through:
    names of plain letters by the word itself, others by the letters that nothing else looks like.
    """

    lookup_name = "typed"
    prepare_rhs = False

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: Any,  # noqa: ANN401 -- Django's own signature
    ) -> tuple[str, tuple[Any, ...]]:
        """Write it in PostgreSQL's words."""
        column, parameters = self.process_lhs(compiler, connection)
        words = spellings(str(self.rhs))
        said = "|".join("".join(map(_class, one)) for one in words)
        # What is no letter of any name is any one sign.
        pattern = f"(^|[{STARTS}])({said})".replace("?", ".")
        look, looked = _first_look(f"LOWER({column})", f"OCTET_LENGTH({column})", column, words)
        once = tuple(parameters)
        sql = f"CASE WHEN {look} THEN {column} ~ %s ELSE FALSE END"
        return sql, (*_spread(looked, once), *once, pattern)

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: Any,  # noqa: ANN401 -- the same
    ) -> tuple[str, tuple[Any, ...]]:
        """Write it in SQLite's words."""
        column, parameters = self.process_lhs(compiler, connection)
        words = spellings(str(self.rhs))
        patterns = [f"*[{STARTS}]{''.join(map(_class, one))}*" for one in words]
        each = " OR ".join([f"(' ' || {column}) GLOB %s"] * len(patterns))
        bytes_of = f"LENGTH(CAST({column} AS BLOB))"
        look, looked = _first_look(column, bytes_of, column, words)
        once = tuple(parameters)
        values = [value for pattern in patterns for value in (*once, pattern)]
        return f"CASE WHEN {look} THEN {each} ELSE 0 END", (*_spread(looked, once), *values)


ONCE_MORE = object()
"""Stands for the column's own parameters, which a plain column has none of."""


def _first_look(
    small: str, bytes_of: str, column: str, words: list[str]
) -> tuple[str, list[object]]:
    """Write what lets a name through to the pattern, with its parameters in their order."""
    plainly = " OR ".join([f"{small} LIKE %s"] * len(words))
    values: list[object] = []
    for word in words:
        values += [ONCE_MORE, _plainly(word)]
    values += [ONCE_MORE, ONCE_MORE]
    for word in words:
        values += [ONCE_MORE, _roughly(word)]
    return f"{plainly} OR ({bytes_of} <> LENGTH({column}) AND ({plainly}))", values


def _spread(values: list[object], once: tuple[Any, ...]) -> tuple[Any, ...]:
    """Put the column's own parameters where it stands."""
    spread: list[Any] = []
    for value in values:
        spread += once if value is ONCE_MORE else [value]
    return tuple(spread)


CharField.register_lookup(TypedWord)
TextField.register_lookup(TypedWord)
