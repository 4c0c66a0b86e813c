"""Answers: JSON with an ETag, conditional requests, and requests that are carried out once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from classbell import bootstrap
from classbell.api.v1.asking import caller
from classbell.api.v1.problems import KeyNeeded
from classbell.domain.integrations.once import Answer, once
from classbell.ports.errors import ChangedMeanwhile

JSON = "application/json"
KEPT_HEADERS = ("ETag", "Location", "Content-Type")
NOT_MODIFIED, NO_CONTENT = 304, 204

View = TypeVar("View", bound=Callable[..., HttpResponse])


def answer(
    request: HttpRequest, shown: BaseModel, *, status: int = 200, location: str = ""
) -> HttpResponse:
    """Answer with a resource and its ETag, or with 304 where the asker has it already.

    Args:
        request: what was asked.
        shown: the resource.
        status: of the answer.
        location: address of what was made.
    """
    body = shown.model_dump_json()
    tag = etag_of(shown)
    if request.method == "GET" and _names(request.headers.get("If-None-Match", ""), tag):
        return HttpResponse(status=NOT_MODIFIED, headers={"ETag": tag})
    response = HttpResponse(body, status=status, content_type=JSON)
    response["ETag"] = tag
    if location:
        response["Location"] = location
    return response


def nothing() -> HttpResponse:
    """Answer that it is done, and that there is nothing to show."""
    return HttpResponse(status=NO_CONTENT)


def etag_of(shown: BaseModel) -> str:
    """Return the tag of a resource: it changes with anything that is shown of it.

    What a resource names as ``untagged`` is said of one change of it, and is no part of it.
    """
    lasting = shown.model_dump_json(exclude=set(getattr(shown, "untagged", ())))
    return f'"{hashlib.sha256(lasting.encode()).hexdigest()[:32]}"'


def require_unchanged(request: HttpRequest, current: Callable[[], BaseModel]) -> None:
    """Let a change pass unless If-Match names another state than the current one.

    Args:
        request: what was asked.
        current: reads the resource, under the lock that the change holds.

    Raises:
        ChangedMeanwhile: it does.
    """
    wanted = request.headers.get("If-Match", "")
    if wanted and not _names(wanted, etag_of(current())):
        raise ChangedMeanwhile(
            "It is not any more as it was when it was read.",
            meaning="Nothing was changed.",
            remedy="Read it again, and send the ETag that comes with it.",
        )


def idempotent(
    *,
    needed: bool = False,
    before: Callable[..., None] | None = None,
) -> Callable[[View], View]:
    """Let an operation be carried out once under an Idempotency-Key.

    It must not use the network, for it runs in the transaction that remembers its answer.

    Args:
        needed: whether a request without a key is refused.
        before: reads what can be read before that transaction, so that it is a short one.
    """

    def prepare(request: HttpRequest, asked: dict[str, object]) -> None:
        if before is not None:
            before(request, **asked)

    def decorate(view: View) -> View:
        @wraps(view)
        def carried_out_once(request: HttpRequest, **asked: object) -> HttpResponse:
            key = request.headers.get("Idempotency-Key", "")
            if not key and needed:
                raise KeyNeeded(
                    "A request that sends mail needs the header Idempotency-Key.",
                    meaning="Nothing was sent.",
                    remedy="Send one of your own making, such as a random UUID.",
                )
            if not key:
                prepare(request, asked)
                with transaction.atomic():
                    return view(request, **asked)
            told = once(
                bootstrap.ports(),
                integration=caller(request).integration,
                key=key,
                request_hash=_hash(request),
                prepare=lambda: prepare(request, asked),
                act=lambda: _kept(view(request, **asked)),
            )
            return _restored(told)

        return cast("View", carried_out_once)

    return decorate


def _hash(request: HttpRequest) -> str:
    """Return a hash of everything a request asks for."""
    asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(asked).hexdigest()


def _kept(response: HttpResponse) -> Answer:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return Answer(response.status_code, response.content.decode(), headers)


def _restored(told: Answer) -> HttpResponse:
    response = HttpResponse(told.body, status=told.status, headers=dict(told.headers))
    if told.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def _names(header: str, tag: str) -> bool:
    """Say whether a list of entity tags names this one (RFC 9110, 8.8.3.2: weakly)."""
    given = {one.strip().removeprefix("W/") for one in header.split(",")}
    return "*" in given or tag in given
