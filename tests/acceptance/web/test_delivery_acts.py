"""Sending messages again, and taking the log along."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from classbell.storage.models import (
    AuditEntry,
    Lane,
    Message,
    MessageState,
)
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.messages import a_message, a_try

pytestmark = pytest.mark.django_db

LOG = "/catalogs/academy/delivery"
HOUR = timedelta(hours=1)


def test_what_surely_failed_goes_again_at_once(owner: Visitor, cast: Cast, lane: Lane) -> None:
    chosen = [a_message(cast.catalog, "failed", lane=lane) for _ in range(2)]
    left = a_message(cast.catalog, "failed", lane=lane)
    page = owner.get(f"{LOG}?status=failed")
    marks = [given for tag, given in page.elements if given.get("name") == "message"]
    assert {one["value"] for one in marks} == {str(one.pk) for one in (*chosen, left)}
    assert all(one["form"] == "send-again" and one["aria-label"] for one in marks)
    form = {"message": [str(one.pk) for one in chosen], "status": "failed"}
    answer = owner.post(f"{LOG}/send-again", form)
    assert answer.location == f"{LOG}?status=failed"
    assert "2 messages go out." in owner.get(answer.location).words
    assert Message.objects.filter(state=MessageState.QUEUED).count() == 2


def test_what_may_have_arrived_is_asked_about_first(owner: Visitor, cast: Cast, lane: Lane) -> None:
    failed, unknown, expired = (
        a_message(cast.catalog, state, lane=lane) for state in ("failed", "unknown", "expired")
    )
    form = {"message": [str(one.pk) for one in (failed, unknown, expired)]}
    page = owner.post(f"{LOG}/send-again", form)
    assert page.status == 200
    assert "1 message surely did not arrive" in page.words
    assert "Whoever has got one gets it twice." in page.words
    assert f"{expired.address} : What it is about is over." in page.words
    assert not Message.objects.filter(state=MessageState.QUEUED).exists()
    owner.post(f"{LOG}/send-again", form | {"confirmed": "yes"})
    assert list(Message.objects.filter(state=MessageState.QUEUED)) == [failed]
    owner.post(f"{LOG}/send-again", form | {"confirmed": "yes", "also_doubtful": "on"})
    assert set(Message.objects.filter(state=MessageState.QUEUED)) == {failed, unknown}


def test_what_came_back_is_asked_about_first(owner: Visitor, cast: Cast, lane: Lane) -> None:
    message = a_message(cast.catalog, "bounced", lane=lane, reason="The mailbox was full.")
    form = {"message": [str(message.pk)]}
    page = owner.post(f"{LOG}/send-again", form)
    assert "Some came back." in page.words
    assert "The mailbox was full." in page.words
    owner.post(f"{LOG}/send-again", form | {"confirmed": "yes"})
    message.refresh_from_db()
    assert message.state == "queued"


@pytest.mark.parametrize("odd", [{}, {"message": ["x", "-1", "9" * 40]}])
def test_nothing_marked_is_said_so(owner: Visitor, cast: Cast, odd: dict[str, list[str]]) -> None:
    answer = owner.post(f"{LOG}/send-again", odd)
    assert "Mark the messages first." in owner.get(answer.location).words


def test_messages_of_others_are_not_sent_again(owner: Visitor, cast: Cast, lane: Lane) -> None:
    theirs = a_message(cast.other_catalog, "failed", lane=lane)
    owner.post(f"{LOG}/send-again", {"message": [str(theirs.pk)], "confirmed": "yes"})
    theirs.refresh_from_db()
    assert theirs.state == MessageState.FAILED


def exported(visitor: Visitor, **filters: str) -> list[dict[str, str]]:
    response: Any = visitor.client.post(f"{LOG}/export", filters)
    assert response.streaming
    assert 'filename="delivery-log-academy-2026-11-23.csv"' in response["Content-Disposition"]
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_holds_what_is_filtered_and_is_on_the_record(
    owner: Visitor, cast: Cast, lane: Lane
) -> None:
    a_try(a_message(cast.catalog, "accepted", name="Ole Bang"), lane, request_id="request-1")
    failed = a_message(cast.catalog, "failed", reason="Refused, for good.", reason_code="refused")
    a_message(cast.other_catalog, "failed")
    rows = exported(owner)
    assert [row["name"] for row in rows] == [failed.name, "Ole Bang"]
    assert rows[1]["request id"] == "request-1"
    assert (rows[1]["state"], rows[1]["route"]) == ("accepted", "mailbox")
    assert [row["reason"] for row in exported(owner, status="failed")] == ["Refused, for good."]
    entry = AuditEntry.objects.filter(action="messages.exported").latest("id")
    assert (entry.actor, entry.after) == (
        cast.owner,
        {"states": ["bounced", "failed", "unknown"]},
    )


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r", " =", "\uff1d"])
def test_no_cell_of_the_export_runs_in_a_spreadsheet(
    owner: Visitor, cast: Cast, begin: str
) -> None:
    a_message(cast.catalog, "failed", name=f'{begin}HYPERLINK("https://evil.example")')
    (row,) = exported(owner)
    assert row["name"].startswith("'")
