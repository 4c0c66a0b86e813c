"""Answers with and without a message, proposed times, and forwarding."""

from typing import Any

import httpx2
import pytest

from tests.sandbox.graph.harness import Sandbox, invited
from tests.sandbox.graph.test_meetings import ANA, ZOE, at, status

LEARNING = "learning@contoso.example"
OTHER = "guest@elsewhere.example"
SLOT = at("2026-12-01", "14:00", "16:00")


def answered(sandbox: Sandbox, verb: str, body: object) -> httpx2.Response:
    """Let Zoé answer the one invitation she has."""
    (copy,) = sandbox.get("/me/events", caller=ZOE)["value"]
    return sandbox.ask("POST", f"/me/events/{copy['id']}/{verb}", body, caller=ZOE)


def attendee(sandbox: Sandbox, created: dict[str, Any], address: str) -> dict[str, Any]:
    """Return an attendee as the organiser sees them."""
    found = sandbox.get(f"/me/events/{created['id']}")["attendees"]
    (one,) = [one for one in found if one["emailAddress"]["address"] == address]
    return dict(one)


@pytest.mark.parametrize(
    ("members", "body"),
    [({}, {"sendResponse": False}), ({"responseRequested": False}, {})],
    ids=["none sent", "none requested"],
)
def test_an_answer_that_is_not_sent_stays_with_the_attendee(
    sandbox: Sandbox, members: dict[str, object], body: object
) -> None:
    created = sandbox.create(attendees=invited(ZOE), **members)
    assert answered(sandbox, "accept", body).status_code == 202
    (copy,) = sandbox.get("/me/events", caller=ZOE)["value"]
    assert copy["responseStatus"]["response"] == "accepted"
    assert copy["responseRequested"] is members.get("responseRequested", True)
    assert status(sandbox, created, ZOE) == "none"
    assert sandbox.inbox(LEARNING) == []


@pytest.mark.parametrize("verb", ["decline", "tentativelyAccept"])
def test_another_time_can_be_proposed_until_the_meeting_moves(sandbox: Sandbox, verb: str) -> None:
    created = sandbox.create(attendees=invited(ZOE))
    assert answered(sandbox, verb, {"proposedNewTime": SLOT}).status_code == 202
    proposed = attendee(sandbox, created, ZOE)["proposedNewTime"]
    assert proposed["start"]["dateTime"].startswith("2026-12-01T14:00")
    assert proposed["end"]["dateTime"].startswith("2026-12-01T16:00")
    sandbox.ask("PATCH", f"/me/events/{created['id']}", {"subject": "Renamed"})
    assert "proposedNewTime" in attendee(sandbox, created, ZOE)
    sandbox.ask("PATCH", f"/me/events/{created['id']}", SLOT)
    assert "proposedNewTime" not in attendee(sandbox, created, ZOE)


@pytest.mark.parametrize(
    ("members", "verb", "body"),
    [
        ({"allowNewTimeProposals": False}, "decline", {"proposedNewTime": SLOT}),
        ({}, "decline", {"proposedNewTime": SLOT, "sendResponse": False}),
        ({}, "accept", {"proposedNewTime": SLOT}),
        ({}, "decline", {"proposedNewTime": at("2026-12-01", "16:00", "14:00")}),
        ({}, "decline", {"proposedNewTime": {"start": SLOT["start"]}}),
        ({}, "decline", {"proposedNewTime": "tomorrow"}),
    ],
)
def test_a_proposal_nobody_wants_is_refused(
    sandbox: Sandbox, members: dict[str, object], verb: str, body: object
) -> None:
    created = sandbox.create(attendees=invited(ZOE), **members)
    assert answered(sandbox, verb, body).status_code == 400
    assert status(sandbox, created, ZOE) == "none"


def test_an_organiser_forwards_to_one_more(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ZOE))
    path = f"/me/events/{created['id']}/forward"
    body = {"ToRecipients": invited(ANA), "Comment": "Please come"}
    assert sandbox.ask("POST", path, body).status_code == 202
    assert attendee(sandbox, created, ANA)["status"]["response"] == "none"
    (mail,) = sandbox.inbox(ANA)
    assert "Please come" in mail["text"]
    assert [one["subject"] for one in sandbox.get("/me/events", caller=ANA)["value"]]
    assert len(sandbox.inbox(ZOE)) == 1
    assert sandbox.ask("POST", path, body).status_code == 202
    assert len(sandbox.inbox(ANA)) == 1


def test_an_attendee_forwards_and_the_organiser_is_told(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ZOE), hideAttendees=True)
    forwarded = answered(sandbox, "microsoft.graph.forward", {"toRecipients": invited(OTHER)})
    assert forwarded.status_code == 202
    assert attendee(sandbox, created, OTHER)
    (told,) = sandbox.inbox(LEARNING)
    assert told["subject"] == "Meeting Forward Notification: Fire safety"
    assert OTHER in told["text"]
    assert [one["subject"] for one in sandbox.inbox(OTHER)] == ["Fire safety"]
    (copy,) = sandbox.get("/me/events", caller=ZOE)["value"]
    assert [one["emailAddress"]["address"] for one in copy["attendees"]] == [ZOE]


def test_nobody_is_no_address_to_forward_to(sandbox: Sandbox) -> None:
    created = sandbox.create(attendees=invited(ZOE))
    path = f"/me/events/{created['id']}/forward"
    nobody: tuple[dict[str, Any], ...] = (
        {},
        {"toRecipients": []},
        {"toRecipients": invited("nonsense")},
    )
    for body in nobody:
        refused = sandbox.ask("POST", path, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            400,
            "ErrorInvalidRecipients",
        )
    many = invited(*(f"p{number}@elsewhere.example" for number in range(500)))
    assert sandbox.ask("POST", path, {"toRecipients": many}).status_code == 400
    assert len(sandbox.get(f"/me/events/{created['id']}")["attendees"]) == 1
