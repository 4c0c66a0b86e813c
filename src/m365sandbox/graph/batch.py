"""$batch: up to twenty requests in one: https://learn.microsoft.com/graph/json-batching."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote, urlsplit

from starlette.requests import Request

from m365sandbox.graph.call import Answer, JsonObject, parse_json_object
from m365sandbox.graph.door import VERSION
from m365sandbox.graph.errors import bad_request

if TYPE_CHECKING:
    from starlette.types import Message

PATH: Final = "$batch"
_MOST: Final = 20
_METHODS: Final = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_BEFORE: Final = re.compile(r"^/*v1\.0(?=/|$)", re.IGNORECASE)
_FAILED: Final = 400
_DEPENDENCY: Final = 424

Part = Callable[[Request], Awaitable[Answer]]


async def answer_batch(request: Request, body: bytes, part: Part) -> Answer:
    """Return the answers to all parts of a batch.

    The parts run one after the other, as they would with every part depending on the one before;
    a part whose dependency failed is not run.

    Args:
        request: The batch itself, whose credentials its parts share.
        body: What it carries.
        part: Answers one request.

    Raises:
        GraphError: 400 when the batch as a whole is malformed.
    """
    steps = _steps(parse_json_object(body))
    statuses: dict[str, int] = {}
    responses: list[object] = []
    for step in steps:
        identity = str(step["id"])
        awaited = [str(one) for one in cast("list[object]", step.get("dependsOn") or [])]
        if any(statuses.get(one, _FAILED) >= _FAILED for one in awaited):
            outcome = Answer(_DEPENDENCY, _dependency_failed())
        else:
            outcome = await part(_request(request, step))
        statuses[identity] = outcome.status
        responses.append(_response(identity, outcome))
    return Answer(200, {"responses": responses})


def _steps(batch: JsonObject) -> list[JsonObject]:
    """Return the parts in an order in which dependencies come first."""
    given = batch.get("requests")
    if not isinstance(given, list) or not given:
        raise bad_request("Batch request body must hold a list of requests.")
    if len(given) > _MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {_MOST}.")
    steps: dict[str, JsonObject] = {}
    for step in given:
        checked = _checked(step)
        identity = str(checked["id"])
        if identity in steps:
            raise bad_request(f"The request id '{identity[:60]}' is used twice.")
        steps[identity] = checked
    return _ordered(steps)


def _checked(step: object) -> JsonObject:
    if not isinstance(step, dict):
        raise bad_request("Each request of a batch must be an object.")
    for name in ("id", "method", "url"):
        if not isinstance(step.get(name), str) or not step[name]:
            raise bad_request(f"Each request of a batch needs '{name}'.")
    if step["method"].upper() not in _METHODS:
        raise bad_request(f"The method '{step['method'][:20]}' cannot stand in a batch.")
    headers, awaited = step.get("headers") or {}, step.get("dependsOn") or []
    names_parts = isinstance(awaited, list) and all(isinstance(one, str) for one in awaited)
    if not isinstance(headers, dict) or not names_parts:
        raise bad_request("The members 'headers' and 'dependsOn' are malformed.")
    if step.get("body") is not None and not any(name.lower() == "content-type" for name in headers):
        raise bad_request("A request with a body needs the Content-Type header.")
    return step


def _ordered(steps: Mapping[str, JsonObject]) -> list[JsonObject]:
    """Return the steps with each after those it depends on."""
    done: dict[str, JsonObject] = {}
    waiting = dict(steps)
    while waiting:
        ready = {
            identity: step
            for identity, step in waiting.items()
            if all(one in done for one in cast("list[object]", step.get("dependsOn") or []))
        }
        if not ready:
            raise bad_request("The member 'dependsOn' names no request, or runs in a circle.")
        done |= ready
        waiting = {identity: step for identity, step in waiting.items() if identity not in ready}
    return list(done.values())


def _request(batch: Request, step: JsonObject) -> Request:
    """Return a part as a request of its own, with the credentials of the batch."""
    try:
        address = urlsplit(str(step["url"]))
    except ValueError:
        raise bad_request(f"The address '{str(step['url'])[:60]}' is malformed.") from None
    path = VERSION + "/" + _BEFORE.sub("", unquote(address.path)).lstrip("/")
    if path.strip("/").lower().endswith(PATH):
        raise bad_request("A batch cannot stand in a batch.")
    given = cast("dict[str, object]", step.get("headers") or {})
    headers = {name.lower(): str(value) for name, value in given.items()}
    headers["authorization"] = batch.headers.get("authorization", "")
    host = batch.headers.get("host")
    if host is not None:
        headers["host"] = host
    scope = {
        **batch.scope,
        "method": str(step["method"]).upper(),
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": address.query.encode(),
        "headers": [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in headers.items()
        ],
    }
    body = _body(step.get("body"), headers.get("content-type", ""))

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)


def _body(body: object, content_type: str) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str) and "json" not in content_type.lower():
        return body.encode()
    return json.dumps(body).encode()


def _response(identity: str, outcome: Answer) -> JsonObject:
    response: JsonObject = {
        "id": identity,
        "status": outcome.status,
        "headers": dict(outcome.headers),
    }
    if outcome.body is not None:
        response["body"] = outcome.body
    return response


def _dependency_failed() -> JsonObject:
    text = "A request this one depends on has failed."
    return {"error": {"code": "FailedDependency", "message": text, "innerError": {}}}
