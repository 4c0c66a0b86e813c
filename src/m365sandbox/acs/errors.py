"""The error shape of Azure Communication Services, as an exception and as a response."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request


class AcsError(Exception):
    """A refusal in the service's words.

    Args:
        status: HTTP status of the answer.
        code: the word of the refusal, also in x-ms-error-code.
        message: the sentence that goes with it.
        target: the member of the request that is wrong.
        headers: headers beside the usual ones.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the parts of the answer."""
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.headers = dict(headers or {})


def usual_headers(request: Request) -> dict[str, str]:
    """Return what every answer carries: its id, the caller's id where asked for, the versions."""
    headers = {"x-ms-request-id": str(uuid4()), "Cache-Control": "no-cache"}
    given = request.headers.get("x-ms-client-request-id", "")
    if given and request.headers.get("x-ms-return-client-request-id", "").lower() == "true":
        headers["x-ms-client-request-id"] = given
    return headers


def error_response(request: Request, error: AcsError) -> JSONResponse:
    """Return `error` as the service sends it.

    https://learn.microsoft.com/rest/api/communication/errorcodes
    """
    body = detail(error.code, error.message, error.target)
    headers = {**usual_headers(request), "x-ms-error-code": error.code, **error.headers}
    return JSONResponse({"error": body}, status_code=error.status, headers=headers)


def detail(code: str, message: str, target: str | None = None) -> dict[str, object]:
    """Return the error object, which a failed operation carries as well."""
    return {
        "code": code,
        "message": message,
        "target": target,
        "details": None,
        "additionalInfo": None,
    }


def denied() -> AcsError:
    """Return the refusal of a caller who is not known: wrong key, signature or token."""
    return AcsError(401, "Denied", "Denied by the resource provider.")


def malformed(message: str, target: str | None = None) -> AcsError:
    """Return the refusal of a request that cannot be read."""
    return AcsError(400, "BadRequest", message, target=target)
