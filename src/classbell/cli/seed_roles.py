"""A course of the showcase with somebody in each role: course admin, instructor, learner."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from classbell.cli.showcase import BJOERN, KIRSTINE, ZOE, ShowcasePerson
from classbell.domain.courses.courses import CourseDetails, create_course
from classbell.domain.courses.enrol import enrol
from classbell.domain.courses.session_details import SessionDetails
from classbell.domain.courses.sessions import create_session
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.people import grant_role, upsert_person
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, Course, CourseSession, Person, Role

CODE = "PITCH"
LENGTH = timedelta(hours=8)
MEETING = "https://meet.contoso.example/selling"
"""A link of another provider: the catalog is not connected, so no Teams meeting is made."""


def seed_roles(ports: Ports, catalog: Catalog, actor: Actor) -> None:
    """Make a course with its people in a catalog of the showcase, where it is missing.

    One session is under way, so that attendance can be marked; one is taken by the learner; and
    one is open to everybody.

    Args:
        ports: the outside world.
        catalog: where.
        actor: who does it.
    """
    if Course.objects.filter(catalog=catalog, code=CODE).exists():
        return
    course = create_course(
        ports,
        catalog=catalog,
        code=CODE,
        details=CourseDetails("Selling by listening", "A day of practice with real calls."),
        actor=actor,
    )
    carer, zoe, learner = (_person(ports, catalog, who) for who in (BJOERN, ZOE, KIRSTINE))
    grant_role(ports, carer, Role.COURSE_ADMIN, course=course, actor=actor)
    hour = _hour(ports, catalog)
    under_way, coming, _open = (
        _session(ports, course, (f"{CODE}-{number}", title), starts, instructor=zoe, actor=actor)
        for number, (title, starts) in enumerate(
            (
                ("Today", hour - timedelta(hours=1)),
                ("In two weeks", hour + timedelta(days=14)),
                ("In three weeks", hour + timedelta(days=21)),
            ),
            1,
        )
    )
    for session in (under_way, coming):
        enrol(ports, session=session, people=[learner], actor=actor)


def _person(ports: Ports, catalog: Catalog, who: ShowcasePerson) -> Person:
    """Return somebody of the sandbox as somebody of the catalog's organisation."""
    return upsert_person(
        ports, catalog.organisation, address=who.address, name=who.name, object_id=who.object_id
    )


def _hour(ports: Ports, catalog: Catalog) -> datetime:
    """Return the hour that it is in the catalog's zone, as a wall time."""
    now = ports.clock.now().astimezone(ZoneInfo(catalog.time_zone))
    return now.replace(minute=0, second=0, microsecond=0, tzinfo=None)


def _session(
    ports: Ports,
    course: Course,
    names: tuple[str, str],
    starts: datetime,
    *,
    instructor: Person,
    actor: Actor,
) -> CourseSession:
    """Make a published session without a room.

    Args:
        ports: the outside world.
        course: of which course.
        names: short name and title.
        starts: wall time in the catalog's zone.
        instructor: who teaches it.
        actor: who does it.
    """
    code, title = names
    details = SessionDetails(
        title=title,
        starts=starts,
        ends=starts + LENGTH,
        time_zone=course.catalog.time_zone,
        seats=12,
        place="Showroom, ground floor",
        meeting_url=MEETING,
    )
    saved = create_session(
        ports, course=course, code=code, details=details, actor=actor, instructors=[instructor]
    )
    return saved.session
