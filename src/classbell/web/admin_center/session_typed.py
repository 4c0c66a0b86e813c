"""What was typed into the form of a session, and what is stored of it, as texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from classbell.domain.courses.session_details import SessionDetails, details_of
from classbell.domain.courses.times import WRITTEN, moment_of
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession
from classbell.web.admin_center.typed import seats_typed, wall_typed

TEXTS = (
    "course",
    "code",
    "title",
    "description",
    "starts",
    "ends",
    "time_zone",
    "seats",
    "enrolment_deadline",
    "room_address",
    "place",
    "meeting_url",
    "lobby",
    "group",
    "instructors",
    "starts_which",
    "ends_which",
)
SWITCHES = ("teams_meeting", "co_organisers")
WHICH = ("first", "second")


@dataclass
class Typed:
    """What stands in the form, and what is wrong with it.

    Attributes:
        texts: by name of the field.
        switches: names of those that are on.
        errors: what to do about a field, by its name; under the empty name, about the whole.
        twice: times that happen twice on that day, of which one has to be chosen.
    """

    texts: dict[str, str]
    switches: set[str]
    errors: dict[str, str] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)

    def details(self, *, published: bool) -> SessionDetails:
        """Return what was typed as the domain wants it.

        Raises:
            InvalidInput: something is no time or no number.
        """
        deadline = self.texts["enrolment_deadline"]
        return SessionDetails(
            title=self.texts["title"],
            starts=self._chosen("starts"),
            ends=self._chosen("ends"),
            time_zone=self.texts["time_zone"],
            description=self.texts["description"],
            seats=seats_typed(self.texts),
            enrolment_deadline=wall_typed(self.texts, "enrolment_deadline") if deadline else None,
            room_address=self.texts["room_address"],
            place=self.texts["place"],
            teams_meeting="teams_meeting" in self.switches,
            published=published,
            meeting_url=self.texts["meeting_url"],
            co_organisers="co_organisers" in self.switches,
            lobby=self.texts["lobby"],
        )

    def _chosen(self, name: str) -> datetime:
        """Read a wall time, and which one is meant where it happens twice."""
        wall = wall_typed(self.texts, name)
        try:
            understood = moment_of(wall, self.texts["time_zone"])
        except InvalidInput as error:
            error.field = error.field or name
            raise
        if not understood.note:
            return wall
        self.twice.add(name)
        which = self.texts[f"{name}_which"]
        if which not in WHICH:
            raise InvalidInput(
                _("This time happens twice, because clocks are put back that day."),
                field=name,
                remedy=_("Choose below which of the two is meant."),
            )
        return wall.replace(fold=WHICH.index(which))


def read_form(request: HttpRequest) -> Typed:
    """Take what was typed."""
    return Typed(
        {name: request.POST.get(name, "").strip() for name in TEXTS},
        {name for name in SWITCHES if request.POST.get(name) == "on"},
    )


def stored_form(session: CourseSession) -> Typed:
    """Fill the form with a stored session."""
    details = details_of(session)
    deadline = details.enrolment_deadline
    twice = {
        name: WHICH[wall.fold]
        for name, wall in (("starts", details.starts), ("ends", details.ends))
        if moment_of(wall, details.time_zone).note
    }
    return Typed(
        {
            "course": session.course.code,
            "code": session.code,
            "title": details.title,
            "description": details.description,
            "starts": f"{details.starts:{WRITTEN}}",
            "ends": f"{details.ends:{WRITTEN}}",
            "time_zone": details.time_zone,
            "seats": str(details.seats or ""),
            "enrolment_deadline": f"{deadline:{WRITTEN}}" if deadline else "",
            "room_address": details.room_address,
            "place": details.place,
            "meeting_url": session.meeting_url,
            "lobby": session.lobby,
            "group": str(session.group_id or ""),
            "instructors": "\n".join(one.address for one in session.instructors.all()),
            "starts_which": twice.get("starts", ""),
            "ends_which": twice.get("ends", ""),
        },
        {name for name in SWITCHES if getattr(session, name)},
        twice=set(twice),
    )
