"""Signing in to the Admin Center, out of it, and by a link that was mailed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.organisations.links import usable_link
from classbell.domain.organisations.signin import begin_link, begin_sign_in, finish_sign_in
from classbell.ports.errors import ClassbellError
from classbell.web.access import browser_key, person_of, start_session
from classbell.web.errors import problem_page
from classbell.web.pages import show_alone
from classbell.web.security import allow_forms_to

SEE_OTHER = 303


def leave_for(url: str) -> HttpResponse:
    """Send the browser on by GET, whatever it came with."""
    return HttpResponseRedirect(url, status=SEE_OTHER)


@require_http_methods(["GET", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    """Show the sign-in page, or start a sign-in at Microsoft."""
    ports = bootstrap.ports()
    if request.method == "POST":
        return_to = request.POST.get("return_to", "/")
        return leave_for(
            begin_sign_in(ports, browser_key=browser_key(request), return_to=return_to)
        )
    if person_of(request) is not None:
        return redirect("start")
    allow_forms_to(request, ports.identity.authorization_origin())
    context = {
        "return_to": request.GET.get("return_to", "/"),
        "signed_out": "out" in request.GET,
        "origin": ports.identity.authorization_origin(),
    }
    return show_alone(request, "signin.html", context)


@require_GET
def signin_callback(request: HttpRequest) -> HttpResponse:
    """Take what Microsoft sends back, and open the page the person wanted."""
    try:
        person, return_to = finish_sign_in(
            bootstrap.ports(), browser_key=browser_key(request), answer=request.GET.dict()
        )
    except ClassbellError as error:
        return problem_page(request, error, back=reverse("signin"))
    start_session(request, person)
    return leave_for(return_to)


@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """Forget who this browser belongs to. The sign-in at Microsoft stays, which the page says."""
    request.session.flush()
    return leave_for(reverse("signin") + "?out")


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody known by address only add their sign-in.

    Opening the link changes nothing, because mail scanners open links too; the button does.
    """
    ports = bootstrap.ports()
    if request.method == "POST":
        return leave_for(begin_link(ports, token=token, browser_key=browser_key(request)))
    found = usable_link(ports, token)
    allow_forms_to(request, ports.identity.authorization_origin())
    context = {
        "person": found.person,
        "organisation": found.person.organisation.name,
        "title": _("Add your sign-in"),
        "origin": ports.identity.authorization_origin(),
    }
    return show_alone(request, "link.html", context)
