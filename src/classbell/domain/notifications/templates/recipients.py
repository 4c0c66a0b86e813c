"""To whom a notification goes: those whom the event concerns, and whom the template adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from classbell.domain.notifications.templates.fields import (
    AS_ALWAYS,
    RecipientRole,
    Recipients,
    TemplateFields,
)
from classbell.ports.mail import Address
from classbell.storage.models import (
    Catalog,
    CourseSession,
    Person,
    Role,
    RoleAssignment,
    SessionInstructor,
)

Member = UUID | Address


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who receives a notification.

    Attributes:
        everybody: in the order of expansion, each once, copies last.
        copies: who gets it for information, and of whose mail; as ``Notification.copies`` keeps it.
    """

    everybody: tuple[Member, ...]
    copies: dict[str, Any]


def addressed(
    fields: TemplateFields,
    catalog: Catalog,
    concerned: Sequence[Member],
    context: Mapping[str, str],
) -> Addressed:
    """Return to whom a notification goes.

    Args:
        fields: the template's.
        catalog: whose notification it is; nobody outside its organisation is ever added.
        concerned: those whom the event concerns.
        context: what it is about; its session names instructors and course.
    """
    if fields.to is None and not fields.cc:
        return Addressed(tuple(concerned), {})
    to = AS_ALWAYS if fields.to is None else fields.to
    main = list(concerned) if RecipientRole.AUDIENCE in to.roles else []
    main += _named(to, catalog, context)
    known = set(main)
    copied = [one for one in dict.fromkeys(_named(fields.cc, catalog, context)) if one not in known]
    everybody = (*dict.fromkeys(main), *copied)
    return Addressed(everybody, _copies(copied, main) if copied and main else {})


def _named(recipients: Recipients, catalog: Catalog, context: Mapping[str, str]) -> list[UUID]:
    """Return the people of roles and those named, as far as they are of the organisation still."""
    found: list[UUID] = []
    for role in recipients.roles:
        found += _of_role(role, catalog, context)
    people = Person.objects.filter(
        pk__in=recipients.people, organisation_id=catalog.organisation_id
    )
    return [*found, *people.order_by("pk").values_list("pk", flat=True)]


def _of_role(role: RecipientRole, catalog: Catalog, context: Mapping[str, str]) -> list[UUID]:
    session = context.get("session")
    if role is RecipientRole.INSTRUCTORS:
        if session is None:
            return []
        rows = SessionInstructor.objects.filter(session=UUID(session)).order_by("pk")
        return list(rows.values_list("person_id", flat=True))
    assigned = RoleAssignment.objects.order_by("pk").values_list("person_id", flat=True)
    if role is RecipientRole.CATALOG_ADMINS:
        return list(assigned.filter(role=Role.CATALOG_ADMIN, catalog=catalog))
    if role is RecipientRole.LMS_ADMINS:
        organisation = catalog.organisation_id
        return list(assigned.filter(role=Role.LMS_ADMIN, person__organisation_id=organisation))
    if role is RecipientRole.COURSE_ADMINS and session:
        course = CourseSession.objects.filter(pk=UUID(session)).values("course_id")
        return list(assigned.filter(role=Role.COURSE_ADMIN, course_id__in=course))
    return []


def _copies(copied: Sequence[UUID], main: Sequence[Member]) -> dict[str, Any]:
    """Say who gets a copy, and of whose mail: by name where it is one person's."""
    only = main[0] if len(main) == 1 else None
    name = ""
    if isinstance(only, Address):
        name = only.name or only.address
    elif only is not None:
        person = Person.objects.filter(pk=only).first()
        name = (person.name or person.address) if person else ""
    return {"people": [one.hex for one in copied], "of": name, "count": len(main)}
