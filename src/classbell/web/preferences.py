"""What mail somebody wants: chosen by those who sign in, by the link in a mail, or by one click."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.notifications.preference_links import person_of_token
from classbell.domain.notifications.preferences import (
    choose_mail,
    decline,
    declined_kinds,
    optional_kind,
    optional_kinds,
)
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Person
from classbell.web.access import signed_in
from classbell.web.pages import show, show_alone
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts: https://www.rfc-editor.org/rfc/rfc8058#section-3.2"""

SAVED = "saved"


@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Show or save the choice of whoever is signed in, with a role or without."""
    access = signed_in(request)
    here = reverse("preferences")
    if request.method == "POST":
        changed = choose_mail(
            bootstrap.ports(), person=access.person, wanted=frozenset(request.POST)
        )
        add_toast(request, _("Saved.") if changed else _("Nothing was changed."))
        return leave_for(here)
    context = _context(access.person, here) | {"own": True}
    return show(request, "preferences.html", context, access=access, current="preferences")


@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show or save the choice of whom a mail's link was made for; opening it changes nothing.

    The page names nobody: mail is forwarded, and its links with it.
    """
    ports = bootstrap.ports()
    person = person_of_token(ports, token)
    here = reverse("preferences-link", args=[token])
    if request.method == "POST":
        choose_mail(ports, person=person, wanted=frozenset(request.POST))
        return leave_for(f"{here}?{SAVED}")
    return _alone(request, person, here, saved=SAVED in request.GET)


# The request comes from a mail program, which has no page of ours to take a proof from: the signed
# token is the proof, and all it can do is to decline mail.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str, kind_name: str) -> HttpResponse:
    """Decline one kind of mail by a mail program's one click; in a browser, show the choice.

    Raises:
        InvalidInput: something else was posted than mail programs post.
    """
    ports = bootstrap.ports()
    person = person_of_token(ports, token)
    kind = optional_kind(kind_name)
    here = reverse("preferences-link", args=[token])
    if request.method == "GET":
        return _alone(request, person, here)
    if request.POST.get(ONE_CLICK[0]) != ONE_CLICK[1]:
        raise InvalidInput(
            _("This address takes one click of a mail program only."),
            remedy=_("Open it in a browser to choose."),
        )
    decline(ports, person=person, kind_name=kind.name)
    context = {"kind": _(kind.title), "address": here}
    return show_alone(request, "unsubscribed.html", context)


def _alone(request: HttpRequest, person: Person, here: str, *, saved: bool = False) -> HttpResponse:
    """Show the choice to somebody who need not be signed in."""
    context = _context(person, here) | {"layout": "standalone.html", "saved": saved}
    return show_alone(request, "preferences.html", context)


def _context(person: Person, here: str) -> dict[str, object]:
    """Return what the page shows: the kinds, and which of them are wanted; nothing of whom."""
    declined = declined_kinds(person)
    rows = [
        (one.name, _(one.title), _(one.when), one.name not in declined) for one in optional_kinds()
    ]
    return {"rows": rows, "here": here, "saved": False, "own": False}
