"""``classbell tokens`` as an operator uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client

from classbell import bootstrap
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.storage.models import AuditEntry, Integration
from tests.domain.connections.stage import Stage

pytestmark = pytest.mark.django_db
REFUSED = 2
CREATE = ["tokens", "create", "Platform", "--catalog", "academy", "--scope", "sessions:read"]


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give fakes and people, and let the commands use them."""
    made = Stage()
    with bootstrap.use(made.ports):
        yield made


def status_of(token: str) -> int:
    answer = Client().get("/api/v1/integration", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def test_a_token_is_the_only_thing_that_is_written(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(CREATE) == 0
    token = capsys.readouterr().out.strip()
    assert status_of(token) == 200
    assert AuditEntry.objects.get(action="integration.created").actor_name == "Operator"

    assert main(["tokens", "list", "--catalog", "academy", "--json"]) == 0
    shown = capsys.readouterr().out
    assert token not in shown
    (row,) = json.loads(shown)
    assert (row["name"], row["scopes"]) == ("Platform", ["sessions:read"])


def test_a_token_is_rotated_and_an_integration_revoked(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    main(CREATE)
    first = capsys.readouterr().out.strip()
    which = [str(Integration.objects.get().pk), "--catalog", "academy"]
    assert main(["tokens", "rotate", *which]) == 0
    second = capsys.readouterr().out.strip()
    assert (status_of(first), status_of(second)) == (200, 200)
    assert main(["tokens", "revoke", *which]) == 0
    assert (status_of(first), status_of(second)) == (401, 401)


def test_what_cannot_be_used_is_refused(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ([*CREATE, "--days", "366"], [*CREATE[:-1], "everything"]):
        assert main(wrong) == REFUSED
    assert main(["tokens", "list", "--catalog", "nowhere"]) == NOT_FOUND
    assert not Integration.objects.exists()


def test_an_application_of_microsoft_s_is_registered(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    application = "0f0f0f0f-1111-4222-8333-444444444444"
    assert main([*CREATE, "--application-id", application]) == 0
    assert application in capsys.readouterr().out
    assert str(Integration.objects.get().application_id) == application
