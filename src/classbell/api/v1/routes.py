"""How an operation is described: its scope, its answers, and the problems that may come."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import BaseModel

from classbell.api.v1.asking import Token
from classbell.api.v1.problems import MEDIA_TYPE
from classbell.domain.integrations.scopes import ApiScope

ALWAYS = (401, 403, 404, 422, 429)
BODY = frozenset({"POST", "PUT", "PATCH"})
IDEMPOTENCY = "Idempotency-Key"
REASONS = {
    400: "The request cannot be read, or lacks a header it needs",
    401: "No token, or one that does not hold",
    403: "The integration lacks the scope, or is not for this catalog",
    404: "There is no such thing in the integration's organisation",
    409: "The same request is being worked on",
    412: "It was changed since it was read",
    413: "The request is too large",
    422: "Something cannot be used; nothing was done",
    429: "Too many requests in this minute",
    502: "Microsoft did not do it",
}

ViewType = TypeVar("ViewType", bound=Callable[..., HttpResponse])


class FieldProblem(Schema):
    """One part of a request that cannot be used."""

    field: str
    message: str


class ProblemDetails(Schema):
    """What went wrong (RFC 9457); docs/reference/api-errors.md lists the codes."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str = ""
    who: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)
    verdict: str = ""
    provider_code: str = ""


def operation(
    router: Router,
    method: str,
    path: str,
    *,
    scope: ApiScope | None,
    returns: type[BaseModel] | None,
    status: int = 200,
    name: str = "",
    headers: Collection[str] = (),
) -> Callable[[ViewType], ViewType]:
    """Register a function as an operation of the API.

    Args:
        router: of its resource.
        method: in capitals.
        path: below that of the router.
        scope: what the integration needs; None where any may.
        returns: what a success shows; None where it shows nothing.
        status: of a success.
        name: of the operation; the function's where it is empty.
        headers: request headers it heeds: ``If-Match``, ``Idempotency-Key``; one that it cannot do
            without ends in an exclamation mark.
    """
    extra = _described_beyond(method, scope, headers)
    security = Token(scope)

    def register(view: ViewType) -> ViewType:
        # django-ninja looks names up in the module of the outermost decorator, where they are not.
        vars(view)["__signature__"] = inspect.signature(view, eval_str=True)
        router.add_api_operation(
            path,
            [method],
            view,
            auth=security,
            response={status: returns},
            operation_id=name or view.__name__,
            summary=(view.__doc__ or "").split("\n", 1)[0],
            description=_described(view, scope),
            openapi_extra=extra,
        )
        return view

    return register


def _described_beyond(
    method: str, scope: ApiScope | None, headers: Collection[str]
) -> dict[str, Any]:
    """Return what django-ninja does not know of an operation."""
    problems = {*ALWAYS}
    if method in BODY:
        problems |= {400, 413}
    if "If-Match" in headers:
        problems.add(412)
    if IDEMPOTENCY in {one.rstrip("!") for one in headers}:
        problems |= {409}
    extra: dict[str, Any] = {
        "responses": {code: _problem(code) for code in sorted(problems)},
        "x-scope": scope.value if scope else "",
    }
    if method == "GET":
        headers = (*headers, "If-None-Match")
        extra["responses"][304] = {"description": "The asker has it already"}
    extra["parameters"] = [_header(name) for name in headers]
    return extra


def _described(view: Callable[..., HttpResponse], scope: ApiScope | None) -> str:
    """Return what the description says beyond the first line, and which scope is needed."""
    rest = (view.__doc__ or "").partition("\n")[2]
    lines = [line.strip() for line in rest.splitlines() if line.strip()]
    needs = f"Needs the scope `{scope}`." if scope else "Needs any token."
    return "\n".join([*lines, needs])


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {"description": REASONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def _header(written: str) -> dict[str, Any]:
    name = written.rstrip("!")
    meaning = {
        "If-Match": "the ETag under which it was read; another state is not changed (412)",
        "If-None-Match": "an ETag that is known already; 304 where nothing has changed",
        IDEMPOTENCY: "names this request; it is carried out once in 24 hours",
    }
    longest = 255 if name == IDEMPOTENCY else 1000
    return {
        "name": name,
        "in": "header",
        "required": name != written,
        "description": meaning[name],
        "schema": {"type": "string", "minLength": 1, "maxLength": longest},
    }
