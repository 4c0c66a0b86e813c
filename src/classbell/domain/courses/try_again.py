"""Asking anew for what Microsoft 365 did not do for a session."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.scheduling.request import request_entry
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession


def try_again(ports: Ports, *, session: CourseSession, actor: Actor) -> None:
    """Ask for the session's entry to be made what it should be; what stands already is left.

    Raises:
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    catalog = session.course.catalog
    require_actor_administers_course(actor, session.course)
    with transaction.atomic():
        request_entry(ports, session)
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="session.tried_again",
            subject=f"session:{session.code}",
        )
