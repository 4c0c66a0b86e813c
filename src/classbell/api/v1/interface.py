"""The interface: its resources together, its headers, and how errors leave it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from classbell.api.v1 import (
    attendance,
    audit,
    catalogs,
    connection,
    courses,
    deliveries,
    enrolments,
    groups,
    integration,
    notifications,
    rooms,
    sessions,
    templates,
)
from classbell.api.v1.asking import allowance_of
from classbell.api.v1.problems import Unreadable, bare_problem, guarded, problem
from classbell.api.v1.rates import rate_headers
from classbell.ports.errors import ClassbellError

log = structlog.get_logger(__name__)
METHOD_NOT_ALLOWED = 405
DESCRIPTION = (
    "What other programs can do in the catalogs of an installation of Classbell.\n\n"
    "Tokens are made in Catalog settings > Integrations. Lists are read page by page: send `next` "
    "as `cursor`. Errors are problem details (RFC 9457) with a stable `code`."
)


class JsonBody(Parser):
    """Reads JSON, and refuses what no store can keep."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the body.

        Raises:
            Unreadable: it is no JSON in UTF-8, or has half a character or a NUL in it.
        """
        try:
            # Read as UTF-8 here, because the parser would take UTF-16 and UTF-32 as well.
            text = request.body.decode("utf-8")
            found: DictStrAny = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable(
                "The body is no JSON in UTF-8.", meaning="Nothing was done."
            ) from error
        if "\\u0000" in text:
            raise Unreadable("The body has a NUL character in it.", meaning="Nothing was done.")
        if HALF.search(text) and not _is_whole(found):
            raise Unreadable("The body has half a character in it.", meaning="Nothing was done.")
        return found


HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Written as two escapes, a character beyond the first 65,536 is good JSON; one alone is none."""


def _is_whole(found: object) -> bool:
    """Tell whether all texts can be written as UTF-8."""
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Interface(NinjaAPI):
    """The API with its own headers on every answer."""

    def _get_urls(self) -> list[URLPattern | URLResolver]:
        found: list[URLPattern | URLResolver] = super()._get_urls()
        for pattern in found:
            if isinstance(pattern, URLPattern):
                pattern.callback = dressed(pattern.callback)
        return found


def dressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let every answer of a view carry what is left of its rate, and be of no use to a browser."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        asked = request.method
        if asked == "HEAD":
            # What may be read may be asked for its headers alone (RFC 9110, 9.3.2).
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = bare_problem("not_found", "There is nothing at this address.")
        if response.status_code == METHOD_NOT_ALLOWED:
            refused = bare_problem("method_not_allowed", f"This address does not take {asked}.")
            refused["Allow"] = response["Allow"]
            response = refused
        allowance = allowance_of(request)
        for name, value in (rate_headers(allowance) if allowance else {}).items():
            response[name] = value
        response["Vary"] = "Authorization"
        if asked == "HEAD":
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return guarded(response)

    return answered


interface = Interface(
    title="Classbell",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=JsonBody(),
)
for resource in (
    integration,
    catalogs,
    connection,
    rooms,
    courses,
    groups,
    sessions,
    enrolments,
    attendance,
    notifications,
    deliveries,
    templates,
    audit,
):
    interface.add_router("", resource.router)


@interface.exception_handler(ClassbellError)
def _meant_to_be_read(_request: HttpRequest, error: ClassbellError) -> HttpResponse:
    return problem(error)


@interface.exception_handler(ValidationError)
def _not_as_described(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    parts = [
        {
            "field": ".".join(str(step) for step in one["loc"][1:] if step != "wanted"),
            "message": str(one["msg"]),
        }
        for one in error.errors[:50]
    ]
    named = f" ({parts[0]['field'] or 'body'}: {parts[0]['message']})" if parts else ""
    return bare_problem(
        "invalid_request", f"The request has not the described form{named}.", errors=parts
    )


@interface.exception_handler(HttpError)
def _refused_by_ninja(_request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ClassbellError):
        return problem(cause)
    return bare_problem("unreadable", str(error))


@interface.exception_handler(Exception)
def _our_mistake(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api_fault", exc_info=error)
    return bare_problem("internal_error", "Classbell made a mistake and could not answer.")
