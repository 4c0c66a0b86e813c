"""Holds a request to Graph against Microsoft's description, or ours where it has none."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.sandbox.graph import slice as description

VERSION = "/v1.0"

OPTIONS = frozenset({"$top", "$skip", "$filter", "$select", "$orderby", "$count", "$expand"})
"""The description has no queries: https://learn.microsoft.com/graph/query-parameters has."""

BY_HAND: dict[tuple[str, str], frozenset[str]] = {
    # https://learn.microsoft.com/graph/api/event-delta: the query, and no body.
    ("GET", "/me/calendarView/delta"): frozenset(
        {"startDateTime", "endDateTime", "$deltatoken", "$skiptoken"}
    ),
}
"""Requests that the description lacks, with the query parameters that their page names."""

SOMEBODY = re.compile(r"^/users/[^/]+")
"""What stands for ``/me`` where the mailbox is named."""


def faults(method: str, url: str, params: dict[str, str], body: object) -> list[str]:
    """Return how a request departs from its description.

    Args:
        method: the request's method.
        url: its whole address; a link of Graph's own carries its query here.
        params: its query otherwise.
        body: what it sends as JSON, or None.
    """
    parts = urlsplit(url)
    path = unquote(parts.path.partition(VERSION)[2])
    named = {*params, *(name for name, _ in parse_qsl(parts.query))}
    by_hand = BY_HAND.get((method, SOMEBODY.sub("/me", path)))
    if by_hand is not None:
        found = [f"{method} {path}: query {name}" for name in named - by_hand]
        return found if body is None else [*found, f"{method} {path}: a body"]
    template = description.template_of(path)
    operation = description.document()["paths"].get(template, {}).get(method.lower())
    if operation is None:
        return [f"nobody describes {method} {path}"]
    found = [f"query {name}" for name in named - (OPTIONS if method == "GET" else set())]
    found += _faults_of_body(operation, body)
    return [f"{method} {template}: {one}" for one in found]


def _faults_of_body(operation: dict[str, Any], body: object) -> list[str]:
    """Check a body against its schema, which refuses members that it does not declare."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None or content is None:
        return [] if body is None else ["a body where none is described"]
    return description.departures(description.from_the_root(content["schema"]), body)
