"""``classbell connections`` as an operator uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from classbell import bootstrap
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.storage.models import Account, ConnectInvitation
from tests.domain.connections.stage import Stage
from tests.domain.people import Cast
from tests.support import FABRIKAM

pytestmark = pytest.mark.django_db
REFUSED = 2


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give fakes and people, and let the commands use them."""
    made = Stage()
    with bootstrap.use(made.ports):
        yield made


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    assert main(["connections", "list", "--json", *words]) == 0
    rows: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return rows


def test_the_list_says_how_every_catalog_stands(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.connect()

    rows = {row["catalog"]: row for row in listed(capsys)}

    assert rows["academy"]["account"] == "learning@contoso.example"
    assert (rows["academy"]["state"], rows["academy"]["mail"]) == ("connected", "on")
    assert (rows["sales"]["state"], rows["sales"]["mail"]) == ("not connected", "off")
    assert {row["catalog"] for row in listed(capsys, "--tenant", str(FABRIKAM))} == {"fabrikam"}
    Account.objects.update(granted_scopes=["User.Read", "Mail.Send"])
    assert {row["catalog"]: row for row in listed(capsys)}["academy"]["consent"] == "outdated"


def test_check_prints_the_card_and_fails_where_something_is_not_ready(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.connect()
    assert main(["connections", "check", "--catalog", "academy"]) == 0
    assert "The calendar offers Teams meetings." in capsys.readouterr().out
    stage.facts.the_plans = ()
    assert main(["connections", "check", "--catalog", "academy", "--json"]) == 1
    lines = json.loads(capsys.readouterr().out)
    assert {line["capability"]: line["state"] for line in lines}["mail"] == "blocked"
    assert main(["connections", "check", "--catalog", "nothing"]) == NOT_FOUND


def test_invite_mails_and_prints_the_link(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["connections", "invite", "--catalog", "academy", "learning@contoso.example"]

    assert main([*words, "--email-only"]) == 0

    out = capsys.readouterr().out
    invitation = ConnectInvitation.objects.get()
    assert invitation.person == stage.owner
    assert set(invitation.scopes) == {"User.Read", "Mail.Send"}
    assert "http://localhost:8000/invited/" in out
    assert "Mai Nielsen" in out
    cast: Cast = stage.cast
    assert main([*words, "--admin", cast.colleague.address]) == REFUSED
    assert "no such admin" in capsys.readouterr().err
