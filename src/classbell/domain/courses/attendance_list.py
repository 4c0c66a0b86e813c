"""The attendance list of a session as a file for spreadsheet programs."""

from __future__ import annotations

import csv
import io

from classbell.domain.notifications.log_export import BYTE_ORDER_MARK, safe_cell
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_keeps_attendance
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession
from classbell.storage.queries.pages_learners import places

COLUMNS = ("name", "address", "attended (per cent)")


def export_attendance(ports: Ports, *, session: CourseSession, actor: Actor) -> str:
    """Return who has a place in a session and how much they attended; on the record.

    Args:
        ports: the outside world.
        session: which one.
        actor: who wants it.

    Returns:
        CSV with a byte order mark; an empty share says that nobody has marked it. What a
        spreadsheet program would run is made text.

    Raises:
        NotAllowed, NotFoundHere: the actor neither administers the course nor teaches the session.
    """
    require_actor_keeps_attendance(actor, session)
    rows = [
        (row.person.name, row.person.address, "" if row.attendance is None else str(row.attendance))
        for row in places(session)
    ]
    record(
        ports,
        actor=actor,
        catalog=session.course.catalog,
        action="session.attendance_exported",
        subject=f"session:{session.code}",
        after={"people": len(rows)},
    )
    written = io.StringIO()
    csv.writer(written).writerows([safe_cell(cell) for cell in row] for row in (COLUMNS, *rows))
    return BYTE_ORDER_MARK + written.getvalue()
