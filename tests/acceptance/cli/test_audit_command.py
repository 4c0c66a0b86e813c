"""``classbell audit`` as an operator, and whoever keeps the record, uses it."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction

from classbell import bootstrap
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.domain.organisations.audit import OPERATOR, record
from classbell.storage import audit_guard
from classbell.storage.audit_chain import rows_of
from classbell.storage.models import AuditEntry, Catalog
from tests.support import CONTOSO, FABRIKAM, a_catalog, an_organisation, fake_ports

pytestmark = pytest.mark.django_db(transaction=True)

SOUND, BROKEN, REFUSED, UNCHAINED = 0, 1, 2, 3
ONE = ["--organisation", str(CONTOSO)]


@pytest.fixture(name="catalog")
def a_record_of_three() -> Catalog:
    catalog, ports = a_catalog(), fake_ports()
    for number in range(3):
        record(ports, actor=OPERATOR, catalog=catalog, action="course.changed", subject=str(number))
    an_organisation("Fabrikam", FABRIKAM)
    return catalog


def tampered(catalog: Catalog, sequence: int) -> None:
    with connection.cursor() as cursor:
        audit_guard.take_down(cursor, connection.vendor)
        with transaction.atomic():
            rows = rows_of(catalog.organisation_id).filter(sequence=sequence)
            rows.update(subject="something else")
        audit_guard.put_up(cursor, connection.vendor)


def test_a_sound_record_says_so(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == SOUND
    told = capsys.readouterr().out
    assert "Contoso" in told
    assert "Fabrikam" in told
    assert "sound" in told


def test_the_first_broken_act_is_named(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    tampered(catalog, 2)
    assert main(["audit", "verify"]) == BROKEN
    assert "act 2 changed: What it says does not match its hash." in capsys.readouterr().out
    assert main(["audit", "verify", *ONE, "--json"]) == BROKEN
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["sound"], row["fault"]["sequence"], row["fault"]["wrong"]) == (False, 2, "changed")
    assert main(["audit", "verify", "--organisation", str(FABRIKAM)]) == SOUND


def test_acts_without_a_place_are_told_and_chained(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        audit_guard.take_down(cursor, connection.vendor)
        with transaction.atomic():
            last = rows_of(catalog.organisation_id).filter(sequence=3)
            AuditEntry(
                organisation_id=catalog.organisation_id,
                at=last.get().at,
                actor_name="A former version",
                action="course.changed",
                subject="old",
            ).save()
        audit_guard.put_up(cursor, connection.vendor)
    assert main(["audit", "verify"]) == UNCHAINED
    assert "1 not chained yet" in capsys.readouterr().out
    assert main(["audit", "chain"]) == SOUND
    assert "Chained: 1." in capsys.readouterr().out
    assert main(["audit", "verify"]) == SOUND


def test_what_was_exported_and_kept_is_compared_later(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    with bootstrap.use(fake_ports()):
        assert main(["audit", "export", *ONE, "--format", "jsonl"]) == SOUND
    told = capsys.readouterr()
    head = told.err.strip()
    *acts, end = map(json.loads, told.out.splitlines())
    assert [act["sequence"] for act in acts] == [1, 2, 3, 4]
    assert head == f"4:{end['end_of_the_record']['hash']}" == f"4:{acts[-1]['hash']}"
    assert acts[-1]["action"] == "audit.exported"
    assert main(["audit", "verify", *ONE, "--head", head]) == SOUND
    assert main(["audit", "verify", *ONE, "--head", f"4:{'0' * 64}"]) == BROKEN
    assert "not the one that was kept" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "--head", "4:abc"],
        ["verify", *ONE, "--head", "four"],
        ["verify", "--organisation", "7d3e4c1b-9a56-4c1a-8c1a-000000000099"],
        ["export", *ONE, "--catalog", "nowhere"],
    ],
)
def test_what_cannot_be_asked_is_refused(catalog: Catalog, words: list[str]) -> None:
    with bootstrap.use(fake_ports()):
        assert main(["audit", *words]) in {REFUSED, NOT_FOUND}
