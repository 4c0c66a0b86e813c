"""Times every request by its route, and writes one line about it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import structlog
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponseBase

from classbell.network.measures import DATABASE_ERRORS, WEB_SECONDS
from classbell.network.tracing import span
from classbell.web.origin import number_of

log = structlog.get_logger(__name__)

NO_ROUTE = "none"
QUIET = frozenset({"healthz", "readyz", "metrics", "asset"})
"""Routes that machines ask all the time; nobody reads a line about each."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Right inside of what numbers the requests, and around all else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; what is logged meanwhile, here and below, carries the request's id."""
        begun = monotonic()
        method = request.method if request.method in METHODS else "other"
        with (
            structlog.contextvars.bound_contextvars(request=number_of(request)),
            span("web request", method=str(method)) as traced,
        ):
            response = self._get_response(request)
            route, seconds = _route(request), monotonic() - begun
            traced(route=route, status=response.status_code)
            WEB_SECONDS.labels(route, method, str(response.status_code)).observe(seconds)
            if route not in QUIET:
                log.info(
                    "request",
                    route=route,
                    method=method,
                    status=response.status_code,
                    milliseconds=round(seconds * 1000),
                )
        return response

    def process_exception(self, _request: HttpRequest, error: Exception) -> None:
        """Count pages that failed because of the database."""
        if isinstance(error, DatabaseTrouble):
            DATABASE_ERRORS.labels("web").inc()


def _route(request: HttpRequest) -> str:
    """Return the name of the route: one of a fixed list, never a part of the address."""
    match = request.resolver_match
    return (match.view_name or NO_ROUTE) if match else NO_ROUTE
