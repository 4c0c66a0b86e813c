"""The addresses of ACS Email: send, ask for an operation, and confirm a subscription."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.acs.access import usable_resources
from m365sandbox.acs.errors import AcsError, detail, error_response, malformed, usual_headers
from m365sandbox.acs.message import read_message
from m365sandbox.acs.subscribing import confirm

if TYPE_CHECKING:
    from starlette.requests import Request

    from m365sandbox.acs.model import EmailResource, Operation
    from m365sandbox.world import World

API_VERSIONS: Final = ("2023-03-31", "2024-07-01-preview", "2025-09-01")
_log = logging.getLogger(__name__)


def routes(world: World) -> list[BaseRoute]:
    """Return the routes of ACS Email, bound to `world`."""
    desk = Desk(world)
    return [
        Route("/emails:send", desk.send, methods=["POST"]),
        Route("/emails/operations/{operation_id}", desk.status),
        Route("/eventgrid/validate/{code}", desk.validate),
    ]


class Desk:
    """Answers requests, and turns every failure into the service's error body."""

    def __init__(self, world: World) -> None:
        """Answer for a world."""
        self._world = world

    async def send(self, request: Request) -> Response:
        """POST /emails:send."""
        try:
            body = await self._body(request)
            resources = usable_resources(request, self._world, body)
            version = _api_version(request)
            _check_content_type(request)
            message = read_message(body, version)
            resource = _sending(resources, message.sender)
            if len(body) > resource.quota.request_bytes:
                raise _too_large()
            operation = self._world.acs.operations.send(resource, message, _operation_id(request))
            address = f"{request.url.scheme}://{request.url.netloc}/emails/operations"
            location = f"{address}/{operation.operation_id}?api-version={version}"
            return self._answered(request, operation, 202, {"Operation-Location": location})
        except AcsError as error:
            return error_response(request, error)
        except Exception:  # noqa: BLE001 -- logged with its traceback, answered as the service does
            return _broken(request)

    async def status(self, request: Request) -> Response:
        """GET /emails/operations/{operation_id}."""
        try:
            resources = usable_resources(request, self._world, await self._body(request))
            _api_version(request)
            wanted = request.path_params["operation_id"]
            operation = self._world.acs.operations.seen_by(resources, wanted)
            return self._answered(request, operation, 200, {})
        except AcsError as error:
            return error_response(request, error)
        except Exception:  # noqa: BLE001 -- logged with its traceback, answered as the service does
            return _broken(request)

    async def validate(self, request: Request) -> Response:
        """GET the address that a handshake names, in place of giving its code back."""
        if confirm(self._world, request.path_params["code"]):
            return PlainTextResponse("Webhook successfully validated as a subscription endpoint.")
        return PlainTextResponse("The validation code is unknown or too old.", status_code=400)

    def _answered(
        self, request: Request, operation: Operation, status: int, headers: dict[str, str]
    ) -> Response:
        error = None if not operation.code else detail(operation.code, operation.message)
        body: dict[str, object] = {
            "id": operation.operation_id,
            "status": operation.status,
            "error": error,
        }
        headers = {**usual_headers(request), "api-supported-versions": _VERSIONS, **headers}
        if operation.status == "Running":
            left = (operation.ends - self._world.now()).total_seconds()
            headers["retry-after"] = str(max(int(left) + 1, 1))
        return JSONResponse(body, status_code=status, headers=headers)

    async def _body(self, request: Request) -> bytes:
        """Return the body, and refuse one above what any resource takes."""
        most = max(
            (one.quota.request_bytes for one in self._world.acs.resources.values()), default=0
        )
        parts: list[bytes] = []
        size = 0
        async for part in request.stream():
            size += len(part)
            if size <= most:
                parts.append(part)
        if size > most:
            raise _too_large()
        return b"".join(parts)


_VERSIONS: Final = ", ".join(API_VERSIONS)


def _api_version(request: Request) -> str:
    version = request.query_params.get("api-version", "")
    if not version:
        text = "The query parameter 'api-version' is missing."
        raise AcsError(400, "MissingApiVersionParameter", text, target="api-version")
    if version not in API_VERSIONS:
        text = f"The api-version '{version[:40]}' is not supported; known ones are {_VERSIONS}."
        raise AcsError(400, "UnsupportedApiVersionValue", text, target="api-version")
    return version


def _check_content_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        text = "A request body must be of the type 'application/json'."
        raise AcsError(415, "UnsupportedMediaType", text, target="Content-Type")


def _operation_id(request: Request) -> str:
    given = request.headers.get("operation-id")
    if given is None:
        return str(uuid4())
    try:
        return str(UUID(given))
    except ValueError:
        raise malformed("The header Operation-Id is no UUID.", "Operation-Id") from None


def _sending(resources: list[EmailResource], sender: str) -> EmailResource:
    """Return the resource a sender belongs to; an application may have a role on several."""
    return next((one for one in resources if one.is_linked(sender)), resources[0])


def _too_large() -> AcsError:
    return AcsError(413, "RequestEntityTooLarge", "The request is larger than the service takes.")


def _broken(request: Request) -> Response:
    _log.exception("ACS request %s %s failed", request.method, request.url.path)
    return error_response(
        request, AcsError(500, "InternalServerError", "An internal error occurred.")
    )
