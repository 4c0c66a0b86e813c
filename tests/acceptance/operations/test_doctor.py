"""`classbell doctor`: what it finds, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from classbell import bootstrap
from classbell.cli.commands.doctor import examine
from classbell.cli.doctor_checks import CHECKS, Check
from classbell.cli.main import main
from classbell.cli.processes import free_port
from classbell.delivery.heartbeat import beat
from classbell.delivery.lanes import mailbox_lane
from classbell.domain.operations import checks
from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault, Verdict, VerdictKind
from classbell.storage.encryption import key_ring, new_key
from classbell.storage.models import Account, Lane
from tests.domain.people import Cast, a_cast
from tests.support import KEYS, NOW, a_connected_account, fake_ports

pytestmark = pytest.mark.django_db


@pytest.fixture
def ports() -> Iterator[Ports]:
    with bootstrap.use(fake_ports()) as used:
        yield used


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Run the doctor and return its findings by their check."""
    assert main(["doctor", "--json"]) == 1  # Microsoft is out of reach in these tests
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is False
    return {one["check"]: one for one in found["findings"]}


def test_each_finding_says_what_why_and_what_to_do(
    cast: Cast, ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    lane = mailbox_lane(a_connected_account(ports, cast.catalog))
    Lane.objects.filter(pk=lane.pk).update(due_at=NOW - timedelta(hours=1))
    found = findings(capsys)
    for name in ("worker", "lanes", "graph"):
        assert found[name]["outcome"] == "fail"
        assert found[name]["remedy"]
        assert found[name]["who"] == "operator of this installation"
    assert "3600 seconds" in found["lanes"]["what"]
    assert found["keys"] == {"check": "keys", "outcome": "ok", "what": "test opens 1"}
    assert found["credential"]["what"].endswith("Microsoft accepts it")
    assert found["mailer"]["outcome"] == found["disk"]["outcome"] == "ok"


def test_a_living_worker_is_named(ports: Ports, capsys: pytest.CaptureFixture[str]) -> None:
    beat("machine:7", "0.1.0")
    assert findings(capsys)["worker"]["what"] == "1 running, version 0.1.0"


def test_the_words_for_people_say_the_same(
    ports: Ports, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "ok    database: sqlite, up to date" in said or "postgresql" in said
    assert "FAIL  worker: No worker has given a sign of life" in said
    assert "Start classbell worker" in said


def test_a_secret_whose_key_is_gone_is_found(cast: Cast, ports: Ports) -> None:
    account = a_connected_account(ports, cast.catalog)
    other = key_ring(new_key("other"))
    sealed = other.seal(b"{}", bound_to=f"account.tokens:{account.pk}")
    Account.objects.filter(pk=account.pk).update(sealed_tokens=sealed)
    with pytest.raises(ConfigurationFault, match="«other»"):
        checks.keys_open(ports)
    both = fake_ports(cipher=key_ring(f"{KEYS},{new_key('other')}"))
    with pytest.raises(ConfigurationFault, match="does not open in its place"):
        checks.keys_open(both)


def test_a_slip_in_a_settings_name_is_found() -> None:
    with pytest.raises(ConfigurationFault, match="CLASSBELL_BASE_ULR"):
        checks.check_names({"CLASSBELL_BASE_ULR": "https://x.example"})
    checks.check_names({"CLASSBELL_BASE_URL": "https://x.example", "PATH": "/bin"})


@pytest.mark.parametrize(("ahead", "way"), [(600.0, "ahead of"), (-600.0, "behind")])
def test_a_clock_that_is_off_is_found(ahead: float, way: str) -> None:
    with pytest.raises(ConfigurationFault, match=way):
        checks.clock_agrees(ahead)
    assert checks.clock_agrees(ahead / 100) == "within 6 s of Microsoft's"


def test_a_secret_key_that_can_be_guessed_is_found() -> None:
    with pytest.raises(ConfigurationFault, match="has 31 characters"):
        checks.secret_is_long("x" * 31)
    assert checks.secret_is_long("x" * 32) == "long enough"


def test_room_on_the_disk_is_told(tmp_path: Path) -> None:
    assert str(tmp_path) in checks.disk_has_room([tmp_path])


@pytest.mark.parametrize("place", ["/proc/self", "/nowhere/at/all"])
def test_a_place_that_cannot_be_written_to_is_found(place: str) -> None:
    with pytest.raises(ConfigurationFault, match=f"{place} cannot be written to") as found:
        checks.disk_has_room([Path(place)])
    assert found.value.remedy


WRONG = Verdict(VerdictKind.OPERATOR_FAULT, "AADSTS7000215", "The application's secret is wrong.")
AWAY = Verdict(VerdictKind.RETRY, "", "It could not be reached.")


@pytest.mark.parametrize(("verdict", "remedy"), [(WRONG, "CLASSBELL_CLIENT_ID"), (AWAY, "DNS")])
def test_a_refused_credential_is_the_operators_to_mend(
    cast: Cast, ports: Ports, verdict: Verdict, remedy: str
) -> None:
    ports.identity.fail_next(verdict, on="application_token")  # type: ignore[attr-defined]  # a fake
    with pytest.raises(ConfigurationFault, match=verdict.explanation) as found:
        checks.credential_accepted(ports)
    assert remedy in found.value.remedy
    assert found.value.meaning
    assert verdict.code in found.value.what


@pytest.mark.parametrize(("verdict", "remedy"), [(WRONG, "CLASSBELL_SMTP_URL"), (AWAY, "DNS")])
def test_a_mail_server_that_refuses_is_the_operators_to_mend(
    ports: Ports, verdict: Verdict, remedy: str
) -> None:
    ports.system_mailer.fail_next(verdict, on="check")  # type: ignore[union-attr]  # a fake
    with pytest.raises(ConfigurationFault, match=verdict.explanation) as found:
        checks.mailer_reached(ports)
    assert remedy in found.value.remedy


def broken() -> str:
    raise ConfigurationFault("It is broken.", meaning="Nothing goes.", remedy="Mend it.")


def test_one_cause_is_told_once_and_the_rest_is_not_looked_at() -> None:
    found = examine(
        (
            Check("first", broken),
            Check("second", broken, ("first",)),
            Check("third", broken, ("second",)),
            Check("beside", lambda: "fine"),
        )
    )
    assert [(one["check"], one["outcome"]) for one in found] == [
        ("first", "fail"),
        ("second", "skipped"),
        ("third", "skipped"),
        ("beside", "ok"),
    ]
    assert found[1]["what"] == "not looked at, for it rests on first"


def test_every_check_rests_on_checks_before_it() -> None:
    names = [one.name for one in CHECKS]
    assert len(set(names)) == len(names)
    for place, check in enumerate(CHECKS):
        assert set(check.rests_on) <= set(names[:place])


@pytest.mark.slow
def test_a_database_that_is_away_is_told_once_with_its_reason() -> None:
    address = f"postgresql://classbell:hidden-word@127.0.0.1:{free_port()}/classbell"
    done = subprocess.run(
        [sys.executable, "-m", "classbell.cli.main", "doctor", "--json"],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
            "CLASSBELL_DATABASE_URL": address,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    found = {one["check"]: one for one in json.loads(done.stdout)["findings"]}
    assert "refused" in found["database"]["what"]
    assert "CLASSBELL_DATABASE_URL" in found["database"]["remedy"]
    assert {found[name]["outcome"] for name in ("keys", "worker", "lanes")} == {"skipped"}
    assert "hidden-word" not in done.stdout + done.stderr
