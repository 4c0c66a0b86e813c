"""What goes on the wire to Graph, and what is made of odd answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from classbell.microsoft.graph import (
    GraphAccount,
    GraphCalendar,
    GraphMail,
    GraphRooms,
    mailbox_path,
)
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Accepted, Address, Attachment, Mail, Mailbox
from classbell.ports.rooms import Availability
from tests.unit.microsoft.graph_stub import ME, GraphStub, refusal

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MAIL = Mail("Hello", "<p>Hi</p>", to=(Address("ana@contoso.example", "Ana"),))


def kind_of(action: Callable[[], object]) -> VerdictKind:
    with pytest.raises(ProviderFailure) as caught:
        action()
    return caught.value.verdict.kind


def test_a_mail_carries_everything_and_keeps_no_copy() -> None:
    graph = GraphStub(httpx2.Response(202, headers={"request-id": "r-1"}))
    mail = Mail(
        "Hello",
        "<p>Hi</p>",
        bcc=(Address("ana@contoso.example"),),
        reply_to=(Address("lms@contoso.example"),),
        headers=(("x-classbell-message", "1"),),
        attachments=(Attachment("a.ics", "text/calendar", b"BEGIN"),),
    )
    assert GraphMail(graph.client).send(ME, mail) == Accepted(request_id="r-1")
    request = graph.requests[0]
    assert str(request.url) == "https://graph.example/v1.0/me/sendMail"
    assert request.headers["authorization"] == "Bearer token-1"
    sent = graph.sent()
    assert sent["saveToSentItems"] is False
    message = sent["message"]
    assert message["bccRecipients"] == [{"emailAddress": {"address": "ana@contoso.example"}}]
    assert message["internetMessageHeaders"] == [{"name": "x-classbell-message", "value": "1"}]
    assert base64.b64decode(message["attachments"][0]["contentBytes"]) == b"BEGIN"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx2.ConnectError("refused"), VerdictKind.RETRY),
        (httpx2.PoolTimeout("full"), VerdictKind.RETRY),
        (httpx2.ReadTimeout("silence"), VerdictKind.UNKNOWN),
        (httpx2.RemoteProtocolError("hung up"), VerdictKind.UNKNOWN),
        (httpx2.Response(502, text="bad gateway"), VerdictKind.UNKNOWN),
        (httpx2.Response(504, text="gateway timeout"), VerdictKind.UNKNOWN),
        (refusal(504, "ErrorTimeoutExpired"), VerdictKind.RETRY),
        (httpx2.Response(503, text="busy"), VerdictKind.RETRY),
    ],
)
def test_a_mail_that_may_have_left_is_unknown(
    answer: httpx2.Response | Exception, kind: VerdictKind
) -> None:
    graph = GraphStub(answer)
    assert kind_of(lambda: GraphMail(graph.client).send(ME, MAIL)) is kind


def test_a_mail_that_was_taken_with_a_wish_to_wait_was_taken() -> None:
    graph = GraphStub(httpx2.Response(202, headers={"request-id": "r-1", "Retry-After": "30"}))
    assert GraphMail(graph.client).send(ME, MAIL) == Accepted(request_id="r-1")
    assert len(graph.requests) == 1


def test_a_shared_mailbox_is_only_another_path() -> None:
    graph = GraphStub(httpx2.Response(202))
    path = mailbox_path("training+1@contoso.example")
    GraphMail(graph.client).send(Mailbox(path, "t"), MAIL)
    assert graph.requests[0].url.path == "/v1.0/users/training+1@contoso.example/sendMail"
    assert mailbox_path() == "/me"
    assert mailbox_path("a/../b") == "/users/a%2F..%2Fb"


def pages_of_rooms(next_link: str) -> tuple[httpx2.Response, httpx2.Response]:
    def room(name: str) -> dict[str, Any]:
        return {"emailAddress": f"{name}@contoso.example", "displayName": name, "floorNumber": 2}

    first = {"value": [room("a")], "@odata.nextLink": next_link}
    return httpx2.Response(200, json=first), httpx2.Response(200, json={"value": [room("b"), {}]})


def test_every_page_of_rooms_is_read_and_its_link_followed_as_it_is() -> None:
    link = "https://graph.example/v1.0/places/microsoft.graph.room?$top=100&$skiptoken=a%2Bb"
    graph = GraphStub(*pages_of_rooms(link))
    rooms = GraphRooms(graph.client).list_rooms(ME)
    assert [(room.address, room.floor) for room in rooms] == [
        ("a@contoso.example", "2"),
        ("b@contoso.example", "2"),
    ]
    assert str(graph.requests[1].url) == link


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1.0/x", "https://graph.example.evil/v1.0/"]
)
def test_the_token_never_follows_a_page_to_another_host(link: str) -> None:
    graph = GraphStub(*pages_of_rooms(link))
    assert kind_of(lambda: GraphRooms(graph.client).list_rooms(ME)) is VerdictKind.RETRY
    assert len(graph.requests) == 1


def test_free_time_is_asked_in_pieces_that_graph_accepts() -> None:
    addresses = tuple(f"room{n}@contoso.example" for n in range(25))

    def all_free(request: httpx2.Request) -> httpx2.Response:
        asked = graph.sent()["schedules"]
        value = [
            {"scheduleId": a.upper(), "availabilityView": "0", "scheduleItems": []} for a in asked
        ]
        return httpx2.Response(200, json={"value": value})

    graph = GraphStub(*[all_free] * 4)
    told = GraphRooms(graph.client).availability(ME, addresses, START, START + timedelta(days=60))
    assert set(told.values()) == {Availability.FREE}
    assert len(told) == 25
    assert len(graph.requests) == 4
    for index in range(4):
        sent = graph.sent(index)
        begin, end = (datetime.fromisoformat(sent[k]["dateTime"]) for k in ("startTime", "endTime"))
        assert len(sent["schedules"]) <= 20
        assert end - begin < timedelta(days=42)


def item(status: str, begin: str, end: str) -> dict[str, Any]:
    return {
        "status": status,
        "start": {"dateTime": f"2026-12-01T{begin}:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"2026-12-01T{end}:00.0000000", "timeZone": "UTC"},
    }


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"availabilityView": "000", "scheduleItems": []}, Availability.FREE),
        ({"availabilityView": "020", "scheduleItems": []}, Availability.BUSY),
        ({"availabilityView": "2", "scheduleItems": [item("busy", "09:30", "12:00")]}, "busy"),
        ({"availabilityView": "1", "scheduleItems": [item("tentative", "09:30", "12:00")]}, "busy"),
        ({"availabilityView": "2", "scheduleItems": [item("busy", "11:00", "12:00")]}, "free"),
        ({"availabilityView": "0", "scheduleItems": [item("free", "09:00", "12:00")]}, "free"),
        ({"availabilityView": "", "scheduleItems": []}, Availability.UNKNOWN),
        (
            {"availabilityView": "", "error": {"responseCode": "ErrorMailRecipientNotFound"}},
            Availability.UNKNOWN,
        ),
        (None, Availability.UNKNOWN),
    ],
)
def test_a_room_is_free_only_if_graph_says_so(
    schedule: dict[str, Any] | None, expected: str
) -> None:
    value = [] if schedule is None else [{"scheduleId": "a@contoso.example", **schedule}]
    graph = GraphStub(httpx2.Response(200, json={"value": value}))
    told = GraphRooms(graph.client).availability(
        ME, ("a@contoso.example",), START, START + timedelta(hours=2)
    )
    assert told == {"a@contoso.example": expected}


def test_a_plan_of_two_licences_is_active_if_one_is() -> None:
    plan = "57ff2da0-773e-42df-b2af-ffb7a2317929"
    licences = [
        {"servicePlans": [{"servicePlanId": plan, "servicePlanName": "TEAMS1", **status}]}
        for status in ({"provisioningStatus": "Success"}, {"provisioningStatus": "Disabled"})
    ]
    graph = GraphStub(httpx2.Response(200, json={"value": licences}))
    (found,) = GraphAccount(graph.client).service_plans(ME)
    assert (found.name, found.active) == ("TEAMS1", True)


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"id": 5}'])
def test_answers_without_sense_are_tried_again(body: str) -> None:
    graph = GraphStub(httpx2.Response(200, text=body), httpx2.Response(200, text=body))
    assert kind_of(lambda: GraphAccount(graph.client).profile(ME)) is VerdictKind.RETRY
    assert kind_of(lambda: GraphCalendar(graph.client).get(ME, "e1")) is VerdictKind.RETRY
