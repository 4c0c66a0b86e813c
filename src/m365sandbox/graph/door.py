"""One request to Graph: authenticated, matched, limited, and handed to its handler."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from m365sandbox.entra.tokens import authenticate_any
from m365sandbox.errors import GraphError, access_denied, not_found
from m365sandbox.graph.applications import acting_for
from m365sandbox.graph.call import Answer, Call
from m365sandbox.graph.errors import mailbox_not_enabled, request_denied, user_not_found
from m365sandbox.graph.odata import Query, parse_query
from m365sandbox.graph.online_meetings import forbidden
from m365sandbox.graph.operations import find
from m365sandbox.graph.sharing import check_shared

if TYPE_CHECKING:
    from starlette.requests import Request

    from m365sandbox.directory.model import Person
    from m365sandbox.entra.tokens import Caller
    from m365sandbox.graph.gate import Gate
    from m365sandbox.graph.operations import Operation
    from m365sandbox.world import World

VERSION: Final = "/v1.0"
_LARGEST: Final = 4 * 1024 * 1024
_KEYED: Final = re.compile(r"([\w.]+)\('((?:[^']|'')*)'\)")


def graph_path(request: Request) -> str:
    """Return the path of a request below the version."""
    path = str(request.url.path)
    return path[path.lower().find(VERSION) + len(VERSION) :]


async def answer(request: Request, world: World, gate: Gate) -> Answer:
    """Return the answer to one request.

    Raises:
        GraphError: The refusal, in Graph's words.
    """
    caller = authenticate_any(request, world)
    segments = split_path(graph_path(request))
    operation, parameters, allowed = find(request.method, segments)
    if operation is None:
        if not allowed:
            raise not_found("/".join(segments))
        text = f"The method '{request.method}' is not allowed for this resource."
        raise GraphError(405, "Request_BadRequest", text, headers={"Allow": ", ".join(allowed)})
    person = _person(world, caller, parameters)
    if caller.is_application:
        caller = acting_for(world, caller, operation, person)
    check_permission(operation, caller, person)
    if operation.area != "mailbox":
        body = await read_body(request)
        return await _handle(request, world, operation, caller, person, parameters, body)
    limits = world.mailboxes.limits
    with gate.passing(caller.client_id, person.address.lower(), limits, world.now()):
        body = await read_body(request)
        if limits.enabled and limits.service_seconds:
            await asyncio.sleep(limits.service_seconds)
        return await _handle(request, world, operation, caller, person, parameters, body)


def split_path(path: str) -> list[str]:
    """Return the segments of a path, read as the service does.

    ``users('x')`` is ``users/x``, and ``delta()`` is ``delta``.
    """
    segments: list[str] = []
    for segment in path.split("/"):
        keyed = _KEYED.fullmatch(segment)
        if keyed is not None:
            segments += [keyed[1], keyed[2].replace("''", "'")]
        elif segment:
            segments.append(segment.removesuffix("()"))
    return segments


def check_permission(operation: Operation, caller: Caller, person: Person) -> None:
    """Refuse a call its token does not allow, and mailboxes there is no right in.

    Raises:
        GraphError: 403 in the words of the service asked, 404 where there is no mailbox.
    """
    if operation.area == "subscriptions":
        # What it is about stands in the body, and with that what it needs.
        return
    if operation.area == "mailbox" and person.oid != caller.person.oid:
        check_shared(operation, caller, person)
        return
    if not caller.scopes.intersection(operation.permissions):
        raise _denied(operation)
    if operation.area == "mailbox" and not person.has_mailbox:
        raise mailbox_not_enabled()


def _denied(operation: Operation) -> GraphError:
    """Return the refusal for a missing permission, in the words of the service asked."""
    if operation.area == "meetings":
        return forbidden("The token lacks a permission for online meetings.")
    return request_denied() if operation.area == "directory" else access_denied()


def _person(world: World, caller: Caller, parameters: dict[str, str]) -> Person:
    name = parameters.get("user-id")
    if name is None or name.lower() == "me":
        return caller.person
    person = world.directory.person(name)
    if person is None or person.tenant_id != caller.tenant.tenant_id:
        raise user_not_found(name[:120])
    return person


async def _handle(  # noqa: PLR0917 -- the parts of one call, put together here and nowhere else
    request: Request,
    world: World,
    operation: Operation,
    caller: Caller,
    person: Person,
    parameters: dict[str, str],
    body: bytes,
) -> Answer:
    query = parse_query(request.query_params) if request.method == "GET" else Query()
    path = request.url.path
    start = path.lower().find("/v1.0") + len("/v1.0")
    call = Call(
        world=world,
        caller=caller,
        person=person,
        method=request.method,
        base=f"{request.url.scheme}://{request.url.netloc}{path[:start]}",
        path=f"{path[start:]}?{request.url.query}" if request.url.query else path[start:],
        parameters=parameters,
        query=query,
        headers=request.headers,
        body=body,
    )
    outcome = operation.handler(call)
    return outcome if isinstance(outcome, Answer) else await outcome


async def read_body(request: Request) -> bytes:
    """Return the body, and refuse one above Graph's four megabytes."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= _LARGEST:
            parts.append(part)
    if size > _LARGEST:
        raise GraphError(413, "BadRequest", "The maximum request length supported is 4MB.")
    return b"".join(parts)
