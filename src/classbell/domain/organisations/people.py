"""People of an organisation and their roles."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from classbell.domain.organisations.access import (
    access_of,
    require_catalog_admin,
    require_lms_admin,
)
from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.organisations.links import issue_link, link_person
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Catalog, Course, Organisation, Person, Role, RoleAssignment

__all__ = ["grant_role", "issue_link", "link_person", "revoke_role", "upsert_person"]


def upsert_person(
    ports: Ports,
    organisation: Organisation,
    *,
    address: str,
    name: str,
    object_id: UUID | None = None,
) -> Person:
    """Make sure that somebody is known, and return them.

    A person is found by object id first and by address second. Without object id they receive mail
    and invitations, and cannot sign in until linked. Somebody who has no object id yet may be
    given one here, because nobody without one holds a role.

    Args:
        ports: the outside world.
        organisation: whose person it is.
        address: e-mail address; case makes no difference. May be empty where ``object_id`` is
            given; the person gets no mail then.
        name: the name to show; an empty one keeps the known name.
        object_id: Microsoft's id of the person in the organisation's tenant.

    Raises:
        InvalidInput: the address is unusable, or it belongs to somebody with another object id.
    """
    address = checked_address(address) if address or object_id is None else ""
    with transaction.atomic():
        rows = Person.objects.select_for_update().filter(organisation=organisation)
        by_address = rows.filter(address_key=address_key(address)).first() if address else None
        by_object = rows.filter(object_id=object_id).first() if object_id else None
        person = by_object or by_address
        _refuse_two_people(by_object, by_address, object_id, address)
        if person is None:
            return Person.objects.create(
                organisation=organisation,
                object_id=object_id,
                name=name or address or str(object_id),
                address=address,
                address_key=address_key(address),
                created_at=ports.clock.now(),
            )
        person.object_id = person.object_id or object_id
        person.name = name or person.name
        if address:
            person.address, person.address_key = address, address_key(address)
        person.save(update_fields=["object_id", "name", "address", "address_key"])
        return person


def grant_role(
    ports: Ports,
    person: Person,
    role: Role,
    *,
    catalog: Catalog | None = None,
    course: Course | None = None,
    actor: Actor,
) -> RoleAssignment:
    """Give somebody a role; giving it twice changes nothing.

    LMS admins give every role, also to themselves; catalog admins give the roles catalog admin and
    course admin in their own catalog; the operator gives any.

    Args:
        ports: the outside world.
        person: who gets it; they must have a sign-in, because an address alone proves nobody.
        role: which.
        catalog: the catalog of a catalog role.
        course: the course of the role course admin.
        actor: who gives it.

    Raises:
        InvalidInput: the person has no sign-in, or the role needs a catalog or course and has none.
        NotAllowed, NotFoundHere: the actor may not give this role.
    """
    catalog = _catalog_of(role, catalog, course)
    _require_may_give(actor, person, catalog)
    if person.object_id is None:
        raise InvalidInput(
            f"{person.name} has no sign-in yet, so they cannot be given a role.",
            field="person",
            meaning="An address alone does not prove who somebody is.",
            remedy="Send them a sign-in link first.",
        )
    with transaction.atomic():
        assignment, created = RoleAssignment.objects.get_or_create(
            person=person,
            role=role,
            catalog=catalog,
            course=course,
            defaults={"granted_at": ports.clock.now()},
        )
        if created:
            _tell(ports, "role.granted", assignment, actor, before={}, after={"role": str(role)})
    return assignment


def revoke_role(
    ports: Ports, assignment: RoleAssignment, *, actor: Actor, even_last: bool = False
) -> None:
    """Take a role away.

    Args:
        ports: the outside world.
        assignment: which role of whom.
        actor: who takes it.
        even_last: whether a catalog may be left without an admin; its actor was warned. The
            operator, who gives roles from outside, needs no warning.

    Raises:
        InvalidInput: it is the organisation's last LMS admin, without whom nobody could give roles,
            or a catalog's last admin and nobody was warned.
        NotAllowed, NotFoundHere: the actor may not take this role.
    """
    role = Role(assignment.role)
    _require_may_give(actor, assignment.person, assignment.catalog)
    with transaction.atomic():
        _refuse_last(assignment, warned=even_last or actor.person is None)
        deleted, _ = RoleAssignment.objects.filter(pk=assignment.pk).delete()
        if deleted:
            _tell(ports, "role.revoked", assignment, actor, before={"role": str(role)}, after={})


def is_last(assignment: RoleAssignment) -> bool:
    """Tell whether nobody else has this role in the organisation, or in its catalog or course."""
    others = RoleAssignment.objects.filter(
        role=assignment.role,
        catalog=assignment.catalog,
        course=assignment.course,
        person__organisation_id=assignment.person.organisation_id,
    )
    return not others.exclude(pk=assignment.pk).exists()


def _refuse_last(assignment: RoleAssignment, *, warned: bool) -> None:
    """Refuse to take a role without which nobody could do what it is for."""
    # The organisation is locked, so that two admins cannot remove one another.
    Organisation.objects.select_for_update().get(pk=assignment.person.organisation_id)
    name = assignment.person.name
    if assignment.role == Role.LMS_ADMIN and is_last(assignment):
        raise InvalidInput(
            f"{name} is the only LMS admin of the organisation.",
            field="person",
            remedy="Give the role to somebody else first.",
        )
    if assignment.role == Role.CATALOG_ADMIN and not warned and is_last(assignment):
        catalog = assignment.catalog
        raise InvalidInput(
            f"{name} is the only catalog admin of «{catalog.title if catalog else ''}».",
            field="last",
            remedy="Give the role to somebody else first, or leave the catalog without an admin.",
        )


def _refuse_two_people(
    by_object: Person | None, by_address: Person | None, object_id: UUID | None, address: str
) -> None:
    """Refuse an address that is somebody else's."""
    taken = by_address is not None and (
        (by_object is not None and by_object.pk != by_address.pk)
        or (object_id is not None and by_address.object_id not in {None, object_id})
    )
    if taken:
        raise InvalidInput(
            f"The address {address} belongs to somebody with another object id.",
            field="object_id",
            meaning="Two people cannot share one address.",
            remedy="Correct the address or the object id.",
        )


def _catalog_of(role: Role, catalog: Catalog | None, course: Course | None) -> Catalog | None:
    """Return the catalog that a role belongs to, or refuse a role without its place."""
    if role == Role.LMS_ADMIN:
        return None
    if role == Role.COURSE_ADMIN and course is None:
        raise InvalidInput("The role course admin needs a course.", field="course")
    place = course.catalog if course is not None else catalog
    if place is None:
        raise InvalidInput("The role catalog admin needs a catalog.", field="catalog")
    return place


def _require_may_give(actor: Actor, person: Person, catalog: Catalog | None) -> None:
    """Let the act pass, or refuse it; nobody acts across organisations."""
    if catalog is not None and catalog.organisation_id != person.organisation_id:
        raise NotFoundHere(f"There is no catalog «{catalog.slug}» in the person's organisation.")
    if actor.person is None:
        return
    if actor.person.organisation_id != person.organisation_id:
        raise NotFoundHere("There is no such person in your organisation.")
    access = access_of(actor.person)
    if catalog is None or access.is_lms_admin:
        require_lms_admin(access)
    else:
        require_catalog_admin(access, catalog.slug)


def _tell(
    ports: Ports,
    action: str,
    assignment: RoleAssignment,
    actor: Actor,
    *,
    before: dict[str, str],
    after: dict[str, str],
) -> None:
    """Write audit row and event of a change of roles."""
    person, catalog = assignment.person, assignment.catalog
    course = {"course": assignment.course.title} if assignment.course else {}
    record(
        ports,
        actor=actor,
        organisation_id=person.organisation_id,
        catalog=catalog,
        action=action,
        subject=f"person:{person.id}",
        before=before,
        after=after | {"person": person.name} | course,
    )
    payload = {"person": str(person.id), "role": assignment.role}
    emit(
        ports,
        organisation_id=person.organisation_id,
        catalog=catalog,
        name=action,
        payload=payload,
    )
