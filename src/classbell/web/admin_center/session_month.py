"""The sessions of one month, day by day, in the catalog's own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classbell import bootstrap
from classbell.domain.courses.times import FIRST_YEAR, LAST_YEAR
from classbell.domain.organisations.course_access import require_courses, scope_in
from classbell.storage.models import Course, CourseSession
from classbell.storage.queries import pages_sessions as queries
from classbell.web.access import signed_in
from classbell.web.pages import show

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Day:
    """One day that has sessions; ``noon`` is a moment in it, to write its name."""

    noon: datetime
    today: bool
    sessions: list[CourseSession]


@require_GET
def month(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the month that ``?month=2027-03`` names, or this one; ``?course=`` shows one course."""
    access = signed_in(request)
    catalog = require_courses(access, slug)
    scope, zone = scope_in(access, catalog), ZoneInfo(catalog.time_zone)
    today = bootstrap.ports().clock.now().astimezone(zone).date()
    first = _first_day(request.GET.get("month", ""), today)
    following = _following(first)
    course = request.GET.get("course", "")
    found = queries.sessions_between(
        scope, start=_midnight(first, zone), end=_midnight(following, zone), course=course
    )
    context = {
        "days": _days(list(found), zone, today),
        "first": datetime(first.year, first.month, 1, 12, tzinfo=zone),
        "before": _address(slug, first - timedelta(days=1), course),
        "after": _address(slug, following, course),
        "chosen": f"{first:%Y-%m}",
        "course": course,
        "courses": [
            ("", _("All courses")),
            *scope.of(Course).order_by("title").values_list("code", "title"),
        ],
    }
    return show(
        request, "session_month.html", context, access=access, catalog=catalog, current="sessions"
    )


def _first_day(text: str, today: date) -> date:
    """Return the first of the month that was asked for; of today's where none can be meant."""
    match = MONTH.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return today.replace(day=1)
    return date(int(match[1]), int(match[2]), 1)


def _following(first: date) -> date:
    """Return the first of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _address(slug: str, day: date, course: str) -> str:
    """Return where the month of a day is shown, with the filter that is chosen."""
    query = {"month": f"{day:%Y-%m}"} | ({"course": course} if course else {})
    return reverse("session-month", args=[slug], query=query)


def _days(sessions: list[CourseSession], zone: ZoneInfo, today: date) -> list[Day]:
    """Gather sessions under the day on which they start, in their order."""
    days: dict[date, list[CourseSession]] = {}
    for session in sessions:
        days.setdefault(session.starts_at.astimezone(zone).date(), []).append(session)
    return [
        Day(_midnight(day, zone) + timedelta(hours=12), day == today, found)
        for day, found in days.items()
    ]
