"""What is kept about one person, for LMS admins: to hand it out, or to erase it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.organisations.access import Access, require_lms_admin
from classbell.domain.organisations.addresses import address_key
from classbell.domain.organisations.erasure import erase_person, export_person
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Person
from classbell.storage.queries.person_rows import messages_of
from classbell.web.access import actor_of, signed_in
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

FIND, EXPORT, ASK, ERASE = "find", "export", "ask", "erase"


@require_http_methods(["GET", "POST"])
def personal_data(request: HttpRequest) -> HttpResponse:
    """Find somebody by address, hand out what is kept about them, or erase it.

    The address is posted, so that it stands in no log of a proxy.
    """
    access = signed_in(request)
    scope = require_lms_admin(access)
    typed = request.POST.get("address", "").strip()
    if request.method == "GET" or not typed:
        return _page(request, access, typed)
    found = scope.of(Person).filter(address_key=address_key(typed)).first()
    if found is None:
        error = _("Nobody in your organisation has this address.")
        return _page(request, access, typed, error=error)
    act = request.POST.get("act", FIND)
    if act == EXPORT:
        return _handed_out(access, found)
    if act == ERASE:
        return _erased(request, access, found)
    return _page(request, access, typed, person=found, asking=act == ASK)


def _handed_out(access: Access, person: Person) -> HttpResponse:
    """Answer with a file that programs can read."""
    facts = export_person(bootstrap.ports(), person, actor=actor_of(access))
    answer = JsonResponse(facts, json_dumps_params={"indent": 2, "ensure_ascii": False})
    # By id, for names of files travel further than what is in them.
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    return answer


def _erased(request: HttpRequest, access: Access, person: Person) -> HttpResponse:
    """Erase, and say so."""
    try:
        erase_person(bootstrap.ports(), person, actor=actor_of(access))
    except InvalidInput as error:
        return _page(request, access, person.address, person=person, refused=error)
    add_toast(request, _("The person is erased."))
    return leave_for(reverse("personal-data"))


def _page(
    request: HttpRequest,
    access: Access,
    typed: str,
    *,
    error: str = "",
    person: Person | None = None,
    asking: bool = False,
    refused: InvalidInput | None = None,
) -> HttpResponse:
    """Show the form, and below it who was found."""
    context = {
        "typed": typed,
        "error": error,
        "person": person,
        "asking": asking,
        "refused": refused,
        "messages": messages_of(person).count() if person else 0,
        "places": person.enrolments.count() if person else 0,
    }
    wrong = error or refused
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return show(
        request,
        "personal_data.html",
        context,
        access=access,
        current="personal-data",
        status=status,
    )
