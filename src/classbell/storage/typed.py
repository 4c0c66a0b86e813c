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


def spellings(typed: str) -> list[str]:
    """Return a typed word plainly, and where two of its letters may be one, with that one."""
    word = typed.lower()
    for letter, pair in PAIRS.items():
        word = word.replace(letter, pair)
    word = "".join(PLAIN.get(letter, letter) for letter in word)
    found = [word]
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


class TypedWord(Lookup):
    """Whether a word of a column begins as somebody typed: ``name__typed="sor"``."""

    lookup_name = "typed"
    prepare_rhs = False

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: Any,  # noqa: ANN401 -- Django's own signature
    ) -> tuple[str, tuple[Any, ...]]:
        """Write a pattern of PostgreSQL's."""
        column, parameters = self.process_lhs(compiler, connection)
        said = "|".join("".join(map(_class, one)) for one in spellings(str(self.rhs)))
        # What is no letter of any name is any one sign.
        pattern = f"(^|[{STARTS}])({said})".replace("?", ".")
        return f"{column} ~ %s", (*parameters, pattern)

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: Any,  # noqa: ANN401 -- the same
    ) -> tuple[str, tuple[Any, ...]]:
        """Write a pattern of SQLite's."""
        column, parameters = self.process_lhs(compiler, connection)
        said = ["".join(map(_class, one)) for one in spellings(str(self.rhs))]
        each = f"(' ' || {column}) GLOB %s"
        patterns = [f"*[{STARTS}]{one}*" for one in said]
        values = [value for pattern in patterns for value in (*parameters, pattern)]
        return f"({' OR '.join([each] * len(patterns))})", tuple(values)


CharField.register_lookup(TypedWord)
TextField.register_lookup(TypedWord)
