"""Language and time zone of whoever is signed in: from the account menu, or on a page."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.notifications.languages import LANGUAGES
from classbell.domain.organisations.access import Access
from classbell.domain.organisations.preferences import choose_preferences
from classbell.ports.errors import InvalidInput
from classbell.web.access import signed_in
from classbell.web.admin_center.came_from import came_from
from classbell.web.language import speak
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_http_methods(["GET", "POST"])
def own_language(request: HttpRequest) -> HttpResponse:
    """Show the two choices, or keep what was chosen and go back to where that was done."""
    access = signed_in(request)
    person = access.person
    if request.method == "GET":
        return _page(request, access, {"language": person.language, "time_zone": person.time_zone})
    language, time_zone = request.POST.get("language"), request.POST.get("time_zone")
    try:
        kept = choose_preferences(bootstrap.ports(), person, language=language, time_zone=time_zone)
    except InvalidInput as error:
        typed = {"language": language or "", "time_zone": time_zone or ""}
        return _page(request, access, typed, error=error)
    person.language = kept.language
    speak(request)
    add_toast(request, _("Settings saved."))
    return leave_for(came_from(request))


def _page(
    request: HttpRequest,
    access: Access,
    typed: dict[str, str],
    error: InvalidInput | None = None,
) -> HttpResponse:
    """Show the form, which keeps what was typed; a language that is not offered stays chosen."""
    offered = dict(LANGUAGES)
    if typed["language"]:
        offered.setdefault(typed["language"], typed["language"])
    zones = {name: name for name in sorted(available_timezones()) if "/" in name}
    context = {
        "typed": typed,
        "error": error,
        "languages": [("", _("As the catalog or the browser has it")), *offered.items()],
        "zones": [("", _("As the catalog has it")), *zones.items(), ("UTC", "UTC")],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return show(request, "language.html", context, access=access, status=status)
