"""The $filter language, as far as mail, calendars and places are asked with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from m365sandbox.calendars.zones import MalformedTimeError, parse_wall_time
from m365sandbox.graph.errors import bad_request

Scope = Mapping[str, object]
Term = Callable[[Scope], object]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_@$][\w@.$]*(?:/[A-Za-z_@$][\w@.$]*)*)"
    r"|(?P<mark>[(),:]))"
)
_COMPARISONS: Final = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_DEEPEST: Final = 40
_LEAF: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True)
class Filter:
    """A condition read from $filter; `names` are the members it names, in their order."""

    text: str
    term: Term
    names: tuple[str, ...] = ()

    def holds(self, entity: Scope) -> bool:
        """Return whether an entity meets the condition.

        Raises:
            GraphError: 400 when the condition names a member the entity does not have.
        """
        return self.term(entity) is True


def parse_filter(text: str) -> Filter:
    """Return the condition a $filter option states.

    Raises:
        GraphError: 400 when the text is not a condition of the language.
    """
    reader = _Reader(text)
    term = reader.disjunction(0)
    reader.end()
    return Filter(text, term, tuple(reader.names))


def property_value(entity: Scope, path: str) -> object:
    """Return the value at a path such as ``start/dateTime``; capitalisation does not matter.

    Raises:
        GraphError: 400 when the entity has no such member.
    """
    value: object = entity
    for name in path.split("/"):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise _no_property(path)
        known = name if name in value else None
        key = known or next((key for key in value if key.lower() == name.lower()), None)
        if key is None:
            raise _no_property(path)
        value = value[key]
    return value


def comparable(value: object) -> tuple[int, float, str]:
    """Return a value as one that sorts beside any other: nulls first, then by kind."""
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, bool):
        return (1, float(value), "")
    if isinstance(value, int | float):
        return (2, float(value), "")
    if isinstance(value, datetime):
        return (3, value.timestamp(), "")
    return _comparable_text(str(value))


@lru_cache(maxsize=4096)
def _comparable_text(text: str) -> tuple[int, float, str]:
    if _LEAF.fullmatch(text):
        try:
            return (3, parse_wall_time(text)[0].timestamp(), "")
        except MalformedTimeError:
            return (4, 0.0, text.casefold())
    return (4, 0.0, text.casefold())


def _no_property(path: str) -> Exception:
    return bad_request(f"Could not find a property named '{path[:60]}'.")


class _Inner(Mapping[str, object]):
    """A scope with one more name in it; the scope around it is not worked out for that."""

    def __init__(self, outer: Scope, name: str, value: object) -> None:
        self._outer, self._name, self._value = outer, name, value

    def __getitem__(self, name: str) -> object:
        return self._value if name == self._name else self._outer[name]

    def __iter__(self) -> Iterator[str]:
        yield self._name
        yield from self._outer

    def __len__(self) -> int:
        return len(self._outer) + 1

    def __contains__(self, name: object) -> bool:
        return name == self._name or name in self._outer


class _Reader:
    """Reads a condition by recursive descent: or, and, not, then a comparison or a function."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        self._next = 0
        self.names: list[str] = []
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None or match.lastgroup is None:
                raise self._invalid()
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def disjunction(self, depth: int) -> Term:
        """Return terms joined by ``or``."""
        if depth > _DEEPEST:
            raise self._invalid()
        terms = [self._conjunction(depth)]
        while self._take_word("or"):
            terms.append(self._conjunction(depth))
        return terms[0] if len(terms) == 1 else lambda scope: any(t(scope) is True for t in terms)

    def end(self) -> None:
        """Refuse anything that is left."""
        if self._next != len(self._tokens):
            raise self._invalid()

    def _conjunction(self, depth: int) -> Term:
        terms = [self._negation(depth)]
        while self._take_word("and"):
            terms.append(self._negation(depth))
        return terms[0] if len(terms) == 1 else lambda scope: all(t(scope) is True for t in terms)

    def _negation(self, depth: int) -> Term:
        if self._take_word("not"):
            if depth > _DEEPEST:
                raise self._invalid()
            inner = self._negation(depth + 1)
            return lambda scope: inner(scope) is not True
        if self._take_mark("("):
            inner = self.disjunction(depth + 1)
            self._require_mark(")")
            return inner
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Term:
        left = self._value(depth)
        kind, word = self._peek()
        if kind != "name" or word.lower() not in _COMPARISONS:
            return left
        self._next += 1
        right = self._value(depth)
        operator = word.lower()
        return lambda scope: _compare(operator, left(scope), right(scope))

    def _value(self, depth: int) -> Term:  # noqa: PLR0911 -- one answer for each kind of token
        kind, word = self._peek()
        self._next += 1
        if kind == "text":
            text = word[1:-1].replace("''", "'")
            return lambda _scope: text
        if kind == "number":
            number = float(word)
            return lambda _scope: number
        if kind == "time":
            return self._moment(word)
        if kind != "name":
            raise self._invalid()
        if word.lower() in {"true", "false"}:
            truth = word.lower() == "true"
            return lambda _scope: truth
        if word.lower() == "null":
            return lambda _scope: None
        if self._take_mark("("):
            return self._call(word, depth)
        self.names.append(word)
        return lambda scope: property_value(scope, word)

    def _moment(self, word: str) -> Term:
        try:
            moment = parse_wall_time(word)[0]
        except MalformedTimeError:
            raise self._invalid() from None
        return lambda _scope: moment.astimezone(UTC)

    def _call(self, name: str, depth: int) -> Term:
        if name.lower().endswith(("/any", "/all")):
            return self._lambda(name, depth)
        arguments = [self._value(depth)]
        while self._take_mark(","):
            arguments.append(self._value(depth))
        self._require_mark(")")
        return self._function(name.lower(), arguments)

    def _function(self, name: str, arguments: list[Term]) -> Term:
        if name in {"tolower", "toupper"} and len(arguments) == 1:
            return lambda scope: _folded(arguments[0](scope))
        if name not in {"startswith", "endswith", "contains"} or len(arguments) != 2:  # noqa: PLR2004 -- the text and the part
            message = f"An unknown function with name '{name[:40]}' was found."
            raise bad_request(message)

        def test(scope: Scope) -> bool:
            whole, part = _folded(arguments[0](scope)), _folded(arguments[1](scope))
            if name == "startswith":
                return whole.startswith(part)
            return whole.endswith(part) if name == "endswith" else part in whole

        return test

    def _lambda(self, name: str, depth: int) -> Term:
        path, _, quantifier = name.rpartition("/")
        self.names.append(path)
        if self._take_mark(")"):
            return lambda scope: bool(property_value(scope, path))
        kind, variable = self._peek()
        if kind != "name":
            raise self._invalid()
        self._next += 1
        self._require_mark(":")
        inner = self.disjunction(depth + 1)
        self._require_mark(")")
        every = all if quantifier.lower() == "all" else any

        def test(scope: Scope) -> bool:
            members = property_value(scope, path)
            listed = members if isinstance(members, list) else []
            return every(inner(_Inner(scope, variable, member)) is True for member in listed)

        return test

    def _peek(self) -> tuple[str, str]:
        if self._next >= len(self._tokens):
            return ("end", "")
        return self._tokens[self._next]

    def _take_word(self, word: str) -> bool:
        kind, found = self._peek()
        if kind == "name" and found.lower() == word:
            self._next += 1
            return True
        return False

    def _take_mark(self, mark: str) -> bool:
        if self._peek() == ("mark", mark):
            self._next += 1
            return True
        return False

    def _require_mark(self, mark: str) -> None:
        if not self._take_mark(mark):
            raise self._invalid()

    def _invalid(self) -> Exception:
        return bad_request(f"Invalid filter clause: {self._text[:120]}")


def _folded(value: object) -> str:
    return "" if value is None else str(value).casefold()


def _compare(operator: str, left: object, right: object) -> bool:
    first, second = comparable(left), comparable(right)
    if operator in {"eq", "ne"}:
        return (first == second) is (operator == "eq")
    if first[0] != second[0] or left is None or right is None:
        return False
    if operator in {"gt", "le"}:
        return (first > second) is (operator == "gt")
    return (first < second) is (operator == "lt")
