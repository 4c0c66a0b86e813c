"""One request to Graph as its handlers see it, and the answer they give."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from m365sandbox.errors import GraphError
from m365sandbox.graph.errors import bad_request, item_not_found
from m365sandbox.graph.identifiers import MalformedIdError, read_item_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from m365sandbox.directory.model import Person
    from m365sandbox.entra.tokens import Caller
    from m365sandbox.graph.odata import Entity, Member, Page, Query
    from m365sandbox.world import World

JsonObject = dict[str, object]
_LONGEST_NUMBER: Final = 6
_PREFERENCE: Final = re.compile(r'([\w.\-]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]+)))?')


@dataclass(frozen=True)
class Answer:
    """What a handler answers: a status, a JSON body or none, and headers."""

    status: int
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request: who asks, about whom, with which parameters and body.

    `base` is the address of Graph as the caller wrote it, and `path` what follows it.
    """

    world: World
    caller: Caller
    person: Person
    method: str
    base: str
    path: str
    parameters: Mapping[str, str]
    query: Query
    headers: Mapping[str, str]
    body: bytes

    @property
    def preferences(self) -> dict[str, str]:
        """Return the members of the Prefer header, by name in lower case."""
        found = _PREFERENCE.findall(self.headers.get("prefer", ""))
        return {name.lower(): quoted or plain for name, quoted, plain in found}

    @property
    def wants_immutable_ids(self) -> bool:
        """Say whether ids that survive a move of the item are asked for."""
        return self.preferences.get("idtype", "").lower() == "immutableid"

    def page_size(self, usual: int) -> int:
        """Return how many items a page holds: as many as preferred, at most, or the usual number.

        https://learn.microsoft.com/graph/paging: $top, where it stands, counts before this.
        """
        asked = self.preferences.get("odata.maxpagesize", "")
        is_number = asked.isdecimal() and len(asked) <= _LONGEST_NUMBER
        return int(asked) if is_number and int(asked) > 0 else usual

    def content_type(self) -> str:
        """Return the media type of the body, in lower case and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json_object(self) -> JsonObject:
        """Return the body as a JSON object.

        Raises:
            GraphError: 400 or 415 when the body is something else.
        """
        kind = self.content_type()
        if not kind:
            text = "Write requests (excluding DELETE) must contain the Content-Type header."
            raise bad_request(text)
        if kind != "application/json":
            text = f"A request body of the type '{kind[:60]}' is not supported."
            raise GraphError(415, "UnsupportedMediaType", text)
        return parse_json_object(self.body)

    def item_key(self, name: str = "event-id") -> str:
        """Return the inner key of the item a path parameter names.

        Raises:
            GraphError: 400 when the id is malformed, 404 when it is of another mailbox.
        """
        try:
            owner, key = read_item_id(self.parameters[name])
        except MalformedIdError:
            raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.") from None
        if owner != self.person.oid:
            raise item_not_found()
        return key

    def context(self, path: str) -> str:
        """Return the address of the metadata that describes an answer."""
        return f"{self.base}/$metadata#{path}"

    def collection(self, path: str, page: Page[Member], items: list[Entity]) -> Answer:
        """Return a page of a collection as its answer, with the link to the next page."""
        body: JsonObject = {"@odata.context": self.context(path)}
        if self.query.count:
            body["@odata.count"] = page.total
        body["value"] = items
        if page.next_skip is not None:
            body["@odata.nextLink"] = self._following(page.next_skip)
        return Answer(200, body)

    def _following(self, skip: int) -> str:
        from starlette.datastructures import URL  # noqa: PLC0415 -- only needed for long lists

        return str(URL(f"{self.base}{self.path}").include_query_params(**{"$skip": str(skip)}))


def parse_json_object(body: bytes) -> JsonObject:
    """Return bytes as a JSON object.

    Raises:
        GraphError: 400 when they are something else.
    """
    try:
        value: object = json.loads(body, parse_constant=_refuse_constant)
        if b"\\u" in body:
            # A lone half of a surrogate pair is JSON, but no text that could be answered again.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        text = (
            "Unable to read JSON request payload. Please ensure Content-Type header is set and "
            "payload is of valid JSON format."
        )
        raise bad_request(text) from None
    if not isinstance(value, dict):
        text = "A value without a type name was found and no expected type is available."
        raise bad_request(text, "RequestBodyRead")
    return value


def _refuse_constant(name: str) -> None:
    text = f"{name} is no JSON value"
    raise ValueError(text)
