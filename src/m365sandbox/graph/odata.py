"""OData query options: $select, $top, $skip, $orderby, $count, $expand and the applying of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.filters import Filter, comparable, parse_filter, property_value

if TYPE_CHECKING:
    from collections.abc import Sequence

_KNOWN: Final = frozenset(
    {"$select", "$top", "$skip", "$orderby", "$count", "$expand", "$filter", "$format", "$search"}
)
# The tokens of delta queries, which stand in the links the service gave out.
_TOKENS: Final = frozenset({"$skiptoken", "$deltatoken"})
_EXPAND: Final = re.compile(r"([A-Za-z.]+)\s*(?:\((.*)\))?", re.DOTALL)
_LARGEST_PAGE: Final = 1000

Entity = dict[str, object]
Member = TypeVar("Member", bound=Mapping[str, object])


@dataclass(frozen=True)
class Expansion:
    """One member of $expand: the navigation property and the filter on what it brings."""

    name: str
    condition: Filter | None = None


@dataclass(frozen=True)
class Query:
    """The query options of one request."""

    select: tuple[str, ...] = ()
    top: int | None = None
    skip: int = 0
    order: tuple[tuple[str, bool], ...] = ()
    count: bool = False
    expand: tuple[Expansion, ...] = ()
    condition: Filter | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page(Generic[Member]):
    """One page of a collection."""

    items: list[Member]
    total: int
    next_skip: int | None


def parse_query(parameters: Mapping[str, str]) -> Query:
    """Return the query options; their names are taken with or without the dollar sign.

    Raises:
        GraphError: 400 for an option that is unknown or malformed.
    """
    options: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in parameters.items():
        key = name.strip().lower()
        if f"${key}" in _KNOWN:
            key = f"${key}"
        if key in _KNOWN:
            options[key] = value
        elif key.startswith("$") and key not in _TOKENS:
            text = f"The query parameter '{name}' is not supported."
            raise bad_request(text, "BadRequest")
        else:
            others[key] = value
    if "$search" in options:
        text = "The query parameter '$search' is not supported."
        raise bad_request(text, "BadRequest")
    return Query(
        select=tuple(
            part.strip() for part in options.get("$select", "").split(",") if part.strip()
        ),
        top=_number(options["$top"], "$top", 1) if "$top" in options else None,
        skip=_number(options.get("$skip", "0"), "$skip", 0),
        order=_order(options.get("$orderby", "")),
        count=options.get("$count", "").lower() == "true",
        expand=_expansions(options.get("$expand", "")),
        condition=parse_filter(options["$filter"]) if options.get("$filter") else None,
        others=others,
    )


def _number(text: str, name: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least or number > 2**31 - 1:
        message = f"Invalid value '{text[:40]}' for {name} query option found."
        raise bad_request(message, "BadRequest")
    return number


def _order(text: str) -> tuple[tuple[str, bool], ...]:
    result: list[tuple[str, bool]] = []
    for part in text.split(","):
        words = part.split()
        if not words:
            continue
        if len(words) > 2 or (len(words) == 2 and words[1].lower() not in {"asc", "desc"}):  # noqa: PLR2004 -- a property and a direction
            message = f"The $orderby expression '{part.strip()[:60]}' is not valid."
            raise bad_request(message)
        result.append((words[0], len(words) == 2 and words[1].lower() == "desc"))  # noqa: PLR2004 -- as above
    return tuple(result)


def _expansions(text: str) -> tuple[Expansion, ...]:
    result: list[Expansion] = []
    for part in _split_outside_brackets(text):
        match = _EXPAND.fullmatch(part.strip())
        if match is None:
            message = f"The $expand expression '{part.strip()[:60]}' is not valid."
            raise bad_request(message)
        name, inner = match.groups()
        condition = None
        for option in (inner or "").split(";"):
            key, _, value = option.strip().partition("=")
            if key.strip().lower() in {"$filter", "filter"}:
                condition = parse_filter(value)
        result.append(Expansion(name, condition))
    return tuple(result)


def _split_outside_brackets(text: str) -> list[str]:
    """Return the parts of a comma-separated list, commas in brackets and quotes aside."""
    parts, depth, quoted, current = [], 0, False, ""
    for character in text:
        if character == "'":
            quoted = not quoted
        elif character in "()" and not quoted:
            depth += 1 if character == "(" else -1
        if character == "," and depth == 0 and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part for part in [*parts, current] if part.strip()]


def apply(query: Query, entities: Sequence[Member], page_size: int) -> Page[Member]:
    """Return the page of a collection a query asks for.

    Args:
        query: The query options.
        entities: The whole collection, every entity with all its members.
        page_size: How many entities a page holds when $top is absent.

    Raises:
        GraphError: 400 when the query names a member the entities do not have.
    """
    found = [one for one in entities if query.condition is None or query.condition.holds(one)]
    for path, descending in reversed(query.order):
        found.sort(key=lambda one: comparable(property_value(one, path)), reverse=descending)
    size = min(query.top or page_size, _LARGEST_PAGE)
    page = found[query.skip : query.skip + size]
    following = query.skip + size if query.skip + size < len(found) else None
    return Page(page, len(found), following)


def chosen(query: Query, entity: Entity, type_name: str) -> Entity:
    """Return an entity with the members $select names; the key and annotations always stay.

    Raises:
        GraphError: 400 when a member does not exist.
    """
    if not query.select or "*" in query.select:
        return entity
    by_name = {name.lower(): name for name in entity}
    kept = {name for name in entity if name == "id" or "@" in name}
    for asked in query.select:
        name = by_name.get(asked.split("/")[0].lower())
        if name is None:
            message = f"Could not find a property named '{asked[:60]}' on type '{type_name}'."
            raise bad_request(message, "BadRequest")
        kept.add(name)
    kept.update(expansion.name for expansion in query.expand if expansion.name in entity)
    return {name: value for name, value in entity.items() if name in kept}
