"""``classbell organisations acs`` as an operator uses it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from classbell import bootstrap
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.domain.providers.delivery_reports import is_report_key
from classbell.storage.models import AuditEntry, EmailProvider, Message
from tests.domain.connections.mail_routes import azure, refuse
from tests.domain.connections.stage import Stage
from tests.support import CONTOSO, FABRIKAM

pytestmark = pytest.mark.django_db

REFUSED = 2
KEY = base64.b64encode(b"a-secret-access-key").decode()
RESOURCE = [
    *("--tenant", str(CONTOSO)),
    *("--endpoint", "https://lms.communication.azure.com"),
    *("--sender", "noreply@contoso.example"),
    *("--per-minute", "600", "--per-hour", "20000"),
]


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give fakes and people, and let the commands use them."""
    made = Stage()
    with bootstrap.use(made.ports):
        yield made


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    return str(file)


def acs(act: str, *words: str) -> int:
    return main(["organisations", "acs", act, *words])


def test_activating_prints_the_report_key_once_and_the_access_key_never(
    stage: Stage, key_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acs("activate", *RESOURCE, "--key-file", key_file, "--report-key") == 0

    out = capsys.readouterr().out
    provider = EmailProvider.objects.get()
    assert "Contoso may send as noreply@contoso.example." in out
    assert f"http://localhost:8000/reports/acs/{provider.pk}" in out
    found = re.search(r"x-classbell-report-key: (\S+)", out)
    assert found
    assert is_report_key(stage.ports, provider, found.group(1))
    assert KEY not in out
    entry = AuditEntry.objects.get(action="email_provider.activated")
    assert (entry.actor_name, entry.source) == ("Operator", "cli")

    assert acs("activate", *RESOURCE, "--key-file", key_file) == 0
    assert "report-key" not in capsys.readouterr().out
    assert is_report_key(stage.ports, EmailProvider.objects.get(), found.group(1))


def test_show_tells_state_rate_and_catalogs(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acs("show", "--tenant", str(CONTOSO)) == 0
    assert "never activated" in capsys.readouterr().out
    acs("activate", *RESOURCE, "--entra")
    stage.save(use_acs=True)
    capsys.readouterr()

    assert acs("show", "--tenant", str(CONTOSO), "--json") == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["proof"]) == ("active", "Microsoft Entra ID")
    assert (shown["messages per minute"], shown["catalogs"]) == (600, ["academy"])
    assert acs("show", "--tenant", str(CONTOSO)) == 0
    assert "noreply@contoso.example" in capsys.readouterr().out


def test_deactivating_says_what_it_concerned(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    acs("activate", *RESOURCE, "--entra")
    stage.save(use_acs=True)
    stage.a_message()
    Message.objects.update(lane=EmailProvider.objects.get().organisation.lanes.get(kind="acs"))
    capsys.readouterr()

    assert acs("deactivate", "--tenant", str(CONTOSO)) == 0

    assert "take another route: 0. That wait: 1." in capsys.readouterr().out
    assert acs("deactivate", "--tenant", str(CONTOSO)) == NOT_FOUND
    assert acs("activate", *RESOURCE, "--entra") == 0
    assert "go out now: 1." in capsys.readouterr().out


def test_the_doctor_names_the_organisations_whose_mail_azure_refuses(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    acs("activate", *RESOURCE, "--entra")
    main(["doctor"])
    assert "ok    azure: activated for 1 organisations" in capsys.readouterr().out
    refuse(stage, azure(EmailProvider.objects.get()))

    assert main(["doctor"]) == 1

    assert "FAIL  azure: Azure refuses the mail of Contoso." in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_key_file_that_cannot_be_used_is_refused(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    file = tmp_path / "missing"
    if content is not None:
        file.write_bytes(content)
    assert acs("activate", *RESOURCE, "--key-file", str(file)) == REFUSED
    assert str(file) in capsys.readouterr().err
    assert not EmailProvider.objects.exists()


def test_a_proof_is_needed_and_only_one(stage: Stage, key_file: str) -> None:
    for proof in ([], ["--entra", "--key-file", key_file]):
        with pytest.raises(SystemExit):
            acs("activate", *RESOURCE, *proof)


def test_an_unknown_tenant_is_refused(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--tenant", "00000000-0000-4000-8000-000000000000"]
    for act in ("show", "deactivate"):
        assert acs(act, *words) == NOT_FOUND
    assert "No organisation is bound" in capsys.readouterr().err
    assert acs("show", "--tenant", str(FABRIKAM)) == 0
