"""Courses of a catalog: creating and changing them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.request import request_entries
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, Course, CourseSession

TITLE_LENGTH = 200
CODE_LENGTH = 60
DESCRIPTION_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """What an admin states about a course; ``description`` is plain text."""

    title: str
    description: str = ""


def create_course(
    ports: Ports, *, catalog: Catalog, code: str, details: CourseDetails, actor: Actor
) -> Course:
    """Add a course to a catalog.

    Args:
        ports: the outside world.
        catalog: where it belongs.
        code: the platform's short name, unique in the catalog, at most 60 characters.
        details: title and description.
        actor: who adds it.

    Raises:
        InvalidInput: the code is taken, or code or title cannot be used.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    code = checked_code(code)
    title = checked_title(details.title)
    description = checked_description(details.description)
    with transaction.atomic():
        lock_catalog(catalog)
        if Course.objects.filter(catalog=catalog, code=code).exists():
            raise InvalidInput(
                f"There is a course «{code}» in this catalog already.",
                field="code",
                remedy="Choose another code, or change that course.",
            )
        course = add_course(ports, catalog, code, CourseDetails(title, description))
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="course.created",
            subject=f"course:{code}",
            after={"title": title},
        )
    return course


def update_course(ports: Ports, *, course: Course, details: CourseDetails, actor: Actor) -> bool:
    """Change title or description of a course, and with them its sessions' entries.

    Returns:
        Whether anything changed.

    Raises:
        InvalidInput: the title cannot be used.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, course)
    wanted = CourseDetails(checked_title(details.title), checked_description(details.description))
    before = {"title": course.title}
    with transaction.atomic():
        changed = change_course(ports, course, wanted)
        if changed:
            request_entries(ports, course.catalog, upcoming_sessions(ports, course))
            record(
                ports,
                actor=actor,
                catalog=course.catalog,
                action="course.changed",
                subject=f"course:{course.code}",
                before=before,
                after={"title": course.title},
            )
    return changed


def add_course(ports: Ports, catalog: Catalog, code: str, details: CourseDetails) -> Course:
    """Write a new course in the caller's transaction; everything was checked before."""
    course = Course.objects.create(
        catalog=catalog,
        code=code,
        title=details.title,
        description=details.description,
        created_at=ports.clock.now(),
    )
    _emit(ports, course, "course.created")
    return course


def change_course(ports: Ports, course: Course, details: CourseDetails) -> bool:
    """Write a change in the caller's transaction; return whether there was one.

    The caller asks for the entries of ``upcoming_sessions`` to follow: they name the course.
    """
    if (course.title, course.description) == (details.title, details.description):
        return False
    course.title = details.title
    course.description = details.description
    course.save(update_fields=["title", "description"])
    _emit(ports, course, "course.changed")
    return True


def upcoming_sessions(ports: Ports, course: Course) -> QuerySet[CourseSession]:
    """Return the sessions of a course that are not over, with course and catalog."""
    rows = CourseSession.objects.filter(course=course, ends_at__gt=ports.clock.now())
    return rows.select_related("course__catalog")


def lock_catalog(catalog: Catalog) -> None:
    """Let one writer at a time choose codes in a catalog, until the transaction ends."""
    Catalog.objects.select_for_update().get(pk=catalog.pk)


def checked_code(code: str) -> str:
    """Return the code without surrounding blanks.

    Raises:
        InvalidInput: it is empty or too long.
    """
    return _checked(code, "code", CODE_LENGTH)


def checked_title(title: str) -> str:
    """Return the title without surrounding blanks.

    Raises:
        InvalidInput: it is empty or too long.
    """
    return _checked(title, "title", TITLE_LENGTH)


def checked_description(text: str) -> str:
    """Return a description as it is: it goes into every entry and every mail of its sessions.

    Raises:
        InvalidInput: it is too long.
    """
    length, longest = len(text), DESCRIPTION_LENGTH
    if length > longest:
        raise InvalidInput(
            f"The description has {length} characters.",
            field="description",
            remedy=f"Shorten it to {longest} characters or fewer.",
        )
    return text


def _checked(text: str, field: str, longest: int) -> str:
    """Return a needed text without surrounding blanks, or refuse it."""
    text = text.strip()
    is_title = field == "title"
    if not text:
        raise InvalidInput(
            "The title is empty." if is_title else "The code is empty.",
            field=field,
            remedy="Give a title." if is_title else "Give a code.",
        )
    if len(text) > longest:
        length = len(text)
        raise InvalidInput(
            f"The title has {length} characters."
            if is_title
            else f"The code has {length} characters.",
            field=field,
            remedy=f"Shorten it to {longest} characters or fewer.",
        )
    return text


def _emit(ports: Ports, course: Course, name: str) -> None:
    """Tell integrators about the course."""
    emit(
        ports,
        catalog=course.catalog,
        name=name,
        payload={"course": str(course.id), "code": course.code, "title": course.title},
    )
