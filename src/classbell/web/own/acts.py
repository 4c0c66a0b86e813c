"""What a learner does about one session: enrol, leave, take it into their calendar."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classbell import bootstrap
from classbell.domain.courses.own_place import enrol_oneself, leave_oneself, no_place, own_place
from classbell.domain.notifications.own_calendar import calendar_file
from classbell.ports.errors import InvalidInput
from classbell.storage.models import EnrolmentState
from classbell.web.access import signed_in
from classbell.web.own.sessions import seen_session, session_page
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_POST
def enrol(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Enrol whoever asks, or let them wait for a place."""
    access = signed_in(request)
    found = seen_session(access.person, session_id)
    try:
        done = enrol_oneself(bootstrap.ports(), session=found, person=access.person)
    except InvalidInput as error:
        return session_page(request, access, found, error=error)
    if done.waiting:
        told = _("You get a message when a place becomes free.")
        add_toast(request, _("You are on the waiting list."), told, kind="info")
    else:
        add_toast(request, _("You are enrolled."), found.title)
    return leave_for(reverse("my-session", args=[session_id]))


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Say what leaving means and ask, or leave."""
    access = signed_in(request)
    ports, found = bootstrap.ports(), seen_session(access.person, session_id)
    own = own_place(ports, found, access.person)
    if own is None:
        raise no_place()
    if request.method == "GET":
        if not own.may_leave:
            return leave_for(reverse("my-session", args=[session_id]))
        context = {
            "session": found,
            "together": [one for one in own.offer.sessions if one.pk != found.pk],
            "waits": own.state == EnrolmentState.WAITING,
        }
        return show(request, "my_session_leave.html", context, access=access, current="my-sessions")
    try:
        leave_oneself(ports, session=found, person=access.person)
    except InvalidInput as error:
        return session_page(request, access, found, error=error)
    add_toast(request, _("You have left the session."), found.title)
    return leave_for(reverse("my-sessions"))


@require_GET
def calendar(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Hand out the session as a file for calendars."""
    access = signed_in(request)
    found = seen_session(access.person, session_id)
    content = calendar_file(
        bootstrap.ports(), session=found, person=access.person, language=get_language() or ""
    )
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers["Content-Disposition"] = f'attachment; filename="session-{found.pk}.ics"'
    return answer
