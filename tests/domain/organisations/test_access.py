"""Who may see and do what, asked by owner, colleague, stranger, LMS admin and learner."""

from __future__ import annotations

import pytest

from classbell.domain.organisations.access import (
    access_of,
    own_catalogs,
    require_actor_administers,
    require_catalog_admin,
    require_lms_admin,
)
from classbell.domain.organisations.audit import CLASSBELL, OPERATOR, Actor
from classbell.domain.organisations.people import grant_role
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotAllowed, NotFoundHere
from classbell.storage.models import AuditEntry, Catalog, Connection, Role
from classbell.storage.queries.audit import Sought, acts_in
from tests.domain.people import Cast, a_cast
from tests.support import fake_ports

pytestmark = pytest.mark.django_db


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


def test_the_owner_may_administer_the_catalog(cast: Cast) -> None:
    assert require_catalog_admin(access_of(cast.owner), "academy") == cast.catalog


def test_a_colleague_is_told_which_role_is_needed_and_whom_to_ask(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        require_catalog_admin(access_of(cast.colleague), "academy")

    assert "catalog admin of «Contoso Academy»" in refused.value.what
    assert cast.lms_admin.name in refused.value.remedy


def test_a_learner_is_told_the_same(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        require_catalog_admin(access_of(cast.learner), "academy")


def test_a_stranger_learns_no_more_than_of_a_catalog_that_never_was(cast: Cast) -> None:
    with pytest.raises(NotFoundHere) as of_another:
        require_catalog_admin(access_of(cast.stranger), "academy")
    with pytest.raises(NotFoundHere) as of_none:
        require_catalog_admin(access_of(cast.stranger), "atlantis")

    assert str(of_another.value).replace("academy", "atlantis") == str(of_none.value)


def test_an_lms_admin_is_no_catalog_admin_but_is_told_that_they_can_become_one(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="make yourself its catalog admin"):
        require_catalog_admin(access_of(cast.lms_admin), "academy")


def test_an_lms_admin_makes_themselves_catalog_admin_on_the_record(
    ports: Ports, cast: Cast
) -> None:
    grant_role(
        ports,
        cast.lms_admin,
        Role.CATALOG_ADMIN,
        catalog=cast.catalog,
        actor=Actor.of(cast.lms_admin),
    )

    assert require_catalog_admin(access_of(cast.lms_admin), "academy") == cast.catalog
    entry = AuditEntry.objects.get(action="role.granted", actor=cast.lms_admin)
    assert (entry.catalog, entry.before) == (cast.catalog, {})
    assert entry.after == {"role": "catalog_admin", "person": cast.lms_admin.name}


def test_the_lms_admin_of_another_organisation_is_a_stranger(ports: Ports, cast: Cast) -> None:
    with pytest.raises(NotFoundHere):
        grant_role(
            ports,
            cast.stranger,
            Role.CATALOG_ADMIN,
            catalog=cast.catalog,
            actor=Actor.of(cast.stranger),
        )
    with pytest.raises(NotFoundHere):
        grant_role(ports, cast.learner, Role.LMS_ADMIN, actor=Actor.of(cast.stranger))


def test_only_an_lms_admin_passes_as_one(cast: Cast) -> None:
    scope = require_lms_admin(access_of(cast.lms_admin))
    assert set(scope.of(Catalog)) == {cast.catalog, cast.other_catalog}
    for person in (cast.owner, cast.colleague, cast.learner):
        with pytest.raises(NotAllowed, match="LMS admin"):
            require_lms_admin(access_of(person))


def test_everybody_sees_their_own_list_of_catalogs(cast: Cast) -> None:
    assert list(own_catalogs(access_of(cast.owner))) == [cast.catalog]
    assert list(own_catalogs(access_of(cast.colleague))) == [cast.other_catalog]
    assert list(own_catalogs(access_of(cast.stranger))) == [cast.foreign_catalog]
    for person in (cast.lms_admin, cast.learner):
        assert not own_catalogs(access_of(person)).exists()


def test_the_scope_holds_exactly_the_administered_catalogs(cast: Cast) -> None:
    for catalog in (cast.catalog, cast.other_catalog, cast.foreign_catalog):
        Connection.objects.get_or_create(catalog=catalog)

    def seen(access_of_whom: Cast, name: str) -> list[str]:
        scope = access_of(getattr(access_of_whom, name)).scope
        return [row.catalog.slug for row in scope.of(Connection)]

    assert seen(cast, "owner") == ["academy"]
    assert seen(cast, "colleague") == ["sales"]
    assert seen(cast, "stranger") == ["fabrikam"]
    assert seen(cast, "lms_admin") == []
    assert seen(cast, "learner") == []


def test_operator_and_classbell_itself_need_no_role(cast: Cast) -> None:
    require_actor_administers(OPERATOR, cast.catalog)
    require_actor_administers(CLASSBELL, cast.catalog)
    with pytest.raises(NotAllowed):
        require_actor_administers(Actor.of(cast.colleague), cast.catalog)
    with pytest.raises(NotFoundHere):
        require_actor_administers(Actor.of(cast.stranger), cast.catalog)


def test_the_record_is_read_within_ones_own_scope(ports: Ports, cast: Cast) -> None:
    def subjects(name: str) -> set[str]:
        access = access_of(getattr(cast, name))
        return {entry.after["person"] for entry in acts_in(access.scope, Sought(groups=("role",)))}

    assert subjects("owner") == {cast.owner.name}
    assert subjects("colleague") == {cast.colleague.name}
    assert subjects("stranger") == {cast.stranger.name}
    whole = acts_in(require_lms_admin(access_of(cast.lms_admin)), Sought())
    assert {entry.organisation_id for entry in whole} == {cast.catalog.organisation_id}
