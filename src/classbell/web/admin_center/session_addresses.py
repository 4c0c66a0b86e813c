"""What can be done about a session, as addresses, and what its publishing would set in motion."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classbell import bootstrap
from classbell.domain.courses.before_publishing import Forecast, forecast_publishing
from classbell.storage.models import CourseSession
from classbell.web.admin_center.session_words import Line


@dataclass(frozen=True, slots=True)
class Acts:
    """Addresses of acts; empty where an act is not possible now.

    Attributes:
        publish_lines: what happens on publishing; empty for what is published.
    """

    learners: str
    edit: str = ""
    copy: str = ""
    cancel: str = ""
    publish: str = ""
    retry: str = ""
    message: str = ""
    publish_lines: tuple[Line, ...] = ()


def acts_of(session: CourseSession, slug: str) -> Acts:
    """Return what can be done about a session now."""
    at = {
        name: reverse(f"session-{name}", args=[slug, session.pk])
        for name in ("learners", "edit", "copy", "cancel", "publish", "retry", "message")
    }
    if session.cancelled_at is not None:
        return Acts(at["learners"], copy=at["copy"])
    if session.ends_at <= bootstrap.ports().clock.now():
        return Acts(at["learners"], edit=at["edit"], copy=at["copy"])
    if session.published:
        return Acts(
            at["learners"],
            edit=at["edit"],
            copy=at["copy"],
            cancel=at["cancel"],
            retry=at["retry"],
            message=at["message"],
        )
    return Acts(
        at["learners"],
        edit=at["edit"],
        copy=at["copy"],
        cancel=at["cancel"],
        publish=at["publish"],
        publish_lines=tuple(_lines(session, forecast_publishing(bootstrap.ports(), session))),
    )


def _lines(session: CourseSession, forecast: Forecast) -> list[Line]:
    """Put the forecast into words."""
    if not forecast.account:
        note = _("No account is connected. Connecting one requests everything that is to come.")
        return [("warning", _("Nothing is booked and nobody is invited"), note, "", "")]
    as_whom = _("As %(address)s.") % {"address": forecast.account}
    lines: list[Line] = []
    if not forecast.by_calendar:
        note = _("The account may not write its calendar: people are invited by email only.")
        lines.append(("warning", _("No calendar entry, room or Teams meeting"), note, "", ""))
    else:
        lines.append(("calendar", _("A calendar entry is made"), as_whom, "", ""))
    if forecast.room:
        lines.append(("door", _("The room is requested"), forecast.room, "", ""))
    if forecast.teams:
        lines.append(("video", _("A Teams meeting is made"), as_whom, "", ""))
    if session.meeting_url:
        lines.append(("video", _("The pasted link is given"), session.meeting_url, "", ""))
    return [*lines, *_invited(forecast), *_beside(forecast)]


def _beside(forecast: Forecast) -> list[Line]:
    """Say who is enrolled and told by it, and where it is shown."""
    lines: list[Line] = []
    if forecast.taken_along:
        text = ngettext(
            "%(num)s of them is enrolled by it",
            "%(num)s of them are enrolled by it",
            forecast.taken_along,
        )
        note = _("They take the other sessions that this one is taken with.")
        lines.append(("people", text % {"num": forecast.taken_along}, note, "", ""))
    if forecast.confirmed:
        text = ngettext(
            "%(num)s person gets a confirmation by email",
            "%(num)s people get a confirmation by email",
            forecast.confirmed,
        )
        lines.append(("mail", text % {"num": forecast.confirmed}, "", "", ""))
    if forecast.shared_to:
        way = (
            _("It is written there.")
            if forecast.shared_by_writing
            else _("That address alone is invited by an entry of its own.")
        )
        lines.append(
            ("calendar", _("The organization's calendar shows it"), forecast.shared_to, way, "")
        )
    return lines


def _invited(forecast: Forecast) -> list[Line]:
    """Say how many people are invited, and how."""
    lines: list[Line] = []
    for count, note in (
        (forecast.by_entry, _("By the calendar entry.")),
        (forecast.by_mail, _("By email.")),
    ):
        if count:
            text = ngettext("%(num)s person is invited", "%(num)s people are invited", count)
            lines.append(("people", text % {"num": count}, note, "", ""))
    if not forecast.by_entry and not forecast.by_mail:
        lines.append(("people", _("Nobody is invited yet"), _("No one is enrolled."), "", ""))
    return lines
