"""Who may see and do what; every permission of the product is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import Audience, NotAllowed, NotFoundHere
from classbell.storage.models import Catalog, Person, Role, RoleAssignment
from classbell.storage.queries.organisations import lms_admins
from classbell.storage.scope import Scope


@dataclass(frozen=True, slots=True)
class Access:
    """What one person may touch.

    Attributes:
        person: whose access it is.
        scope: the catalogs they administer. An LMS admin administers none by default.
        roles: pairs of role and catalog id (None for roles in the whole organisation).
        courses: the courses that they administer without administering the catalog.
    """

    person: Person
    scope: Scope
    roles: frozenset[tuple[Role, UUID | None]]
    courses: frozenset[UUID] = frozenset()

    @property
    def is_lms_admin(self) -> bool:
        """Whether the person is an LMS admin of their organisation."""
        return (Role.LMS_ADMIN, None) in self.roles

    @property
    def is_admin(self) -> bool:
        """Whether the person administers anything: all catalogs, one of them, or a course."""
        return bool(self.roles)

    def is_catalog_admin(self, catalog_id: UUID) -> bool:
        """Whether the person administers this catalog."""
        return (Role.CATALOG_ADMIN, catalog_id) in self.roles

    def is_course_admin_in(self, catalog_id: UUID) -> bool:
        """Whether the person administers a course of this catalog."""
        return (Role.COURSE_ADMIN, catalog_id) in self.roles


def access_of(person: Person) -> Access:
    """Read the person's roles as they are now; ask again for every request."""
    held = RoleAssignment.objects.filter(person=person)
    rows = list(held.values_list("role", "catalog_id", "course_id"))
    roles = frozenset((Role(role), catalog_id) for role, catalog_id, _ in rows)
    administered = frozenset(
        catalog_id
        for role, catalog_id in roles
        if role == Role.CATALOG_ADMIN and catalog_id is not None
    )
    courses = frozenset(
        course_id
        for role, _, course_id in rows
        if role == Role.COURSE_ADMIN and course_id is not None
    )
    return Access(person, Scope(person.organisation_id, administered), roles, courses)


def require_catalog_admin(access: Access, slug: str) -> Catalog:
    """Return the catalog if the person administers it.

    Raises:
        NotFoundHere: there is no such catalog in the person's own organisation; catalogs of other
            organisations are not admitted to exist.
        NotAllowed: it is a catalog of their organisation, but they are not its admin.
    """
    catalog = catalog_here(access, slug)
    if not access.is_catalog_admin(catalog.id):
        raise role_needed(access, catalog)
    return catalog


def catalog_here(access: Access, slug: str) -> Catalog:
    """Return a catalog of the person's own organisation, whatever their roles.

    Raises:
        NotFoundHere: there is none of that name.
    """
    catalog = Scope(access.person.organisation_id).of(Catalog).filter(slug=slug).first()
    if catalog is None:
        raise NotFoundHere(
            f"There is no catalog «{slug}» in your organisation.",
            remedy="Check the address, or choose a catalog from the list.",
        )
    return catalog


def require_lms_admin(access: Access) -> Scope:
    """Return the scope of the whole organisation if the person is an LMS admin.

    Raises:
        NotAllowed: they are not.
    """
    if not access.is_lms_admin:
        raise NotAllowed(
            "This needs the role LMS admin.",
            meaning="Nothing was changed.",
            remedy=whom_to_ask(access.person.organisation_id),
        )
    return Scope(access.person.organisation_id)


def require_actor_administers(actor: Actor, catalog: Catalog) -> None:
    """Let an act on a catalog pass, or refuse it in the words of ``require_catalog_admin``.

    The operator and Classbell itself, who are nobody of the organisation, pass; an integration
    passes in its own catalogs.

    Raises:
        NotFoundHere: the person belongs to another organisation.
        NotAllowed: the person is no admin of this catalog, or the integration is not for it.
    """
    if actor.person is not None:
        require_catalog_admin(access_of(actor.person), catalog.slug)
    elif actor.catalog_ids is not None and catalog.id not in actor.catalog_ids:
        raise NotAllowed(f"{actor.name} may not act in this catalog.", meaning="Nothing was done.")


def own_catalogs(access: Access) -> QuerySet[Catalog]:
    """Return by title the catalogs in which the person has a role, however many there are."""
    everything = Scope(access.person.organisation_id).of(Catalog).order_by("title", "slug")
    return everything.filter(id__in={catalog_id for _, catalog_id in access.roles if catalog_id})


def whom_to_ask(organisation_id: UUID) -> str:
    """Return a sentence that names the people who can give roles in this organisation."""
    names = [person.name for person in lms_admins(organisation_id)[:3]]
    if not names:
        return "Ask whoever runs this installation of Classbell."
    return f"Ask an LMS admin of your organisation: {', '.join(names)}."


def role_needed(access: Access, catalog: Catalog) -> NotAllowed:
    """Return the refusal that says which role is missing and how to come by it."""
    remedy = whom_to_ask(catalog.organisation_id)
    if access.is_lms_admin:
        remedy = "You are an LMS admin: you can make yourself its catalog admin, on the record."
    return NotAllowed(
        f"This needs the role catalog admin of «{catalog.title}».",
        meaning="Your roles do not include it, and nothing was changed.",
        remedy=remedy,
        who=Audience.CATALOG_ADMIN,
    )
