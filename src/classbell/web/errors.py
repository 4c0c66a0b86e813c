"""Errors as pages: what happened, what it means, what to do, who can do it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from classbell import bootstrap
from classbell.domain.organisations.attempts import Door, counted
from classbell.ports.errors import (
    Audience,
    ClassbellError,
    ConfigurationFault,
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    TooManyRequests,
    WrongOrganisation,
)
from classbell.web.language import speak
from classbell.web.pages import show_alone
from classbell.web.remedy_words import who_text
from classbell.web.translated import translated

STATUSES: dict[type[ClassbellError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFoundHere: HTTPStatus.NOT_FOUND,
    StateInvalid: HTTPStatus.BAD_REQUEST,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    WrongOrganisation: HTTPStatus.FORBIDDEN,
    SignInCancelled: HTTPStatus.BAD_REQUEST,
    ConfigurationFault: HTTPStatus.INTERNAL_SERVER_ERROR,
    ProviderFailure: HTTPStatus.BAD_GATEWAY,
}
PROBLEM = "X-Classbell-Problem"

log = structlog.get_logger(__name__)


def status_of(error: ClassbellError) -> HTTPStatus:
    """Return the HTTP status that says what kind of error it is."""
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem_page(
    request: HttpRequest, error: ClassbellError, *, back: str = "/", title: str = ""
) -> HttpResponse:
    """Show an error that people are meant to read.

    Args:
        request: what was asked.
        error: what went wrong.
        back: where the button of the page leads.
        title: the page's heading; by default one for the kind of error.
    """
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("problem_page", problem=str(error), problem_code=error.code, status=int(status))
    context = {
        "title": title or _title(error),
        "what": translated(error.what),
        "meaning": translated(error.meaning),
        "remedy": translated(error.remedy),
        "who": who_text(error.who),
        "code": error.code,
        "back": back,
    }
    return _with_time(_shown(request, context, status), error)


def plain_problem(error: ClassbellError) -> HttpResponse:
    """Answer a program that asks without an interface: it needs the status and a line, no page."""
    response = HttpResponse(
        f"{translated(error.what)}\n",
        status=status_of(error),
        content_type="text/plain; charset=utf-8",
    )
    return _with_time(response, error)


def nothing_for(door: Door) -> HttpResponse:
    """Answer a program that proved nothing: as an address that leads nowhere does, and counted."""
    return plain_problem(counted(bootstrap.ports(), door, NotFoundHere("Not Found")))


def _with_time(response: HttpResponse, error: ClassbellError) -> HttpResponse:
    """Say in a header when to come again, where that is known."""
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after)
    return response


def _title(error: ClassbellError) -> str:
    """Return the heading for a kind of error."""
    titles = {
        InvalidInput: _("That can’t be used"),
        NotAllowed: _("You can’t open this"),
        NotFoundHere: _("Not found"),
        StateInvalid: _("Please start the sign-in again"),
        TooManyRequests: _("Please wait a little"),
        WrongOrganisation: _("That account can’t be used here"),
        SignInCancelled: _("The sign-in was cancelled"),
        ConfigurationFault: _("This installation isn’t set up completely"),
        ProviderFailure: _("Microsoft 365 didn’t do it"),
    }
    return titles.get(type(error), _("Something went wrong"))


def _shown(request: HttpRequest, context: Mapping[str, object], status: HTTPStatus) -> HttpResponse:
    """Show the page, or for a part of a page a toast with the same words."""
    template = "problem_toast.html" if request.headers.get("HX-Request") else "problem.html"
    response = show_alone(request, template, context, status=status)
    response[PROBLEM] = str(context["code"]) or "error"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- Django passes it
    """Answer an address that leads nowhere; the exception Django passes says no more."""
    speak(request)  # An address that is none has passed by where languages are chosen.
    return problem_page(
        request,
        NotFoundHere(
            _("There is no page at this address."),
            remedy=_("Check the address, or start from the first page."),
        ),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- Django passes it
    """Answer what Django itself refused."""
    return problem_page(request, NotAllowed(_("This can’t be opened.")))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- Django passes it
    """Answer a request that Django could not read."""
    return problem_page(request, InvalidInput(_("The browser sent something unreadable.")))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of our own; needs neither database nor session."""
    context = {
        "title": _("Something went wrong"),
        "what": _("Classbell made a mistake and could not show this page."),
        "meaning": _("What you were doing may not have been saved."),
        "remedy": _("Try again. If it happens again, tell whoever runs this installation when."),
        "who": who_text(Audience.OPERATOR),
        "code": "internal_error",
        "back": "/",
    }
    return _shown(request, context, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- as above
    """Answer a form whose proof of origin is missing; ``reason`` is for Django's own log."""
    return problem_page(
        request,
        NotAllowed(
            _("This form could not be accepted."),
            meaning=_("The page was open too long, or your browser blocks cookies."),
            remedy=_("Reload the page and try again. If that fails, allow cookies for this site."),
            code="form_expired",
        ),
        title=_("Please reload the page"),
    )
