"""Creating catalogs."""

from __future__ import annotations

import pytest

from classbell.domain.catalogs.catalogs import change_catalog, create_catalog
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import AuditEntry, Catalog
from tests.domain.people import Cast, a_cast
from tests.support import an_organisation, fake_ports

pytestmark = pytest.mark.django_db


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


def make(ports: Ports, actor: Actor = OPERATOR, **changed: str) -> Catalog:
    values = {
        "title": "Safety",
        "slug": "safety",
        "language": "de-AT",
        "time_zone": "Europe/Vienna",
    } | changed
    return create_catalog(ports, organisation=an_organisation(), actor=actor, **values)


def test_a_new_catalog_is_switched_off_and_on_the_record(ports: Ports) -> None:
    catalog = make(ports)

    assert catalog.connection.enabled is False
    assert catalog.connection.account is None
    entry = AuditEntry.objects.get(action="catalog.created")
    assert (entry.catalog, entry.after["time_zone"]) == (catalog, "Europe/Vienna")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("slug", "Safety First"),
        ("slug", "-safety"),
        ("slug", "a" * 61),
        ("slug", "../admin"),
        ("language", "klingon"),
        ("language", ""),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", ""),
    ],
)
def test_an_unusable_value_is_refused_by_name(ports: Ports, field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(ports, OPERATOR, **{field: value})

    assert refused.value.field == field
    assert not Catalog.objects.exists()


def test_a_short_name_is_taken_once_in_the_whole_installation(ports: Ports, cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="taken"):
        make(ports, slug=cast.foreign_catalog.slug)


def test_only_lms_admins_of_the_organisation_create_catalogs(ports: Ports, cast: Cast) -> None:
    for person in (cast.owner, cast.colleague, cast.learner):
        with pytest.raises(NotAllowed):
            make(ports, Actor.of(person))
    with pytest.raises(NotFoundHere):
        make(ports, Actor.of(cast.stranger))
    assert make(ports, Actor.of(cast.lms_admin)).slug == "safety"


def test_a_catalog_is_changed_and_what_is_not_said_stays(ports: Ports) -> None:
    catalog = make(ports)
    changed = change_catalog(ports, catalog=catalog, actor=OPERATOR, title=" Safety first ")
    assert (changed.title, changed.language, changed.slug) == ("Safety first", "de-AT", "safety")
    entry = AuditEntry.objects.get(action="catalog.changed")
    assert (entry.before["title"], entry.after["title"]) == ("Safety", "Safety first")

    change_catalog(ports, catalog=catalog, actor=OPERATOR, title="Safety first")
    assert AuditEntry.objects.filter(action="catalog.changed").count() == 1


@pytest.mark.parametrize("value", [{"title": " "}, {"language": "klingon"}, {"time_zone": "Mars"}])
def test_an_unusable_change_is_refused_by_name(ports: Ports, value: dict[str, str]) -> None:
    catalog = make(ports)
    with pytest.raises(InvalidInput) as refused:
        change_catalog(ports, catalog=catalog, actor=OPERATOR, **value)
    assert refused.value.field in value
    assert Catalog.objects.get().title == "Safety"


def test_only_lms_admins_of_the_organisation_change_catalogs(ports: Ports, cast: Cast) -> None:
    for person in (cast.owner, cast.colleague, cast.learner):
        with pytest.raises(NotAllowed):
            change_catalog(ports, catalog=cast.catalog, actor=Actor.of(person), title="Other")
    with pytest.raises(NotFoundHere):
        change_catalog(ports, catalog=cast.catalog, actor=Actor.of(cast.stranger), title="Other")
    by_lms_admin = Actor.of(cast.lms_admin)
    assert change_catalog(ports, catalog=cast.catalog, actor=by_lms_admin, title="X").title == "X"
