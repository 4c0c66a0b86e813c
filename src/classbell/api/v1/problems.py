"""Errors as ``application/problem+json`` (RFC 9457), each with a code that does not change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from classbell.ports.errors import (
    ChangedMeanwhile,
    ClassbellError,
    ConfigurationFault,
    InvalidInput,
    KeyReused,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    StillRunning,
    TooManyRequests,
    Unidentified,
    VerdictKind,
    WrongOrganisation,
)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:classbell:problem:"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a code means to whoever meets it.

    Attributes:
        status: the HTTP status that comes with it.
        title: the same for every occurrence.
        remedy: what a program, or whoever runs it, can do about it.
    """

    status: HTTPStatus
    title: str
    remedy: str


PROBLEMS: dict[str, Problem] = {
    "invalid_request": Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request has not the described form",
        "Compare it with the OpenAPI document; `errors` names each part that does not fit.",
    ),
    "invalid_input": Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Something in the request cannot be used",
        "Read `detail`; `errors` names the field where there is one. Nothing was done.",
    ),
    "time_does_not_exist": Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The wall time is skipped where clocks are put forward",
        "Use one of the times that `remedy` names.",
    ),
    "cursor_invalid": Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The cursor does not belong to this list",
        "Use a cursor only with the address, the filters and the token that it came from.",
    ),
    "idempotency_key_reused": Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The Idempotency-Key stands for another request",
        "Make a new key for every request; send the same one only to repeat it.",
    ),
    "idempotency_key_needed": Problem(
        HTTPStatus.BAD_REQUEST,
        "This request needs an Idempotency-Key",
        "Send one, such as a random UUID, so that a repeated request sends nothing twice.",
    ),
    "unreadable": Problem(
        HTTPStatus.BAD_REQUEST, "The request cannot be read", "Send JSON in UTF-8."
    ),
    "too_large": Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The request is too large",
        "Send fewer people in one call.",
    ),
    "token_needed": Problem(
        HTTPStatus.UNAUTHORIZED, "There is no token", "Send `Authorization: Bearer …`."
    ),
    "token_unknown": Problem(
        HTTPStatus.UNAUTHORIZED,
        "The token is not known",
        "Check that it was copied in full; ask an admin of the catalog for another.",
    ),
    "token_expired": Problem(
        HTTPStatus.UNAUTHORIZED,
        "The token has expired",
        "Ask an admin of the catalog to rotate it.",
    ),
    "token_revoked": Problem(
        HTTPStatus.UNAUTHORIZED,
        "The token was revoked",
        "Ask an admin of the catalog whether another may be had.",
    ),
    "application_not_registered": Problem(
        HTTPStatus.UNAUTHORIZED,
        "No catalog has registered this application",
        "Ask an admin of the catalog to register its application id as an integration.",
    ),
    "not_allowed": Problem(
        HTTPStatus.FORBIDDEN,
        "The integration is not for this catalog",
        "Ask an admin of that catalog for an integration of its own.",
    ),
    "scope_missing": Problem(
        HTTPStatus.FORBIDDEN,
        "The integration lacks the scope",
        "Ask an admin of the catalog for an integration with the scope that `detail` names.",
    ),
    "wrong_organisation": Problem(
        HTTPStatus.FORBIDDEN,
        "An account of another organisation",
        "Use an account of the catalog's own organisation.",
    ),
    "not_found": Problem(
        HTTPStatus.NOT_FOUND,
        "There is no such thing",
        "Check the address; what belongs to other organisations does not exist here.",
    ),
    "method_not_allowed": Problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This address does not take that method",
        "Use one of those that the header `Allow` names.",
    ),
    "still_running": Problem(
        HTTPStatus.CONFLICT,
        "The same request is being worked on",
        "Repeat it under the same key after the seconds that `Retry-After` names.",
    ),
    "changed_meanwhile": Problem(
        HTTPStatus.PRECONDITION_FAILED,
        "It was changed meanwhile",
        "Read it again, apply the change to what is there now, and send its ETag.",
    ),
    "too_many_requests": Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "Wait for the seconds that `Retry-After` names; `RateLimit` says how many are left.",
    ),
    "too_many_failures": Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many failed attempts",
        "Wait for the seconds that `Retry-After` names, and send a token that holds.",
    ),
    "state_invalid": Problem(
        HTTPStatus.BAD_REQUEST,
        "A sign-in that was not started here, or was used already",
        "Start again.",
    ),
    "cancelled": Problem(
        HTTPStatus.BAD_REQUEST, "Somebody turned back at Microsoft", "Start again."
    ),
    "provider_failure": Problem(
        HTTPStatus.BAD_GATEWAY,
        "Microsoft did not do it",
        "`verdict` says whether to try again; `provider_code` is Microsoft's own word.",
    ),
    "configuration": Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "This installation is not set up completely",
        "Tell whoever runs this installation.",
    ),
    "internal_error": Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Classbell made a mistake",
        "Try again; if it happens again, tell whoever runs this installation when it was.",
    ),
}
"""Every code there is, in the order of the documentation."""

CODES_OF_KINDS: dict[type[ClassbellError], str] = {
    KeyReused: "idempotency_key_reused",
    InvalidInput: "invalid_input",
    NotAllowed: "not_allowed",
    NotFoundHere: "not_found",
    Unidentified: "token_needed",
    ChangedMeanwhile: "changed_meanwhile",
    StillRunning: "still_running",
    TooManyRequests: "too_many_requests",
    StateInvalid: "state_invalid",
    WrongOrganisation: "wrong_organisation",
    SignInCancelled: "cancelled",
    ConfigurationFault: "configuration",
    ProviderFailure: "provider_failure",
}
"""The code of a kind of error, where its own word is none that is listed."""


class KeyNeeded(ClassbellError):
    """A request that sends something came without an Idempotency-Key."""

    default_code = "idempotency_key_needed"


class Unreadable(ClassbellError):
    """The body is no JSON."""

    default_code = "unreadable"


class TooLarge(ClassbellError):
    """The body is larger than any request has to be."""

    default_code = "too_large"


def code_of(error: ClassbellError) -> str:
    """Return the stable code of an error: its own where it is listed, else that of its kind."""
    if error.code in PROBLEMS and not isinstance(error, ProviderFailure):
        return error.code
    for kind, code in CODES_OF_KINDS.items():
        if isinstance(error, kind):
            return code
    return "internal_error"


def problem(error: ClassbellError) -> HttpResponse:
    """Answer an error that people are meant to read."""
    code = code_of(error)
    known = PROBLEMS[code]
    more: dict[str, object] = {"who": error.who.value}
    if error.remedy:
        more["remedy"] = error.remedy
    if isinstance(error, InvalidInput) and error.field:
        more["errors"] = [{"field": error.field, "message": error.what}]
    if isinstance(error, ProviderFailure):
        more |= {"verdict": error.verdict.kind.value, "provider_code": error.verdict.code}
    if known.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("api_problem", problem=str(error), problem_code=code)
    detail = " ".join(part for part in (error.what, error.meaning) if part)
    return _with_advice(bare_problem(code, detail, **more), error)


def _with_advice(response: HttpResponse, error: ClassbellError) -> HttpResponse:
    """Say in headers how to identify oneself, or when to come again."""
    if isinstance(error, Unidentified):
        response["WWW-Authenticate"] = 'Bearer realm="Classbell"'
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after)
    elif isinstance(error, StillRunning):
        response["Retry-After"] = "2"
    elif isinstance(error, ProviderFailure) and error.verdict.kind is VerdictKind.RETRY:
        response["Retry-After"] = "30"
    return response


def bare_problem(code: str, detail: str, **more: object) -> HttpResponse:
    """Answer with a problem.

    Args:
        code: one of ``PROBLEMS``.
        detail: what happened this time.
        **more: further members.
    """
    known = PROBLEMS[code]
    body = {
        "type": f"{TYPE}{code}",
        "title": known.title,
        "status": int(known.status),
        "detail": detail,
        "code": code,
        **more,
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=known.status, content_type=MEDIA_TYPE
    )


@csrf_exempt
def nothing_here(_request: HttpRequest, *_path: str) -> HttpResponse:
    """Answer an address of the API that leads nowhere."""
    return guarded(bare_problem("not_found", "There is nothing at this address."))


def guarded(response: HttpResponse) -> HttpResponse:
    """Put an answer under a policy that lets a browser do nothing with it."""
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response
