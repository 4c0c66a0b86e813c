"""Who attended a session, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from classbell.domain.courses.session_rows import lock_session
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_keeps_attendance
from classbell.domain.organisations.many_people import BATCH
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState

WHOLE = 100


def record_attendance(
    ports: Ports, *, session: CourseSession, attended: Mapping[UUID, int | None], actor: Actor
) -> int:
    """Write down how much of a session its learners attended.

    Args:
        ports: the outside world.
        session: which one.
        attended: per cent by person id; None takes back what was said. Others are left alone.
        actor: who says so.

    Returns:
        For how many learners something changed.

    Raises:
        InvalidInput: a share below 0 or above 100, or the session has not begun.
        NotAllowed, NotFoundHere: the actor neither administers the course nor teaches the
            session.
    """
    catalog = session.course.catalog
    require_actor_keeps_attendance(actor, session)
    _refuse_impossible(attended)
    with transaction.atomic():
        locked = lock_session(session.pk)
        if locked.starts_at > ports.clock.now():
            raise InvalidInput(
                f"«{locked.title}» has not begun.",
                meaning="Nobody can have attended it, and nothing was saved.",
            )
        # Picked out here: a statement could not name the 50,000 whom a program may.
        rows = Enrolment.objects.filter(session=locked, state=EnrolmentState.ENROLLED)
        changed = [
            row
            for row in rows
            if row.person_id in attended and row.attendance != attended[row.person_id]
        ]
        for share in {attended[row.person_id] for row in changed}:
            _write([row.pk for row in changed if attended[row.person_id] == share], share)
        if changed:
            record(
                ports,
                actor=actor,
                catalog=catalog,
                action="session.attendance_recorded",
                subject=f"session:{locked.code}",
                after={"people": len(changed)},
            )
    return len(changed)


def _write(enrolments: Sequence[UUID], share: int | None) -> None:
    """Give some enrolments one share: few statements, for most people attended the whole."""
    for begin in range(0, len(enrolments), BATCH):
        rows = Enrolment.objects.filter(pk__in=enrolments[begin : begin + BATCH])
        rows.update(attendance=share)


def _refuse_impossible(attended: Mapping[UUID, int | None]) -> None:
    """Refuse shares that nobody can have attended."""
    if any(share is not None and not 0 <= share <= WHOLE for share in attended.values()):
        raise InvalidInput(
            "Attendance is a share from 0 to 100 per cent.",
            field="attendance",
            meaning="Nothing was saved.",
        )
