"""``classbell webhooks``: what the operator sees and does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from classbell.cli.main import main
from classbell.storage.models import WebhookEndpoint
from tests.domain.webhooks.stage import Stage, behind_the_product
from tests.support import CONTOSO

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    with behind_the_product() as found:
        yield found


def test_it_is_listed_tested_replayed_and_switched(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["webhooks", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["of"], row["on"]) == ("academy", "yes")
    assert main(["webhooks", "ping", row["id"]]) == 0
    stage.happen()
    stage.work()
    assert len(stage.receiver.ids) == 2
    capsys.readouterr()
    assert main(["webhooks", "replay", row["id"], "--since", "2026-11-23T00:00"]) == 0
    assert "1 events go out again." in capsys.readouterr().out
    assert main(["webhooks", "disable", row["id"]]) == 0
    assert not WebhookEndpoint.objects.get().is_on
    assert main(["webhooks", "enable", row["id"]]) == 0
    assert WebhookEndpoint.objects.get().is_on


def test_one_is_added_for_a_catalog_or_an_organisation(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    url = stage.receiver.url
    assert main(["webhooks", "add", url, "--catalog", "sales", "--event", "room.declined"]) == 0
    assert "whsec_" in capsys.readouterr().out
    assert main(["webhooks", "add", url, "--tenant", str(CONTOSO)]) == 0
    made = {one.catalog and one.catalog.slug: one for one in WebhookEndpoint.objects.all()}
    assert made["sales"].event_types == ["room.declined"]
    assert "message.failed" in made[None].event_types
    assert "message.accepted" not in made[None].event_types


@pytest.mark.parametrize(
    "words",
    [
        ["ping", "no-id"],
        ["ping", "00000000-0000-4000-8000-000000000000"],
        ["add", "https://hooks.example.com", "--catalog", "none"],
        ["add", "ftp://hooks.example.com", "--catalog", "academy"],
        ["replay", "00000000-0000-4000-8000-000000000000", "--since", "soon"],
    ],
)
def test_what_cannot_be_done_is_said(
    stage: Stage, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["webhooks", *words]) != 0
    assert capsys.readouterr().err
