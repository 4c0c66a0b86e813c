"""Writes exchanges down by their shape: what was asked and answered, without anybody's data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.network.redaction import loggable_path

TELLING_HEADERS = (
    "content-type",
    "location",
    "retry-after",
    "www-authenticate",
    "preference-applied",
)
"""Headers that a client acts on; of location and www-authenticate only the presence is told."""

PLAIN = frozenset(
    {
        *("@odata.type", "code", "error", "suberror", "token_type", "status", "response", "showAs"),
        *("type", "sensitivity", "importance", "onlineMeetingProvider", "contentType", "userType"),
        *("availabilityView", "capabilityStatus", "provisioningStatus", "servicePlanName"),
        *("allowedOnlineMeetingProviders", "defaultOnlineMeetingProvider", "timeZone"),
    }
)
"""Members whose values come from Microsoft's own lists of words, so that they name nobody."""

LONGEST_ID = 40
FEW = 3


@dataclass(slots=True)
class Recorder:
    """Collects exchanges; its ``note`` is what the HTTP door tells them to."""

    exchanges: list[dict[str, object]] = field(default_factory=list)
    _named: int = 0

    def step_done(self, name: str) -> None:
        """Say what the exchanges since the last step were for."""
        for one in self.exchanges[self._named :]:
            one["step"] = name
        self._named = len(self.exchanges)

    def note(self, request: HttpRequest, answer: HttpAnswer) -> None:
        """Write one exchange down."""
        query = dict(parse_qsl(urlsplit(request.url).query)) | dict(request.params)
        self.exchanges.append(
            {
                "step": "",
                "service": request.service,
                "method": request.method,
                "path": _path(request.url),
                "query": sorted(query),
                "sent": shape(request.json if request.form is None else dict(request.form)),
                "status": answer.status,
                "headers": _headers(answer.headers),
                "answered": shape(answer.json()),
            }
        )

    def written(self) -> str:
        """Return everything as JSON, one exchange after the other."""
        return as_text(self.exchanges)


def as_text(exchanges: Sequence[Mapping[str, object]]) -> str:
    """Write exchanges as JSON, one after the other."""
    return json.dumps(exchanges, ensure_ascii=False, indent=2) + "\n"


def shape(value: object, member: str = "") -> object:
    """Return the shape of a JSON value: members and kinds, and only words that name nobody.

    Args:
        value: any JSON.
        member: the name it stands under.
    """
    if isinstance(value, dict):
        return {name: shape(inner, name) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(inner, member) for inner in value[:FEW]]
    if isinstance(value, str):
        return value if member in PLAIN else "text"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _path(url: str) -> str:
    """Return the path with ids and addresses replaced by words."""
    parts = loggable_path(url).split("/")
    return "/".join("{id}" if _is_id(part) else part for part in parts)


def _is_id(part: str) -> bool:
    """Tell an id from a word of the protocol: ids are long, or GUIDs."""
    return len(part) > LONGEST_ID or (len(part) == 36 and part.count("-") == 4)  # noqa: PLR2004 -- a GUID's form


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers a client acts on."""
    hidden = {"location", "www-authenticate"}
    return {
        name: "present" if name in hidden else headers[name]
        for name in TELLING_HEADERS
        if name in headers
    }
