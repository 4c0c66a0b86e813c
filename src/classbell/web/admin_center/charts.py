"""The charts of a catalog: messages by hour and day, recipients by hour, answers of rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_skeleton
from django.utils.translation import gettext as _

from classbell.ports.calendar import Answer
from classbell.storage.models import Catalog
from classbell.storage.queries.message_hours import HOUR, Counted, full_hour, hours_of
from classbell.storage.queries.rooms import room_answers
from classbell.storage.scope import Scope
from classbell.web.components import moments
from classbell.web.components.chart import Chart, Column, Series
from classbell.web.components.moments import Viewer

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
HOURS = 24
WEEKS_AHEAD = 8
NOTHING = (0, 0, 0, 0)


def messages_by_hour(catalog: Catalog, viewer: Viewer) -> Chart:
    """Return what became of the messages written in each of the last 24 hours."""
    running = full_hour(viewer.now)
    hours = [running - n * HOUR for n in reversed(range(HOURS))]
    rows = hours_of(catalog, since=hours[0], now=viewer.now)
    sums = _summed(rows, lambda row: row.hour)
    columns = [Column(moments.clock(viewer, hour), sums.get(hour, NOTHING)) for hour in hours]
    return _messages("messages-by-hour", _("Messages by hour"), _("Hour"), columns)


def messages_by_day(catalog: Catalog, viewer: Viewer, *, days: int) -> Chart:
    """Return what became of the messages written on each of the last days.

    Args:
        catalog: which.
        viewer: in whose zone a day begins.
        days: how many, today with them.
    """
    today = viewer.now.astimezone(viewer.zone).date()
    dates = [today - n * DAY for n in reversed(range(days))]
    begin = datetime(dates[0].year, dates[0].month, dates[0].day, tzinfo=viewer.zone)
    rows = hours_of(catalog, since=full_hour(begin.astimezone(viewer.now.tzinfo)), now=viewer.now)
    sums = _summed(rows, lambda row: row.hour.astimezone(viewer.zone).date())
    columns = [Column(_day(viewer, one), sums.get(one, NOTHING)) for one in dates]
    return _messages("messages-by-day", _("Messages by day"), _("Day"), columns)


def recipients_chart(hourly: Sequence[int], viewer: Viewer) -> Chart:
    """Return the recipients of a mailbox in each of the last 24 hours.

    Args:
        hourly: the latest hour first, as the budget counts them.
        viewer: who looks.
    """
    ends = [viewer.now - n * HOUR for n in reversed(range(len(hourly)))]
    columns = [
        Column(moments.clock(viewer, end), (value,))
        for end, value in zip(ends, reversed(hourly), strict=True)
    ]
    return Chart(
        "recipients-by-hour",
        _("Recipients of the account by hour"),
        _("Hour up to"),
        (Series("good", _("Recipients")),),
        tuple(columns),
    )


def room_answers_chart(scope: Scope, viewer: Viewer) -> Chart:
    """Return what rooms have answered to the sessions of the next weeks."""
    local = viewer.now.astimezone(viewer.zone)
    monday = local.date() - timedelta(days=local.weekday())
    begin = datetime(monday.year, monday.month, monday.day, tzinfo=viewer.zone)
    weeks = [begin + n * WEEK for n in range(WEEKS_AHEAD)]
    found = room_answers(scope, start=max(begin, local), end=begin + WEEKS_AHEAD * WEEK)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for starts_at, answer in found:
        week = (starts_at.astimezone(viewer.zone).date() - monday).days // WEEK.days
        sums[week][{Answer.ACCEPTED: 0, Answer.DECLINED: 2}.get(Answer(answer or "none"), 1)] += 1
    columns = [
        Column(_day(viewer, start.date()), tuple(sums[at])) for at, start in enumerate(weeks)
    ]
    series = (
        Series("good", _("Accepted")),
        Series("waiting", _("Not answered yet")),
        Series("bad", _("Declined")),
    )
    return Chart(
        "room-answers",
        _("Answers of rooms for the next 8 weeks"),
        _("Week from"),
        series,
        tuple(columns),
    )


def _messages(identity: str, title: str, unit: str, columns: list[Column]) -> Chart:
    series = (
        Series("good", _("Sent")),
        Series("waiting", _("Waiting")),
        Series("bad", _("Failed")),
        Series("quiet", _("Not sent")),
    )
    return Chart(identity, title, unit, series, tuple(columns))


def _summed(rows: Iterable[Counted], key: Callable[[Counted], date]) -> dict[date, tuple[int, ...]]:
    """Add up hours that share a key: a day, or a moment."""
    sums: dict[date, tuple[int, ...]] = {}
    for row in rows:
        figures = (row.sent, row.waiting, row.failed, row.not_sent)
        before = sums.get(key(row), NOTHING)
        sums[key(row)] = tuple(a + b for a, b in zip(before, figures, strict=True))
    return sums


def _day(viewer: Viewer, day: date) -> str:
    """Return a day without its year, in the order of the language, such as «Dec 3»."""
    return format_skeleton("MMMd", day, locale=viewer.locale)
