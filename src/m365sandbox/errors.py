"""Microsoft Graph's error shape, as an exception to raise and as a response to send."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse

JSON_WITH_METADATA = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


# Which machine answered, as Graph tells with every answer.
DIAGNOSTIC = json.dumps(
    {
        "ServerInfo": {
            "DataCenter": "Sandbox",
            "Slice": "E",
            "Ring": "1",
            "ScaleUnit": "000",
            "RoleInstance": "SANDBOX0001",
        }
    },
    separators=(",", ":"),
)


class GraphError(Exception):
    """A refusal in Graph's words; the application turns it into the response.

    Args:
        status: HTTP status of the answer.
        code: Graph's word for the refusal, for example "ErrorItemNotFound".
        message: The sentence that goes with it.
        headers: Headers beside the usual ones, for example Retry-After.
        annotations: Members of the error object whose names begin with "@".
        inner_code: A more exact code, nested in innerError.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        inner_code: str | None = None,
    ) -> None:
        """Keep the parts of the answer."""
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.annotations = dict(annotations or {})
        self.inner_code = inner_code


def client_request_id(request: Request, otherwise: str) -> str:
    """Return the caller's client-request-id when it is a GUID, else `otherwise`."""
    try:
        return str(UUID(request.headers.get("client-request-id", "")))
    except ValueError:
        return otherwise


def graph_headers(request: Request, request_id: str) -> dict[str, str]:
    """Return what every answer of Graph carries."""
    return {
        "cache-control": "no-cache",
        "request-id": request_id,
        "client-request-id": client_request_id(request, request_id),
        "x-ms-ags-diagnostic": DIAGNOSTIC,
    }


def graph_error_body(
    error: GraphError, request_id: str, client_id: str, now: datetime
) -> dict[str, object]:
    """Return the JSON body of an error; `now` is the sandbox's time.

    The shape is https://learn.microsoft.com/graph/errors: error.code, error.message and
    error.innerError with date, request-id and client-request-id.
    """
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    inner = {"date": stamp, "request-id": request_id, "client-request-id": client_id}
    if error.inner_code is not None:
        inner = {"code": error.inner_code, **inner}
    described: dict[str, object] = {"code": error.code, "message": error.message}
    return {"error": {**described, **error.annotations, "innerError": inner}}


def graph_error_response(request: Request, error: GraphError, now: datetime) -> JSONResponse:
    """Return `error` as Graph would send it, `now` being the sandbox's time."""
    request_id = str(uuid4())
    client_id = client_request_id(request, request_id)
    body = graph_error_body(error, request_id, client_id, now)
    described = {"content-type": JSON_WITH_METADATA, "odata-version": "4.0"}
    headers = {**graph_headers(request, request_id), **described, **error.headers}
    return JSONResponse(body, status_code=error.status, headers=headers)


def access_denied() -> GraphError:
    """Return the refusal of the Outlook services for a missing permission (403)."""
    text = "Access is denied. Check credentials and try again."
    return GraphError(403, "ErrorAccessDenied", text)


def not_found(path: str) -> GraphError:
    """Return Graph's answer to a path it does not know."""
    segment = path.strip("/").rsplit("/", 1)[-1]
    return GraphError(404, "ResourceNotFound", f"Resource not found for the segment '{segment}'.")
