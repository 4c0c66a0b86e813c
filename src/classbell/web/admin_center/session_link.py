"""What an admin may do to what Microsoft 365 holds for a session."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classbell import bootstrap
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.domain.scheduling.recreate import recreate_entry
from classbell.ports.errors import NotFoundHere
from classbell.storage.queries.pages_sessions import session_in
from classbell.web.access import actor_of, signed_in
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast


@require_POST
def recreate_link(request: HttpRequest, slug: str, session_id: UUID) -> HttpResponse:
    """Make the session's Teams link anew; the form said what that means."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    found = session_in(scope_in(access, catalog), session_id)
    if found is None:
        raise NotFoundHere(
            _("There is no such session in this catalog."),
            remedy=_("Choose one from the list of sessions."),
        )
    recreate_entry(bootstrap.ports(), session=found, actor=actor_of(access))
    add_toast(request, _("A new link is being made."), _("Everybody gets a new invitation."))
    return leave_for(reverse("session", args=[slug, session_id]))
