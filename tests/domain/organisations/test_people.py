"""People and their roles."""

from __future__ import annotations

from uuid import uuid5

import pytest

from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.organisations.organisations import add_organisation
from classbell.domain.organisations.people import (
    grant_role,
    revoke_role,
    upsert_person,
)
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
)
from classbell.storage.models import (
    AuditEntry,
    Course,
    DomainEvent,
    Organisation,
    Person,
    Role,
    RoleAssignment,
)
from tests.domain.people import Cast
from tests.support import CONTOSO, FABRIKAM, a_session, an_organisation

pytestmark = pytest.mark.django_db
BROWSER = "browser-of-zoe"


def test_a_new_organisation_has_its_first_lms_admin_on_the_record(ports: Ports) -> None:
    organisation = add_organisation(
        ports,
        tenant_id=CONTOSO,
        name="Contoso",
        lms_admin_object_id=uuid5(CONTOSO, "lena"),
        lms_admin_name="Lena Albrecht",
        lms_admin_address="lena.albrecht@contoso.example",
    )

    admin = RoleAssignment.objects.get(role=Role.LMS_ADMIN).person
    assert (admin.organisation, admin.name) == (organisation, "Lena Albrecht")
    assert set(AuditEntry.objects.values_list("action", "actor_name")) == {
        ("organisation.added", "Operator"),
        ("role.granted", "Operator"),
    }
    assert DomainEvent.objects.filter(name="organisation.added").count() == 1


def test_the_first_lms_admin_may_be_known_by_object_id_alone(ports: Ports) -> None:
    for tenant in (CONTOSO, FABRIKAM):
        add_organisation(
            ports,
            tenant_id=tenant,
            name=str(tenant),
            lms_admin_object_id=uuid5(tenant, "admin"),
            lms_admin_name="LMS admin",
            lms_admin_address="",
        )
    contoso = Organisation.objects.get(tenant_id=CONTOSO)
    upsert_person(ports, contoso, address="", name="", object_id=uuid5(CONTOSO, "second"))

    assert contoso.people.filter(address="").count() == 2


def test_a_tenant_is_served_once(ports: Ports) -> None:
    an_organisation()
    with pytest.raises(InvalidInput, match="served already, as Contoso"):
        add_organisation(
            ports,
            tenant_id=CONTOSO,
            name="Contoso again",
            lms_admin_object_id=uuid5(CONTOSO, "lena"),
            lms_admin_name="Lena",
            lms_admin_address="lena@contoso.example",
        )
    assert Organisation.objects.count() == 1


def test_one_address_in_two_spellings_is_one_person(ports: Ports) -> None:
    home = an_organisation()
    first = upsert_person(ports, home, address="Zoe.Dubois@Contoso.example", name="Zoe")
    second = upsert_person(ports, home, address=" zoe.dubois@contoso.example ", name="Zoé Dubois")

    assert first.pk == second.pk
    assert Person.objects.get().name == "Zoé Dubois"


def test_the_same_address_in_two_organisations_is_two_people(ports: Ports) -> None:
    here = upsert_person(ports, an_organisation(), address="guest@example.org", name="Guest")
    there = upsert_person(
        ports, an_organisation("Fabrikam", FABRIKAM), address="guest@example.org", name="Guest"
    )
    assert here.pk != there.pk


def test_a_person_is_found_by_object_id_after_their_address_changed(ports: Ports) -> None:
    home, object_id = an_organisation(), uuid5(CONTOSO, "ana")
    first = upsert_person(ports, home, address="ana@old.example", name="Ana", object_id=object_id)
    second = upsert_person(ports, home, address="ana@new.example", name="Ana", object_id=object_id)

    assert first.pk == second.pk
    assert second.address == "ana@new.example"


def test_an_address_cannot_be_taken_over_with_another_object_id(ports: Ports) -> None:
    home = an_organisation()
    ana = upsert_person(
        ports, home, address="ana@contoso.example", name="Ana", object_id=uuid5(CONTOSO, "ana")
    )
    with pytest.raises(InvalidInput, match="another object id"):
        upsert_person(
            ports, home, address="ana@contoso.example", name="Eve", object_id=uuid5(CONTOSO, "eve")
        )
    upsert_person(
        ports, home, address="eve@contoso.example", name="Eve", object_id=uuid5(CONTOSO, "eve")
    )
    with pytest.raises(InvalidInput, match="another object id"):
        upsert_person(
            ports, home, address="ana@contoso.example", name="Eve", object_id=uuid5(CONTOSO, "eve")
        )
    ana.refresh_from_db()
    assert (ana.name, ana.object_id) == ("Ana", uuid5(CONTOSO, "ana"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@contoso.example",
        "ana@contoso",
        "a b@c.d",
        "a@b.c,d@e.f",
        "a@b.c\n",
        "<a@b.c>",
    ],
)
def test_what_is_no_address_is_refused(ports: Ports, address: str) -> None:
    if address.endswith("\n"):
        address += "Bcc: everybody@example.org"
    with pytest.raises(InvalidInput):
        upsert_person(ports, an_organisation(), address=address, name="Ana")


def test_an_address_alone_is_given_no_role(ports: Ports, zoe: Person, cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="no sign-in yet"):
        grant_role(ports, zoe, Role.CATALOG_ADMIN, catalog=cast.catalog, actor=OPERATOR)


def test_a_role_given_twice_is_one_role_and_one_record(ports: Ports, cast: Cast) -> None:
    before = AuditEntry.objects.count()
    grant_role(ports, cast.learner, Role.LMS_ADMIN, actor=OPERATOR)
    grant_role(ports, cast.learner, Role.LMS_ADMIN, actor=OPERATOR)

    assert cast.learner.roles.count() == 1
    assert AuditEntry.objects.count() == before + 1


def test_a_catalog_admin_gives_the_roles_of_their_own_catalog_and_no_others(
    ports: Ports, cast: Cast
) -> None:
    course = a_session(cast.catalog).course
    for role, place in ((Role.CATALOG_ADMIN, None), (Role.COURSE_ADMIN, course)):
        for actor, refused in (
            (cast.colleague, NotAllowed),
            (cast.learner, NotAllowed),
            (cast.stranger, NotFoundHere),
        ):
            with pytest.raises(refused):
                give(ports, cast, role, place, actor)
        given = give(ports, cast, role, place, cast.owner)
        with pytest.raises(NotAllowed):
            revoke_role(ports, given, actor=Actor.of(cast.colleague))
        revoke_role(ports, given, actor=Actor.of(cast.owner))
    with pytest.raises(NotAllowed, match="LMS admin"):
        grant_role(ports, cast.learner, Role.LMS_ADMIN, actor=Actor.of(cast.owner))


def test_a_course_admin_gives_no_role(ports: Ports, cast: Cast) -> None:
    course = a_session(cast.catalog).course
    grant_role(ports, cast.colleague, Role.COURSE_ADMIN, course=course, actor=OPERATOR)
    for role, place in ((Role.CATALOG_ADMIN, None), (Role.COURSE_ADMIN, course)):
        with pytest.raises(NotAllowed):
            give(ports, cast, role, place, cast.colleague)


def give(
    ports: Ports, cast: Cast, role: Role, course: Course | None, actor: Person
) -> RoleAssignment:
    return grant_role(
        ports, cast.learner, role, catalog=cast.catalog, course=course, actor=Actor.of(actor)
    )


def test_the_last_catalog_admin_goes_only_after_a_warning(ports: Ports, cast: Cast) -> None:
    only = RoleAssignment.objects.get(person=cast.owner)
    with pytest.raises(InvalidInput, match="only catalog admin of «Contoso Academy»"):
        revoke_role(ports, only, actor=Actor.of(cast.owner))
    assert cast.owner.roles.exists()
    revoke_role(ports, only, actor=Actor.of(cast.owner), even_last=True)
    entry = AuditEntry.objects.get(action="role.revoked")
    assert (entry.catalog, entry.before) == (cast.catalog, {"role": "catalog_admin"})


def test_the_last_lms_admin_stays(ports: Ports, cast: Cast) -> None:
    only = RoleAssignment.objects.get(person=cast.lms_admin)
    with pytest.raises(InvalidInput, match="only LMS admin"):
        revoke_role(ports, only, actor=Actor.of(cast.lms_admin))

    second = grant_role(ports, cast.learner, Role.LMS_ADMIN, actor=Actor.of(cast.lms_admin))
    revoke_role(ports, second, actor=Actor.of(cast.lms_admin))
    assert AuditEntry.objects.filter(action="role.revoked").count() == 1
