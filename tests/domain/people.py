"""The three people of every permission test, owner, colleague and stranger, and the LMS admin."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.organisations.people import grant_role
from classbell.ports.bundle import Ports
from classbell.ports.identity import SignedInPerson
from classbell.storage.models import Catalog, Person, Role
from tests.support import FABRIKAM, a_catalog, a_person, an_organisation

LENA = "Lena Albrecht"


@dataclass(frozen=True)
class Cast:
    """Who is on stage.

    Attributes:
        owner: admin of ``catalog``.
        colleague: admin of ``other_catalog`` in the same organisation.
        stranger: LMS admin and catalog admin in another organisation.
        lms_admin: LMS admin of the owner's organisation, admin of no catalog.
        learner: somebody of the organisation without any role.
    """

    catalog: Catalog
    other_catalog: Catalog
    foreign_catalog: Catalog
    owner: Person
    colleague: Person
    stranger: Person
    lms_admin: Person
    learner: Person


def a_cast(ports: Ports) -> Cast:
    """Put everybody on stage, with their roles."""
    fabrikam = an_organisation("Fabrikam", FABRIKAM)
    cast = Cast(
        catalog=a_catalog(),
        other_catalog=a_catalog("sales", "Contoso Sales School"),
        foreign_catalog=a_catalog("fabrikam", "Fabrikam Training", fabrikam),
        owner=a_person("Mai Nielsen"),
        colleague=a_person("Jonas Weber"),
        stranger=a_person("Rosa Fabri", fabrikam),
        lms_admin=a_person(LENA),
        learner=a_person("Ana Learner"),
    )
    for person, role, catalog in (
        (cast.owner, Role.CATALOG_ADMIN, cast.catalog),
        (cast.colleague, Role.CATALOG_ADMIN, cast.other_catalog),
        (cast.stranger, Role.CATALOG_ADMIN, cast.foreign_catalog),
        (cast.stranger, Role.LMS_ADMIN, None),
        (cast.lms_admin, Role.LMS_ADMIN, None),
    ):
        grant_role(ports, person, role, catalog=catalog, actor=OPERATOR)
    return cast


def signed_in_as(person: Person) -> SignedInPerson:
    """Return what Microsoft says when this person signs in."""
    assert person.object_id is not None
    return SignedInPerson(
        person.organisation.tenant_id, person.object_id, person.name, person.address
    )
