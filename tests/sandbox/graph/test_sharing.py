"""Calendars of others: who may read and write them, by scope and by right."""

from typing import Any

import httpx2
import pytest

from m365sandbox.directory.model import CalendarRight, Person
from m365sandbox.testing import Sandbox as Running
from tests.sandbox.graph.harness import EVERYTHING, Sandbox, event, invited, person

CONTOSO = "c0470500-0000-4000-8000-000000000001"
LEARNING, ANA = "learning@contoso.example", "ana@contoso.example"
ZOE, ROSA = "zoe.dubois@contoso.example", "rosa.fabri@fabrikam.example"
SHARED = "training-calendar@contoso.example"
SCOPES = f"{EVERYTHING} Calendars.ReadWrite.Shared"
WINDOW = "startDateTime=2026-12-01&endDateTime=2026-12-08"


@pytest.fixture(autouse=True)
def shared(sandbox: Sandbox) -> Person:
    """Add a shared mailbox, and let the caller hold the scope."""
    sandbox.scopes = SCOPES
    mailbox = person(CONTOSO, "contoso.example", "training-calendar", "Training", licences=[])
    mailbox.mailbox_kind, mailbox.account_enabled = "shared", False
    return sandbox.world.directory.add_person(mailbox)


def code(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, str(answer.json()["error"]["code"])


def give(sandbox: Sandbox, right: CalendarRight, owner: str = SHARED) -> None:
    """Let the learning account use a calendar."""
    mailbox = sandbox.world.directory.person(owner)
    assert mailbox is not None
    mailbox.calendar_rights[LEARNING] = right


@pytest.mark.parametrize("below", ["events", "calendar/events"])
@pytest.mark.parametrize("right", ["Editor", "FullAccess"])
def test_an_editor_writes_in_the_name_of_the_calendars_owner(
    sandbox: Sandbox, right: CalendarRight, below: str
) -> None:
    give(sandbox, right)
    path = f"/users/{SHARED}/{below}"
    made = sandbox.ask("POST", path, event(attendees=invited(ANA)))
    assert made.status_code == 201, made.text
    created: dict[str, Any] = made.json()
    assert created["organizer"]["emailAddress"]["address"] == SHARED
    assert created["isOrganizer"] is True
    one = f"{path}/{created['id']}"
    assert sandbox.ask("PATCH", one, {"subject": "Changed"}).json()["subject"] == "Changed"
    assert [seen["id"] for seen in sandbox.get(path)["value"]] == [created["id"]]
    view = sandbox.get(f"/users/{SHARED}/calendarView?{WINDOW}")["value"]
    assert [seen["subject"] for seen in view] == ["Changed"]
    assert sandbox.inbox(ANA)[0]["from"]["address"] == SHARED
    assert sandbox.get("/me/events")["value"] == []
    assert sandbox.ask("POST", f"{one}/cancel", {"comment": "Off"}).status_code == 202
    assert code(sandbox.ask("DELETE", one)) == (404, "ErrorItemNotFound")


def test_the_calendar_says_what_the_caller_may_do(sandbox: Sandbox) -> None:
    path = f"/users/{SHARED}/calendar"
    give(sandbox, "Reviewer")
    assert sandbox.get(path)["canEdit"] is False
    give(sandbox, "Editor")
    shown = sandbox.get(path)
    assert (shown["canEdit"], shown["canShare"], shown["owner"]["address"]) == (True, False, SHARED)
    (listed,) = sandbox.get(f"/users/{SHARED}/calendars")["value"]
    assert listed["canEdit"] is True
    assert listed["allowedOnlineMeetingProviders"] == []
    made = sandbox.ask("POST", f"{path}s/{shown['id']}/events", event())
    assert made.status_code == 201
    assert sandbox.get("/me/calendar")["canEdit"] is True


def test_a_reviewer_reads_and_does_not_write(sandbox: Sandbox) -> None:
    give(sandbox, "Editor")
    created = sandbox.ask("POST", f"/users/{SHARED}/events", event()).json()
    give(sandbox, "Reviewer")
    one = f"/users/{SHARED}/events/{created['id']}"
    assert sandbox.get(one)["subject"] == "Fire safety"
    for method, path, body in (
        ("POST", f"/users/{SHARED}/calendar/events", event()),
        ("PATCH", one, {"subject": "x"}),
        ("DELETE", one, None),
        ("POST", f"{one}/cancel", {}),
    ):
        assert code(sandbox.ask(method, path, body)) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize("right", ["AvailabilityOnly", "LimitedDetails"])
def test_seeing_free_and_busy_is_not_reading(sandbox: Sandbox, right: CalendarRight) -> None:
    give(sandbox, right)
    refused = sandbox.ask("GET", f"/users/{SHARED}/events")
    assert code(refused) == (403, "ErrorAccessDenied")


def test_without_any_right_there_is_nothing(sandbox: Sandbox) -> None:
    for method, body in (("GET", None), ("POST", event())):
        refused = sandbox.ask(method, f"/users/{SHARED}/events", body)
        assert code(refused) == (404, "ErrorItemNotFound")
    assert code(sandbox.ask("GET", f"/users/{SHARED}/calendar")) == (404, "ErrorItemNotFound")


def test_a_right_is_of_one_person_and_no_other(sandbox: Sandbox) -> None:
    give(sandbox, "Editor")
    path = f"/users/{SHARED}/events"
    assert sandbox.ask("GET", path).status_code == 200
    assert code(sandbox.ask("GET", path, caller=ZOE)) == (404, "ErrorItemNotFound")
    assert sandbox.ask("GET", path, caller=ROSA).status_code == 404


def test_a_right_is_worth_nothing_without_the_scope(sandbox: Sandbox) -> None:
    give(sandbox, "Editor")
    path = f"/users/{SHARED}/calendar/events"
    for scopes in (EVERYTHING, "Calendars.Read.Shared", "User.Read"):
        refused = sandbox.ask("POST", path, event(), scopes=scopes)
        assert code(refused) == (403, "ErrorAccessDenied")
    assert sandbox.ask("GET", path, scopes="Calendars.Read.Shared").status_code == 200
    assert code(sandbox.ask("GET", path, scopes=EVERYTHING)) == (403, "ErrorAccessDenied")


def test_a_right_on_the_calendar_opens_nothing_else(sandbox: Sandbox) -> None:
    give(sandbox, "FullAccess")
    for path in ("messages", "mailFolders", "mailboxSettings"):
        assert code(sandbox.ask("GET", f"/users/{SHARED}/{path}")) == (403, "ErrorAccessDenied")


def test_a_persons_calendar_is_shared_the_same_way(sandbox: Sandbox) -> None:
    give(sandbox, "Editor", owner=ZOE)
    made = sandbox.ask("POST", f"/users/{ZOE}/events", event(isOnlineMeeting=True))
    assert made.json()["onlineMeeting"]["joinUrl"]
    own = sandbox.get("/me/events", caller=ZOE)["value"]
    assert [one["id"] for one in own] == [made.json()["id"]]
    other = sandbox.world.directory.person("guest@contoso.example")
    assert other is not None
    other.calendar_rights[LEARNING] = "Editor"
    refused = sandbox.ask("GET", "/users/guest@contoso.example/events")
    assert code(refused) == (404, "MailboxNotEnabledForRESTAPI")


def test_ids_of_one_calendar_are_worth_nothing_in_another(sandbox: Sandbox) -> None:
    give(sandbox, "Editor")
    created = sandbox.ask("POST", f"/users/{SHARED}/events", event()).json()
    assert code(sandbox.ask("GET", f"/me/events/{created['id']}")) == (404, "ErrorItemNotFound")


def test_rights_are_given_and_taken_by_control_and_page(live_sandbox: Running) -> None:
    control = live_sandbox.control
    token = live_sandbox.access_token(LEARNING, "Calendars.ReadWrite.Shared")
    url = f"{live_sandbox.graph_url}/v1.0/users/{SHARED}/calendar/events"
    page = f"{live_sandbox.people_url}/portal/calendars/{SHARED}/rights"

    def status() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        with live_sandbox.browser() as client:
            return client.post(url, json=event(), headers=headers).status_code

    assert status() == 404
    control.share_calendar(SHARED, LEARNING, "Editor")
    assert control.ask("GET", f"/people/{SHARED}")["calendar_rights"] == {LEARNING: "Editor"}
    assert status() == 201
    with live_sandbox.browser() as browser:
        assert "Take the right from Contoso Learning" in browser.get(page).text
        assert browser.post(page, data={"who": LEARNING}).status_code == 303
        assert status() == 404
        assert browser.post(page, data={"who": LEARNING, "right": "Reviewer"}).status_code == 303
        assert status() == 403
        for wrong in (
            {"who": LEARNING, "right": "King"},
            {"who": ROSA, "right": "Editor"},
            {"who": SHARED, "right": "Editor"},
            {"who": "nobody", "right": "Editor"},
        ):
            assert browser.post(page, data=wrong).status_code == 400
        assert browser.get(page.replace(SHARED, "nobody")).status_code == 404
    with pytest.raises(httpx2.HTTPStatusError):
        control.share_calendar(SHARED, ROSA, "Editor")
    with pytest.raises(httpx2.HTTPStatusError):
        control.share_calendar(SHARED, LEARNING, "King")
