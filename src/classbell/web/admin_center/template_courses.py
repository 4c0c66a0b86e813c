"""A notification's switch in each course of a catalog."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classbell import bootstrap
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.edit import switch_for_course
from classbell.domain.notifications.templates.effective import (
    Source,
    switch_of,
    switches_of,
    template_of,
)
from classbell.domain.organisations.access import Access
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Course
from classbell.storage.queries import pages_templates as queries
from classbell.storage.queries.pages_courses import course_in
from classbell.web.access import actor_of
from classbell.web.admin_center.notification_words import source_name
from classbell.web.admin_center.template_acts import notification_of
from classbell.web.pages import show
from classbell.web.signin import leave_for
from classbell.web.toasts import add_toast

ROWS = 50
LONGEST_TEXT = 200
STATES = {"on": True, "off": False, "catalog": None}
"""What a course does: its own, or as the catalog."""


@require_http_methods(["GET", "POST"])
def notification_courses(request: HttpRequest, slug: str, kind_name: str) -> HttpResponse:
    """List the courses with what each does, or switch one of them."""
    access, catalog, kind = notification_of(request, slug, kind_name)
    sent = request.POST if request.method == "POST" else request.GET
    text, page = sent.get("q", "").strip()[:LONGEST_TEXT], sent.get("page", "")
    here = f"{reverse('notification-courses', args=[slug, kind_name])}?{urlencode({'q': text})}"
    if request.method == "GET":
        return _page(request, access, catalog, kind, text=text, here=here)
    course = _course(access, catalog, request.POST.get("course", ""))
    wanted = request.POST.get("on", "")
    if wanted not in STATES:
        raise InvalidInput(_("Choose on, off, or as the catalog."))
    switch_for_course(
        bootstrap.ports(),
        course=course,
        kind_name=kind.name,
        on=STATES[wanted],
        actor=actor_of(access),
    )
    add_toast(request, _("Saved."), course.title)
    return leave_for(f"{here}&{urlencode({'page': page})}")


def _course(access: Access, catalog: Catalog, chosen: str) -> Course:
    """Return a course of the catalog."""
    try:
        found = course_in(access.scope.narrowed_to(catalog.id), UUID(chosen))
    except ValueError:
        found = None
    if found is None:
        raise NotFoundHere(_("There is no such course in this catalog."))
    return found


def _page(
    request: HttpRequest, access: Access, catalog: Catalog, kind: Kind, *, text: str, here: str
) -> HttpResponse:
    """Show the list."""
    scope = access.scope.narrowed_to(catalog.id)
    found = queries.courses_matching(scope, text)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    template, shown = template_of(catalog.pk, kind), list(page.object_list)
    switches = switches_of(kind, template, [course.pk for course in shown])
    whole = switch_of(kind, template)
    context = {
        "kind": kind,
        "title": _(kind.title),
        "rows": [
            (
                course,
                switches[course.pk].on,
                source_name(switches[course.pk].source),
                switches[course.pk].source is Source.COURSE,
            )
            for course in shown
        ],
        "catalog_on": whole.on,
        "page": page,
        "text": text,
        "here": here,
    }
    return show(
        request,
        "notification_courses.html",
        context,
        access=access,
        catalog=catalog,
        current="notifications",
    )
