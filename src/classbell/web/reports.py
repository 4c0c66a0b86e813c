"""The doors for what Microsoft reports: delivery by Azure Communication Services, and calendars.

https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks,
https://learn.microsoft.com/en-us/azure/event-grid/receive-events,
https://learn.microsoft.com/en-us/azure/event-grid/delivery-and-retry
"""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from classbell import bootstrap
from classbell.delivery.reports import ReportResult
from classbell.domain.organisations.attempts import Door
from classbell.domain.providers.delivery_reports import (
    is_report_key,
    provider_expecting,
    take_reports,
)
from classbell.domain.scheduling.subscribing import take_reports as take_calendar_reports
from classbell.ports.errors import InvalidInput
from classbell.ports.reports import ReportDelivery
from classbell.storage.models import EmailProvider
from classbell.web.errors import nothing_for

KEY_HEADER = "x-classbell-report-key"
MOST_BYTES = 1024 * 1024
"""What Event Grid delivers at once at most."""

LONGEST_QUESTION = 4096
MOST_REPORTS = 1000
"""One request asks for no more calendars than these; the others are read in their turn."""

log = structlog.get_logger(__name__)


# Nobody's browser comes here: the sender has no cookie, and proves itself by its header.
@csrf_exempt
@require_POST
def acs(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Take delivery reports, or confirm that they are wanted here.

    What proves nothing gets the answer of an address that leads nowhere: Event Grid repeats after
    it for a day, so that reports outlive a change of the key, and nobody learns which ids exist.
    """
    provider, reader = provider_expecting(provider_id), bootstrap.ports().report_reader
    if provider is None or reader is None:
        return nothing_for(Door.REPORT)
    given = request.headers.get(KEY_HEADER)
    if given is not None and not is_report_key(bootstrap.ports(), provider, given):
        return nothing_for(Door.REPORT)
    if _announced(request) > MOST_BYTES:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        brought = reader.read(request.body)
    except InvalidInput as problem:
        log.warning("unreadable delivery report", provider=str(provider_id), problem=problem.what)
        return _answer(HTTPStatus.BAD_REQUEST)
    if brought.agreement is not None:
        # The question whether reports are wanted changes nothing, and comes without our header
        # where the subscription's headers are set afterwards.
        return JsonResponse(dict(brought.agreement))
    return nothing_for(Door.REPORT) if given is None else _taken(provider, brought)


# Nobody's browser comes here either: a report proves itself by the word of its subscription.
@csrf_exempt
@require_POST
def calendar(request: HttpRequest) -> HttpResponse:
    """Take reports of changes in calendars, or answer the question whether they are wanted.

    Graph wants an answer within three seconds; all that happens here is that a lane is asked. What
    proves nothing gets the same answer as what does.
    """
    if not bootstrap.ports().public_url:
        return _answer(HTTPStatus.NOT_FOUND)
    question = request.GET.get("validationToken")
    if question is not None:
        if len(question) > LONGEST_QUESTION:
            return _answer(HTTPStatus.BAD_REQUEST)
        return HttpResponse(question, content_type="text/plain; charset=utf-8")
    if _announced(request) > MOST_BYTES:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        reports = bootstrap.ports().watching.reports(request.body)
    except InvalidInput as problem:
        log.warning("unreadable calendar report", problem=problem.what)
        return _answer(HTTPStatus.BAD_REQUEST)
    take_calendar_reports(bootstrap.ports(), reports[:MOST_REPORTS])
    return _answer(HTTPStatus.ACCEPTED)


def _announced(request: HttpRequest) -> int:
    """Return how many bytes the request brings; a server reads no more than that."""
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else 0


def _taken(provider: EmailProvider, brought: ReportDelivery) -> HttpResponse:
    """Write the reports down; what is too early is asked for again."""
    results = take_reports(bootstrap.ports(), provider, brought.reports)
    unknown = results.count(ReportResult.UNKNOWN_MESSAGE)
    if unknown or brought.unreadable:
        log.warning(
            "delivery reports without effect",
            provider=str(provider.pk),
            unknown=unknown,
            unreadable=brought.unreadable,
        )
    if ReportResult.TOO_EARLY in results:
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
    return _answer(HTTPStatus.OK)


def _answer(status: HTTPStatus) -> HttpResponse:
    """Answer a program: no page, no words for people."""
    return HttpResponse(f"{status.phrase}\n", status=status, content_type="text/plain")
