"""Lists, page by page: a cursor is a place in the order, signed, and good for one list only."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from classbell import bootstrap
from classbell.api.v1.asking import caller
from classbell.ports.errors import InvalidInput
from classbell.storage.encryption import keyed_hash

MOST, USUAL = 200, 50
SIGNATURE = 24
"""Characters of the hash that are kept: 96 bits."""

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


class CursorInvalid(InvalidInput):
    """A cursor that did not come from this list."""

    default_code = "cursor_invalid"


Cursor = Annotated[
    str, Query("", max_length=1000, description="`next` of the page before; empty for the first")
]
Limit = Annotated[int, Query(USUAL, ge=1, le=MOST, description="most items of a page")]


class Page(Schema, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="cursor of the next page; null on the last")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """Some rows and the cursor of those that follow; None where there are none."""

    rows: Sequence[Item]
    next: str | None


def page_of(
    request: HttpRequest,
    rows: QuerySet[Row],
    *,
    order: Sequence[str],
    cursor: str,
    limit: int,
    newest_first: bool = False,
) -> Slice[Row]:
    """Read one page of rows.

    Args:
        request: what was asked; a cursor is good for its address, filters and token only.
        rows: everything that is asked for.
        order: fields to sort by; together they are unique.
        cursor: where the page before ended; empty for the first.
        limit: most rows.
        newest_first: whether to sort downwards.

    Raises:
        CursorInvalid: the cursor did not come from this list.
    """
    if cursor:
        rows = rows.filter(_after(order, read_cursor(request, cursor), down=newest_first))
    found = list(
        rows.order_by(*(f"-{name}" if newest_first else name for name in order))[: limit + 1]
    )
    if len(found) <= limit:
        return Slice(found, None)
    last = found[limit - 1]
    return Slice(found[:limit], make_cursor(request, [getattr(last, name) for name in order]))


def make_cursor(request: HttpRequest, place: Sequence[object]) -> str:
    """Return a cursor for a place in the list that is asked for."""
    packed = json.dumps([_written(value) for value in place], separators=(",", ":"))
    text = base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")
    return f"{text}.{_signature(request, text)}"


def read_cursor(request: HttpRequest, cursor: str) -> list[object]:
    """Return the place that a cursor stands for.

    Raises:
        CursorInvalid: it did not come from this list.
    """
    text, _, signature = cursor.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(request, text).encode()):
        raise _invalid()
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _invalid() from error
    if not isinstance(place, list):
        raise _invalid()
    return [_read(value) for value in place]


def _after(order: Sequence[str], place: Sequence[object], *, down: bool) -> Q:
    """Return what comes after a place, field by field."""
    if len(place) != len(order):
        raise _invalid()
    beyond = "lt" if down else "gt"
    found, same = Q(pk__in=[]), Q()
    for name, value in zip(order, place, strict=True):
        found |= same & Q(**{f"{name}__{beyond}": value})
        same &= Q(**{name: value})
    return found


def _signature(request: HttpRequest, text: str) -> str:
    """Sign a place together with the list it belongs to."""
    asked = sorted(
        (name, value)
        for name in request.GET
        if name not in {"cursor", "limit"}
        for value in request.GET.getlist(name)
    )
    belongs = json.dumps([str(caller(request).integration.pk), request.path, asked, text])
    return keyed_hash(bootstrap.ports().secret_key, "api_cursor", belongs)[:SIGNATURE]


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return {"id": str(value)} if isinstance(value, UUID) else value


def _read(value: object) -> object:
    match value:
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case {"id": str(text)}:
            return UUID(text)
        case _:
            return value


def _invalid() -> CursorInvalid:
    return CursorInvalid(
        "This cursor does not belong to this list.",
        field="cursor",
        remedy="Begin with the first page.",
    )
