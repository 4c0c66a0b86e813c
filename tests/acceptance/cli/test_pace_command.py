"""``classbell connections pace``: what a mailbox is kept to, seen and set by the operator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from classbell import bootstrap
from classbell.bootstrap.lanes import handlers_for
from classbell.cli.main import main
from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.lane_pace import NAMES, set_figures
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import NotAllowed
from classbell.storage.models import Account, AuditEntry, Lane
from tests.domain.people import Cast, a_cast
from tests.support import a_connected_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return a_cast(bootstrap.ports())


@pytest.fixture
def account(cast: Cast) -> Account:
    return a_connected_account(bootstrap.ports(), cast.catalog)


def pace(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    assert main(["connections", "pace", "--catalog", "academy", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {one["name"]: one for one in found["figures"]}


def test_each_figure_says_where_it_comes_from(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    found = pace(capsys)
    assert list(found) == list(NAMES)
    assert {one["source"] for one in found.values()} == {"setting"}
    found = pace(capsys, "--set", "messages_per_minute=10", "--set", "recipients_per_day=2000")
    assert (found["messages_per_minute"]["value"], found["messages_per_minute"]["source"]) == (
        *(10, "lane"),
    )
    assert handlers_for(mailbox_lane(account)).pace.recipients_per_day == 2000
    now = bootstrap.ports().clock.now()
    Lane.objects.filter(pk=mailbox_lane(account).pk).update(
        learned_messages_per_minute=8, learned_at=now
    )
    assert pace(capsys)["messages_per_minute"]["source"] == "learned"


def test_unset_it_is_as_the_settings_say_and_on_the_record(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    pace(capsys, "--set", "messages_per_minute=10")
    found = pace(capsys, "--unset", "messages_per_minute")["messages_per_minute"]
    assert (found["value"], found["source"]) == (found["setting"], "setting")
    first, second = AuditEntry.objects.filter(action="account.pace_set").order_by("id")
    assert (first.after, second.after) == ({"messages_per_minute": 10}, {})
    assert first.subject == f"account:{account.address}"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--set", "speed=9"], "The figures are messages_per_minute"),
        (["--set", "messages_per_minute"], "Write it as"),
        (["--set", "messages_per_minute=-1"], "Write it as"),
        (["--set", "requests_in_flight=0"], "from 1 on"),
        (["--unset", "speed"], "The figures are"),
        (["--set", "urgent_reserve=9000"], "urgent_reserve lower"),
    ],
)
@pytest.mark.usefixtures("account")
def test_what_cannot_be_says_why_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main(["connections", "pace", "--catalog", "academy", *words]) != 0
    assert says in capsys.readouterr().err
    assert not AuditEntry.objects.filter(action="account.pace_set").exists()


@pytest.mark.usefixtures("cast")
def test_without_an_account_there_is_nothing_to_pace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connections", "pace", "--catalog", "academy"]) != 0
    assert "No account is connected" in capsys.readouterr().err


def test_nobody_who_signs_in_sets_it(account: Account, cast: Cast) -> None:
    for person in (cast.owner, cast.colleague, cast.stranger):
        with pytest.raises(NotAllowed):
            set_figures(
                bootstrap.ports(),
                account,
                bootstrap.pace(),
                changed={"messages_per_minute": 100},
                actor=Actor.of(person),
            )
    assert mailbox_lane(account).figures == {}


@pytest.mark.usefixtures("account")
def test_a_large_hourly_figure_is_shown_as_it_was_set(capsys: pytest.CaptureFixture[str]) -> None:
    found = pace(capsys, "--set", "messages_per_hour=20000")["messages_per_hour"]
    assert (found["value"], found["source"]) == (20_000, "lane")
