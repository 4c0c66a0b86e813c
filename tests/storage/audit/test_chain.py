"""The record is a chain: nobody changes, removes, adds or reorders an act without being found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from classbell.domain.organisations.audit import OPERATOR, Actor, record
from classbell.ports.bundle import Ports
from classbell.storage import audit_guard
from classbell.storage.audit_chain import HASHED, rows_of
from classbell.storage.models import AuditChain, AuditEntry, Catalog, KeptForever
from classbell.storage.queries.audit_check import Head, Wrong, check, head_of
from tests.storage.audit.acts import acts
from tests.support import FABRIKAM, NOW, a_catalog, a_person, an_organisation
from tests.waiting import beside

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)


@pytest.fixture
def unguarded() -> Iterator[None]:
    """Let somebody in who may drop the store's triggers."""
    with connection.cursor() as cursor:
        audit_guard.take_down(cursor, connection.vendor)
    yield
    with connection.cursor() as cursor:
        audit_guard.put_up(cursor, connection.vendor)


def test_acts_follow_from_one_another(ports: Ports, catalog: Catalog) -> None:
    first, second, third = acts(ports, catalog)
    assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
    assert [second.previous_hash, third.previous_hash] == [first.hash, second.hash]
    assert (first.address, first.request_id, first.late) == ("192.0.2.7", "a-request", False)
    found = check(catalog.organisation_id)
    assert (found.acts, found.fault, found.head) == (3, None, Head(3, third.hash))


def test_an_act_and_its_place_stand_or_fall_with_their_transaction(
    ports: Ports, catalog: Catalog
) -> None:
    acts(ports, catalog, 1)

    def fail() -> None:
        with transaction.atomic():
            acts(ports, catalog, 2)
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail()
    with transaction.atomic():
        with pytest.raises(ValueError, match=r"^$"):
            fail()  # only a savepoint is taken back
        acts(ports, catalog, 1)
    assert check(catalog.organisation_id).head.sequence == AuditEntry.objects.count() == 2
    assert check(catalog.organisation_id).fault is None


def test_each_organisation_has_a_chain_of_its_own(ports: Ports, catalog: Catalog) -> None:
    foreign = a_catalog("fabrikam", "Fabrikam", an_organisation("Fabrikam", FABRIKAM))
    with transaction.atomic():
        for one in (foreign, catalog, foreign):
            record(ports, actor=OPERATOR, catalog=one, action="course.created", subject="x")
    assert [check(one.organisation_id).acts for one in (catalog, foreign)] == [1, 2]


OTHERS = {
    "organisation_id": None,
    "sequence": 77,
    "previous_hash": "0" * 64,
    "id": 4_711,
    "at": NOW + DAY,
    "actor_id": None,
    "actor_name": "Somebody Else",
    "catalog_id": uuid4(),
    "action": "course.created",
    "subject": "course:9",
    "before": {},
    "after": {"title": "Führung ☂", "seats": 99},
    "source": "cli",
    "address": "198.51.100.1",
    "request_id": "another",
    "late": True,
    "hash": "f" * 64,
}


def test_a_change_of_any_field_of_any_row_is_found(
    ports: Ports, catalog: Catalog, unguarded: None
) -> None:
    columns = set(AuditEntry.objects.values().get(pk=acts(ports, catalog)[0].pk))
    assert set(OTHERS) == {*HASHED, "hash"} == columns
    foreign = an_organisation("Fabrikam", FABRIKAM).pk
    for place, row in enumerate(acts(ports, catalog, 2), 1):
        for field, other in (OTHERS | {"organisation_id": foreign}).items():
            with transaction.atomic():
                rows_of(catalog.organisation_id).filter(pk=row.pk).update(**{field: other})
                fault = check(catalog.organisation_id).fault
                transaction.set_rollback(True)
            assert fault is not None, f"{field} of act {place}"
            assert fault.sequence == place, fault.text
    assert check(catalog.organisation_id).fault is None


def swap(first: AuditEntry, second: AuditEntry) -> None:
    for row, sequence in ((first, 99), (second, first.sequence), (first, second.sequence)):
        rows_of(row.organisation_id).filter(pk=row.pk).update(sequence=sequence)


def remove(rows: list[AuditEntry], *places: int) -> None:
    ids = [rows[place].pk for place in places]
    rows_of(rows[0].organisation_id).filter(pk__in=ids).delete()


def behind(rows: list[AuditEntry]) -> None:
    row = AuditEntry(
        organisation_id=rows[0].organisation_id, at=NOW, actor_name="X", sequence=len(rows) + 1
    )
    row.save()


@pytest.mark.parametrize(
    ("tamper", "sequence", "wrong"),
    [
        (lambda rows: remove(rows, 0), 1, Wrong.MISSING),
        (lambda rows: remove(rows, 1, 2), 2, Wrong.MISSING),
        (lambda rows: remove(rows, 3), 4, Wrong.MISSING),
        (lambda rows: swap(rows[1], rows[2]), 2, Wrong.REORDERED),
        (behind, 5, Wrong.ADDED),
    ],
)
def test_the_first_broken_place_is_named_with_what_is_wrong(  # noqa: PLR0917 -- fixtures and cases
    ports: Ports,
    catalog: Catalog,
    unguarded: None,
    tamper: Callable[[list[AuditEntry]], None],
    sequence: int,
    wrong: Wrong,
) -> None:
    tamper(acts(ports, catalog, 4))
    fault = check(catalog.organisation_id).fault
    assert fault is not None
    assert (fault.sequence, fault.wrong) == (sequence, wrong), fault.text


def test_a_record_written_anew_is_found_by_an_end_that_was_kept(
    ports: Ports, catalog: Catalog, unguarded: None
) -> None:
    acts(ports, catalog)
    kept = head_of(catalog.organisation_id)
    assert check(catalog.organisation_id, kept=kept).fault is None
    rows_of(catalog.organisation_id).delete()
    AuditChain.objects.all().delete()
    acts(ports, catalog, 2)
    assert check(catalog.organisation_id).fault is None, "the chain alone cannot know"
    shorter = check(catalog.organisation_id, kept=kept).fault
    assert shorter is not None
    assert shorter.wrong is Wrong.MISSING
    acts(ports, catalog, 2)
    other = check(catalog.organisation_id, kept=kept).fault
    assert other is not None
    assert (other.sequence, other.wrong) == (3, Wrong.CHANGED)


def test_nobody_changes_or_deletes_an_act_by_the_product_or_the_store(
    ports: Ports, catalog: Catalog
) -> None:
    row = acts(ports, catalog)[0]
    row.subject = "course:9"
    for refused in (
        row.save,
        row.delete,
        lambda: AuditEntry.objects.update(subject="x"),
        AuditEntry.objects.filter(pk=row.pk).delete,
    ):
        with pytest.raises(KeptForever):
            refused()
    rows = rows_of(catalog.organisation_id)
    for forced, words in (
        (lambda: rows.update(subject="x"), "never changed"),
        (rows.delete, "never deleted"),
    ):
        with pytest.raises(DatabaseError, match=words):
            forced()
    assert check(catalog.organisation_id).fault is None


def test_an_act_outlives_person_and_catalog(ports: Ports, catalog: Catalog) -> None:
    row = acts(ports, catalog, 1)[0]
    a_person("Mai Nielsen").delete()
    catalog.delete()
    kept = AuditEntry.objects.get(pk=row.pk)
    assert (kept.actor_name, kept.actor_id) == ("Mai Nielsen", row.actor_id)
    assert check(row.organisation_id).fault is None


def test_acts_at_once_get_one_place_each(ports: Ports, catalog: Catalog) -> None:
    foreign = a_catalog("fabrikam", "Fabrikam", an_organisation("Fabrikam", FABRIKAM))
    mai = Actor.of(a_person("Mai Nielsen"))

    def act(number: int) -> None:
        order = (catalog, foreign) if number % 2 else (foreign, catalog)
        for _ in range(5):
            with transaction.atomic():
                for one in order:
                    record(ports, actor=mai, catalog=one, action="course.changed", subject="x")

    with ThreadPoolExecutor(4) as pool:
        for done in [beside(pool, partial(act, number)) for number in range(4)]:
            done.result()
    for one in (catalog, foreign):
        found = check(one.organisation_id)
        assert (found.acts, found.head.sequence, found.fault) == (20, 20, None)
