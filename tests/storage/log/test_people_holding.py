"""People are found by any part of their names, and the index beside them never falls behind."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection

from classbell.storage.migrating import bring_up_to_date, finds_people_fast
from classbell.storage.models import Organisation, Person
from classbell.storage.people_index import POSTGRESQL_UP, SQLITE_UP
from classbell.storage.queries.people_holding import FEW, holding
from tests.support import FABRIKAM, NOW, an_organisation

pytestmark = [pytest.mark.store, pytest.mark.django_db]


LAST_PUT_UP = "810877dea836"
"""Digest of what the last migration that made the index made it of."""


@pytest.fixture
def contoso() -> Organisation:
    return an_organisation()


def person(organisation: Organisation, name: str, address: str) -> Person:
    return Person.objects.create(
        organisation=organisation,
        name=name,
        address=address,
        address_key=address.lower(),
        created_at=NOW,
    )


def names(organisation: Organisation, text: str, *columns: str) -> list[str]:
    people = Person.objects.filter(organisation=organisation)
    found = holding(people, text, columns=columns) if columns else holding(people, text)
    return list(found.order_by("name").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("enbe", True),
        ("GREENBERG", True),
        ("na gr", True),
        ("na.gree", True),
        ("@CONTOSO", True),
        ("gr", True),
        ("g", True),
        ("åse", True),
        ("ÅSE", True),
        ('"the Sun"', True),
        ('"the sun', True),
        ("100%", True),
        ("a_b", True),
        ("back\\slash", True),
        ("na* gr", False),
        ("nagreen OR na", False),
        ("grin", False),
        ("1_0", False),
        ("1%0", False),
        ("aXb", False),
    ],
)
def test_any_part_in_any_case_is_found_and_signs_mean_themselves(
    contoso: Organisation, text: str, *, found: bool
) -> None:
    person(contoso, 'Ana Greenberg Åse "the Sun" 100% back\\slash', "ana.greenberg.a_b@contoso.com")
    person(contoso, "Bo", "b@fabrikam.example")
    assert [name[:3] for name in names(contoso, text)] == (["Ana"] if found else [])


def test_a_name_alone_can_be_asked_for(contoso: Organisation) -> None:
    person(contoso, "Ana", "robert@contoso.com")
    person(contoso, "Robert", "r@contoso.com")
    assert names(contoso, "robert", "name") == ["Robert"]
    assert names(contoso, "robert") == ["Ana", "Robert"]


def test_the_index_follows_whoever_writes_renames_or_removes(contoso: Organisation) -> None:
    ana = person(contoso, "Ana Bowman", "ana@contoso.com")
    rows = [
        Person(organisation=contoso, name=name, address_key=key, created_at=NOW)
        for name, key in [("Nobody new", "ana@contoso.com"), ("Carl Bowman", "carl@contoso.com")]
    ]
    Person.objects.bulk_create(rows, ignore_conflicts=True)
    assert names(contoso, "bowman") == ["Ana Bowman", "Carl Bowman"]
    assert names(contoso, "nobody") == []
    Person.objects.filter(pk=ana.pk).update(name="Ana Dahl")
    assert names(contoso, "bowman") == ["Carl Bowman"]
    assert names(contoso, "dahl") == ["Ana Dahl"]
    Person.objects.filter(pk=ana.pk).delete()
    assert names(contoso, "dahl") == []
    person(contoso, "Ana Dahl", "ana@contoso.com")
    assert names(contoso, "dahl") == ["Ana Dahl"]


@pytest.mark.parametrize("name", ["Ana", "Åse"])
def test_what_many_are_called_is_found_by_name_and_within_one_organisation(
    contoso: Organisation, name: str
) -> None:
    for organisation in (contoso, an_organisation("Fabrikam", FABRIKAM)):
        Person.objects.bulk_create(
            Person(
                organisation=organisation,
                name=f"{name} {organisation.name} {number:03}",
                address_key=f"{number}@{organisation.name.lower()}.example",
                created_at=NOW,
            )
            for number in range(FEW)
        )
    found = names(contoso, name.upper())
    assert found == [f"{name} Contoso {number:03}" for number in range(FEW)]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lacked_the_extension_has_the_index_once_it_may() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("about PostgreSQL: SQLite brings its full-text search along")
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
    assert not finds_people_fast()
    contoso = an_organisation()
    person(contoso, "Ana Greenberg", "ana@contoso.com")
    assert names(contoso, "green") == ["Ana Greenberg"]
    bring_up_to_date()
    assert finds_people_fast()
    assert names(contoso, "green") == ["Ana Greenberg"]


def test_who_changes_what_the_index_holds_gives_it_to_databases_that_have_it() -> None:
    made = hashlib.sha256("\n".join(SQLITE_UP + POSTGRESQL_UP).encode()).hexdigest()
    assert made[:12] == LAST_PUT_UP, (
        "The index of people is made differently now. Add a migration that calls "
        "people_index.put_up (on PostgreSQL after take_down), and note the digest here."
    )


def test_nobody_is_read_who_is_not_found(contoso: Organisation) -> None:
    people = Person.objects.filter(organisation=contoso)
    if connection.vendor == "sqlite":
        assert "organisation_id=?" not in holding(people, "greenberg").explain()
        return
    with connection.cursor() as cursor:  # so few people are sooner read than looked up
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = holding(Person.objects.all(), "greenberg").explain()
    assert "person_name_text" in plan
    assert "person_address_text" in plan
