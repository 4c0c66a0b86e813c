"""``classbell deliveries`` as an operator uses it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from classbell import bootstrap
from classbell.api.v1.documentation import document
from classbell.cli.commands import deliveries
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.delivery.lanes import mailbox_lane
from classbell.storage.models import AuditEntry, Lane, LaneKind, Message, MessageState
from classbell.storage.queries.message_log import Group
from tests.domain.people import Cast, a_cast
from tests.messages import a_message, a_try
from tests.support import NOW, a_connected_account, a_person, fake_ports

pytestmark = pytest.mark.django_db
REFUSED = 2


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Give fakes and people, and let the commands use them."""
    with bootstrap.use(fake_ports()) as ports:
        yield a_cast(ports)


@pytest.fixture
def lane(cast: Cast) -> Lane:
    return mailbox_lane(a_connected_account(bootstrap.ports(), cast.catalog))


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main(["deliveries", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_words_are_those_of_the_log() -> None:
    assert set(deliveries.STATUSES) == {*(group.value for group in Group), "retrying"}
    assert set(deliveries.STATES) == {state.value for state in MessageState}
    assert set(deliveries.ROUTES) < {kind.value for kind in LaneKind}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"Ole", "Anna", "Sales"}),
        (["--catalog", "academy"], {"Ole", "Anna"}),
        (["--status", "failed"], {"Anna", "Sales"}),
        (["--state", "unknown"], {"Sales"}),
        (["--to", "ole@"], {"Ole"}),
        (["--kind", "session_invitation"], {"Anna"}),
        (["--route", "mailbox"], {"Ole"}),
        (["--days", "7"], {"Anna", "Sales"}),
        (["--limit", "1"], {"Sales"}),
    ],
)
def test_the_list_has_the_filters_of_the_page(
    cast: Cast,
    lane: Lane,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    expected: set[str],
) -> None:
    long_ago, ole = NOW - timedelta(days=8), a_person("Ole")
    a_try(a_message(cast.catalog, "accepted", person=ole, created_at=long_ago), lane)
    a_message(cast.catalog, "failed", kind="session_invitation", person=a_person("Anna"))
    a_message(cast.other_catalog, "unknown", person=a_person("Sales"))
    rows = told(capsys, "list", *words)
    assert {row["address"].split("@")[0].title() for row in rows} == expected
    described: Any = document()["components"]
    assert set(rows[0]) == set(described["schemas"]["DeliveryOut"]["properties"])


def test_the_list_says_where_it_goes_on(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    made = [a_message(cast.catalog, "accepted").pk for _ in range(3)]
    assert main(["deliveries", "list", "--limit", "2"]) == 0
    assert f"--before {made[1]}" in capsys.readouterr().err
    assert [row["id"] for row in told(capsys, "list", "--before", str(made[1]))] == [made[0]]


def test_show_tells_every_try(cast: Cast, lane: Lane, capsys: pytest.CaptureFixture[str]) -> None:
    message = a_message(cast.catalog, "queued", reason="Busy.", reason_code="throttled")
    a_try(message, lane, "refused", verdict="throttled", request_id="request-1")
    shown = told(capsys, "show", str(message.pk))
    assert (shown["state"], shown["reason"], shown["route"]) == ("queued", "Busy.", "mailbox")
    (one,) = shown["tries"]
    assert (one["outcome"], one["request_id"]) == ("throttled", "request-1")
    assert main(["deliveries", "show", str(message.pk)]) == 0
    assert "request-1" in capsys.readouterr().out
    assert main(["deliveries", "show", "999999"]) == NOT_FOUND


def test_resend_takes_ids_or_filters(
    cast: Cast, lane: Lane, capsys: pytest.CaptureFixture[str]
) -> None:
    failed, unknown = (a_message(cast.catalog, state, lane=lane) for state in ("failed", "unknown"))
    a_message(cast.catalog, "accepted", lane=lane)
    resend = ["resend", "--catalog", "academy"]
    plan = told(capsys, *resend, "--plan")
    assert (plan["certain"], plan["doubtful"], plan["queued"]) == ([failed.pk], [unknown.pk], 0)
    assert told(capsys, *resend, code=1)["queued"] == 1
    assert told(capsys, *resend, str(unknown.pk), "--even-if-twice")["queued"] == 1
    assert Message.objects.filter(state="queued").count() == 2
    entry = AuditEntry.objects.filter(action="messages.sent_again").latest("id")
    assert (entry.actor_name, entry.source) == ("Operator", "cli")


def test_resend_says_why_something_stays(
    cast: Cast, lane: Lane, capsys: pytest.CaptureFixture[str]
) -> None:
    expired = a_message(cast.catalog, "expired", lane=lane)
    assert main(["deliveries", "resend", "--catalog", "academy", str(expired.pk)]) == 1
    assert f"{expired.pk}: What it is about is over." in capsys.readouterr().out
    assert main(["deliveries", "resend", "--catalog", "nowhere"]) == NOT_FOUND


def test_export_writes_the_same_file_as_the_page(
    cast: Cast, lane: Lane, capsys: pytest.CaptureFixture[str]
) -> None:
    a_message(cast.catalog, "failed", name="=1+1")
    a_message(cast.other_catalog, "failed")
    assert main(["deliveries", "export", "--catalog", "academy", "--status", "failed"]) == 0
    text = capsys.readouterr().out.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["name"], row["state"]) == ("'=1+1", "failed")
    assert AuditEntry.objects.filter(action="messages.exported").exists()


def test_sums_count_by_state(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    for state in ("failed", "failed", "accepted"):
        a_message(cast.catalog, state)
    rows = told(capsys, "sums", "--catalog", "academy")
    assert {row["state"]: row["messages"] for row in rows} == {"accepted": "1", "failed": "2"}


def test_the_operator_notes_a_tenants_limit(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    tenant = str(cast.catalog.organisation.tenant_id)
    limits = ["organisations", "limits", "--external-recipients"]
    assert main([*limits, "12006", "--tenant", tenant]) == 0
    assert "Contoso: 12006 external recipients in 24 hours." in capsys.readouterr().out
    assert main(["organisations", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["Contoso"]["external_recipients"] == "12006"
    assert main([*limits, "0", "--tenant", tenant]) == 0
    assert "no known limit" in capsys.readouterr().out
    nobodys = "00000000-0000-4000-8000-000000000009"
    assert main([*limits, "5", "--tenant", nobodys]) == NOT_FOUND


def test_the_operator_allows_application_only_accounts(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = ["--tenant", str(cast.catalog.organisation.tenant_id)]
    permit = ["organisations", "application-accounts"]
    assert main([*permit, *tenant, "--allow"]) == 0
    said = capsys.readouterr().out
    assert "Contoso may connect application-only accounts." in said
    assert "a certificate or a federated credential is safer" in said
    assert main(["organisations", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["Contoso"]["application_accounts"] == "allowed"
    assert main([*permit, *tenant, "--refuse"]) == 0
    assert "may not connect new" in capsys.readouterr().out
    nobodys = "00000000-0000-4000-8000-000000000009"
    assert main([*permit, "--tenant", nobodys, "--allow"]) == NOT_FOUND
