"""The addresses that machines ask: whether this process is ready, and its figures."""

from __future__ import annotations

import hmac
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from classbell import bootstrap
from classbell.domain.operations.gauges import registry
from classbell.domain.operations.readiness import why_not_ready
from classbell.domain.organisations.attempts import Door, has_failed_too_often
from classbell.web.errors import nothing_for

PLAIN = "text/plain"


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- every caller gets the same
    """Answer 200 while requests should be sent here, and 503 with the reason otherwise."""
    try:
        why_not = why_not_ready()
    except (DatabaseError, InterfaceError):
        why_not = "the database does not answer"
    if why_not:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return HttpResponse(f"not ready: {why_not}\n", content_type=PLAIN, status=status)
    return HttpResponse("ready\n", content_type=PLAIN)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the figures, to whoever has the operator's token; else there is nothing here."""
    wanted = settings.CLASSBELL.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    # The operator chooses this token: it may be short enough to be guessed.
    guessed = has_failed_too_often(bootstrap.ports(), Door.FIGURES)
    if guessed or not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        return nothing_for(Door.FIGURES)
    body = generate_latest(REGISTRY) + generate_latest(registry(bootstrap.ports()))
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
