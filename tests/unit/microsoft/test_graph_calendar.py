"""The calendar's finer points: what is sent, what is kept, what is done twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from classbell.microsoft.graph import GraphCalendar
from classbell.ports.calendar import Answer, Attendee, AttendeeKind, DesiredEntry
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Address
from tests.unit.microsoft.graph_stub import ME, GraphStub, refusal

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
ANA = Attendee(Address("ana@contoso.example", "Ana"))
ROOM = Attendee(Address("auditorium@contoso.example", "Auditorium"), AttendeeKind.RESOURCE)
ENTRY = DesiredEntry(
    session_ref="4711",
    transaction_id="session-4711-1",
    subject="Fire safety",
    html="<p>Bring your badge.</p>",
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    time_zone="Europe/Copenhagen",
    place="Auditorium",
    attendees=(ANA, ROOM),
    online=True,
)
BLOCK = (
    '<div class="me-email-text"><a href="https://teams.microsoft.com/l/meetup-join/x">J</a></div>'
)


def event(**changed: object) -> dict[str, Any]:
    """Return the event of ENTRY as Graph shows it."""
    return {
        "@odata.etag": 'W/"1"',
        "id": "AAMk/1=",
        "iCalUId": "uid-1",
        "subject": "Fire safety",
        "body": {
            "contentType": "html",
            "content": f"<html><body><p>Bring your badge.</p>{BLOCK}</body></html>",
        },
        "start": {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T11:00:00.0000000", "timeZone": "UTC"},
        "location": {"displayName": "Auditorium"},
        "attendees": [
            {
                "type": "required",
                "emailAddress": {"address": "Ana@contoso.example"},
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
            },
            {
                "type": "resource",
                "emailAddress": {"address": "auditorium@contoso.example"},
                "status": {"response": "accepted", "time": "2026-11-23T08:00:05.5Z"},
            },
        ],
        "isOnlineMeeting": True,
        "onlineMeeting": {"joinUrl": "https://teams.microsoft.com/l/meetup-join/x"},
        **changed,
    }


def ok(**changed: object) -> httpx2.Response:
    return httpx2.Response(200, json=event(**changed))


def test_a_new_event_is_findable_repeatable_and_in_utc() -> None:
    graph = GraphStub(httpx2.Response(201, json=event()))
    made = GraphCalendar(graph.client).create(ME, ENTRY)
    sent = graph.sent()
    assert sent["transactionId"] == "session-4711-1"
    assert sent["singleValueExtendedProperties"][0]["value"] == "4711"
    assert sent["start"] == {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"}
    assert sent["attendees"][1]["type"] == "resource"
    assert sent["location"]["locationEmailAddress"] == "auditorium@contoso.example"
    assert sent["hideAttendees"] is True
    assert 'IdType="ImmutableId"' in graph.requests[0].headers["prefer"]
    assert made.join_url.startswith("https://teams.microsoft.com/")
    assert [a.answer for a in made.answers] == [Answer.NONE, Answer.ACCEPTED]
    assert made.answers[0].answered_at is None


def test_no_online_meeting_is_asked_for_where_none_is_wanted() -> None:
    graph = GraphStub(httpx2.Response(201, json=event()))
    GraphCalendar(graph.client).create(ME, replace(ENTRY, online=False))
    assert "isOnlineMeeting" not in graph.sent()


@pytest.mark.parametrize("status", [400, 409])
def test_a_repeated_create_returns_the_event_that_exists(status: int) -> None:
    more = {"@event.existingEventId": "AAMk/1="}
    graph = GraphStub(refusal(status, "ErrorDuplicateTransactionId", **more), ok())
    assert GraphCalendar(graph.client).create(ME, ENTRY).event_id == "AAMk/1="
    assert graph.requests[1].url.raw_path == b"/v1.0/me/events/AAMk%2F1%3D"


def test_a_repeated_create_without_an_id_is_found_by_our_own() -> None:
    found = httpx2.Response(200, json={"value": [event()]})
    graph = GraphStub(refusal(400, "ErrorDuplicateTransactionId"), found)
    assert GraphCalendar(graph.client).create(ME, ENTRY).event_id == "AAMk/1="
    assert "ep/value eq '4711'" in graph.requests[1].url.params["$filter"]


def test_a_repeated_create_of_an_event_that_is_gone_is_a_conflict() -> None:
    nothing = httpx2.Response(200, json={"value": []})
    graph = GraphStub(refusal(400, "ErrorDuplicateTransactionId"), nothing)
    with pytest.raises(ProviderFailure) as caught:
        GraphCalendar(graph.client).create(ME, ENTRY)
    assert caught.value.verdict.kind is VerdictKind.CONFLICT


def test_a_quote_in_our_id_cannot_leave_the_filter() -> None:
    graph = GraphStub(httpx2.Response(200, json={"value": []}))
    assert GraphCalendar(graph.client).find(ME, "4711' or '1' eq '1") is None
    assert "4711'' or ''1'' eq ''1'" in graph.requests[0].url.params["$filter"]


def changed_fields(entry: DesiredEntry, **on_event: object) -> dict[str, Any]:
    """Update an event to an entry and return what was sent."""
    graph = GraphStub(ok(**on_event), ok())
    calendar = GraphCalendar(graph.client)
    calendar.update(ME, calendar.get(ME, "AAMk/1="), entry)
    if len(graph.requests) == 1:
        return {}
    assert graph.requests[1].headers["if-match"] == 'W/"1"'
    return graph.sent()


def test_nothing_is_sent_where_nothing_differs() -> None:
    assert changed_fields(ENTRY) == {}


@pytest.mark.parametrize(
    ("entry", "fields"),
    [
        (replace(ENTRY, subject="Fire"), {"subject"}),
        (replace(ENTRY, starts_at=START + timedelta(hours=1)), {"start", "end"}),
        (replace(ENTRY, place="Harbour"), {"location"}),
        (replace(ENTRY, attendees=(ANA,)), {"attendees"}),
        (replace(ENTRY, html="<p>Bring water.</p>"), {"body"}),
        (replace(ENTRY, online=False), set()),
    ],
)
def test_only_what_differs_is_sent(entry: DesiredEntry, fields: set[str]) -> None:
    assert set(changed_fields(entry)) == fields


def test_a_changed_attendee_list_is_sent_whole() -> None:
    ben = Attendee(Address("ben@contoso.example", "Ben"))
    sent = changed_fields(replace(ENTRY, attendees=(ANA, ben, ROOM)))
    assert [a["emailAddress"]["address"] for a in sent["attendees"]] == [
        "ana@contoso.example",
        "ben@contoso.example",
        "auditorium@contoso.example",
    ]


def test_a_changed_body_keeps_the_teams_block() -> None:
    sent = changed_fields(replace(ENTRY, html="<p>Bring water.</p>"))
    assert BLOCK in sent["body"]["content"]
    assert "badge" not in sent["body"]["content"]


def test_a_meeting_can_be_added_later() -> None:
    sent = changed_fields(ENTRY, isOnlineMeeting=False, onlineMeeting=None)
    assert sent == {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


def test_an_event_changed_meanwhile_is_a_conflict() -> None:
    graph = GraphStub(ok(), refusal(412, "ErrorIrresolvableConflict"))
    calendar = GraphCalendar(graph.client)
    with pytest.raises(ProviderFailure) as caught:
        calendar.update(ME, calendar.get(ME, "1"), replace(ENTRY, subject="Fire"))
    assert caught.value.verdict.kind is VerdictKind.CONFLICT


def test_a_cancelled_event_tells_everybody_why() -> None:
    graph = GraphStub(httpx2.Response(202))
    GraphCalendar(graph.client).cancel(ME, "AAMk/1=", "The trainer is ill.")
    assert graph.requests[0].url.raw_path == b"/v1.0/me/events/AAMk%2F1%3D/cancel"
    assert graph.sent() == {"Comment": "The trainer is ill."}


def test_an_event_already_gone_counts_as_cancelled() -> None:
    graph = GraphStub(refusal(404, "ErrorItemNotFound"))
    GraphCalendar(graph.client).cancel(ME, "1", "")


def test_an_event_nobody_is_invited_to_is_deleted_instead() -> None:
    graph = GraphStub(refusal(400, "ErrorInvalidRequest"), ok(attendees=[]), httpx2.Response(204))
    GraphCalendar(graph.client).cancel(ME, "1", "")
    assert [r.method for r in graph.requests] == ["POST", "GET", "DELETE"]


def test_a_meeting_that_cannot_be_cancelled_is_not_deleted() -> None:
    graph = GraphStub(refusal(400, "ErrorCalendarIsNotOrganizer"), ok())
    with pytest.raises(ProviderFailure):
        GraphCalendar(graph.client).cancel(ME, "1", "")
    assert len(graph.requests) == 2


def test_a_time_in_another_zone_than_asked_for_is_not_guessed_at() -> None:
    odd = {"dateTime": "2026-12-01T09:00:00", "timeZone": "Romance Standard Time"}
    graph = GraphStub(ok(start=odd))
    with pytest.raises(ProviderFailure):
        GraphCalendar(graph.client).get(ME, "1")
