"""Two organisations with a catalog each, for the showcase; safe to run again."""

from __future__ import annotations

from uuid import UUID

from classbell.cli.seed_roles import seed_roles
from classbell.cli.showcase import (
    CONTOSO,
    FABRIKAM,
    JONAS,
    LENA,
    MAI,
    OPERATOR,
    ROSA,
    ShowcasePerson,
)
from classbell.domain.catalogs.catalogs import create_catalog
from classbell.domain.connections.alert_routes import send_test_alert
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.organisations import add_organisation
from classbell.domain.organisations.people import grant_role, upsert_person
from classbell.ports.bundle import Ports
from classbell.storage.models import AlertRouteTest, Catalog, Organisation, Person, Role

SEEDER = Actor(person=None, name="Operator (showcase)", source="cli")


def seed(ports: Ports) -> None:
    """Make the showcase's organisations, people, roles and catalogs, where they are missing."""
    contoso = _organisation(ports, CONTOSO, "Contoso", LENA)
    academy = _catalog(ports, contoso, "Contoso Academy", "academy", "Europe/Copenhagen")
    sales = _catalog(ports, contoso, "Contoso Sales School", "sales", "Europe/Berlin")
    _catalog_admin(ports, contoso, MAI, academy)
    _catalog_admin(ports, contoso, JONAS, sales)
    seed_roles(ports, sales, SEEDER)
    fabrikam = _organisation(ports, FABRIKAM, "Fabrikam", ROSA)
    training = _catalog(ports, fabrikam, "Fabrikam Training", "fabrikam", "Europe/Rome")
    _catalog_admin(ports, fabrikam, ROSA, training)
    _prove_alerts(ports)


def _prove_alerts(ports: Ports) -> None:
    """Send the operator a test alert, so that the route for alerts is known to work."""
    if not AlertRouteTest.objects.exists():
        send_test_alert(ports, address=OPERATOR.address, actor=SEEDER)


def _organisation(ports: Ports, tenant_id: UUID, name: str, admin: ShowcasePerson) -> Organisation:
    found = Organisation.objects.filter(tenant_id=tenant_id).first()
    return found or add_organisation(
        ports,
        tenant_id=tenant_id,
        name=name,
        lms_admin_object_id=admin.object_id,
        lms_admin_name=admin.name,
        lms_admin_address=admin.address,
    )


def _catalog(
    ports: Ports, organisation: Organisation, title: str, slug: str, time_zone: str
) -> Catalog:
    found = Catalog.objects.filter(slug=slug).first()
    return found or create_catalog(
        ports,
        organisation=organisation,
        title=title,
        slug=slug,
        language="en",
        time_zone=time_zone,
        actor=SEEDER,
    )


def _catalog_admin(
    ports: Ports, organisation: Organisation, who: ShowcasePerson, catalog: Catalog
) -> Person:
    person = upsert_person(
        ports, organisation, address=who.address, name=who.name, object_id=who.object_id
    )
    grant_role(ports, person, Role.CATALOG_ADMIN, catalog=catalog, actor=SEEDER)
    return person
