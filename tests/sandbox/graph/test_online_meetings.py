"""Teams meetings: found by their link, with options, co-organisers and the refusals of Teams."""

from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from m365sandbox.directory.model import Person
from m365sandbox.testing import Sandbox as Running
from tests.sandbox.graph.harness import EVERYTHING, Sandbox, event

LEARNING, ZOE = "learning@contoso.example", "zoe.dubois@contoso.example"
ANA, ROSA = "ana@contoso.example", "rosa.fabri@fabrikam.example"


def someone(sandbox: Sandbox, address: str) -> Person:
    """Return a person of the sandbox."""
    person = sandbox.world.directory.person(address)
    assert person is not None
    return person


def by_link(sandbox: Sandbox, link: str, **others: str) -> httpx2.Response:
    """Ask for the meeting with a join link."""
    wanted = quote(f"JoinWebUrl eq '{link}'", safe="")
    return sandbox.ask("GET", f"/me/onlineMeetings?$filter={wanted}", None, None, **others)


def meeting_of(sandbox: Sandbox, created: dict[str, Any]) -> dict[str, Any]:
    """Return the meeting behind an event."""
    answer = by_link(sandbox, created["onlineMeeting"]["joinUrl"])
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["value"]
    return dict(found)


def code(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, str(answer.json()["error"]["code"])


def test_the_meeting_of_an_event_is_found_by_its_link(sandbox: Sandbox) -> None:
    created = sandbox.create(isOnlineMeeting=True)
    found = meeting_of(sandbox, created)
    assert found["joinWebUrl"] == created["onlineMeeting"]["joinUrl"]
    assert found["subject"] == "Fire safety"
    assert found["startDateTime"].startswith("2026-12-01T09:00")
    assert found["participants"]["organizer"]["identity"]["user"]["id"] == (
        someone(sandbox, LEARNING).oid
    )
    assert found["participants"]["attendees"] == []
    again = by_link(sandbox, quote(created["onlineMeeting"]["joinUrl"], safe=""))
    assert again.json()["value"][0]["id"] == found["id"]
    number = found["joinMeetingIdSettings"]["joinMeetingId"]
    path = f"/me/onlineMeetings?$filter=joinMeetingIdSettings/joinMeetingId eq '{number}'"
    assert sandbox.get(path)["value"][0]["id"] == found["id"]
    assert sandbox.get(f"/me/onlineMeetings/{found['id']}")["id"] == found["id"]


def test_the_meeting_follows_its_event(sandbox: Sandbox) -> None:
    created = sandbox.create(isOnlineMeeting=True)
    moved = {
        "subject": "Moved",
        "start": {"dateTime": "2026-12-02T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-02T10:00:00", "timeZone": "UTC"},
    }
    sandbox.ask("PATCH", f"/me/events/{created['id']}", moved)
    found = meeting_of(sandbox, created)
    assert found["subject"] == "Moved"
    assert found["endDateTime"].startswith("2026-12-02T10:00")


def test_options_and_co_organisers_are_set(sandbox: Sandbox) -> None:
    found = meeting_of(sandbox, sandbox.create(isOnlineMeeting=True))
    path = f"/me/onlineMeetings/{found['id']}"
    people = [
        {"upn": ZOE, "role": "coorganizer"},
        {"identity": {"user": {"id": someone(sandbox, ANA).oid}}, "role": "Presenter"},
        {"upn": "guest@elsewhere.example"},
    ]
    wanted = {
        "lobbyBypassSettings": {"scope": "invited", "isDialInBypassEnabled": True},
        "allowedPresenters": "roleIsPresenter",
        "recordAutomatically": True,
        "participants": {"attendees": people},
    }
    changed = sandbox.ask("PATCH", path, wanted)
    assert changed.status_code == 200, changed.text
    shown = sandbox.get(path)
    assert shown["lobbyBypassSettings"] == wanted["lobbyBypassSettings"]
    assert (shown["allowedPresenters"], shown["recordAutomatically"]) == ("roleIsPresenter", True)
    assert shown["allowMeetingChat"] == "enabled"
    roles = [(one["upn"], one["role"]) for one in shown["participants"]["attendees"]]
    assert roles == [
        (ZOE, "coorganizer"),
        (ANA, "presenter"),
        ("guest@elsewhere.example", "attendee"),
    ]
    assert shown["participants"]["attendees"][0]["identity"]["user"]["id"] == (
        someone(sandbox, ZOE).oid
    )
    sandbox.ask("PATCH", path, {"participants": {"attendees": [{"upn": ANA}]}})
    assert [one["upn"] for one in sandbox.get(path)["participants"]["attendees"]] == [ANA]


@pytest.mark.parametrize(
    "body",
    [
        {"participants": {"attendees": [{"role": "presenter"}]}},
        {"participants": {"attendees": [{"upn": "x@elsewhere.example", "role": "coorganizer"}]}},
        {"participants": {"attendees": [{"upn": ROSA, "role": "coorganizer"}]}},
        {"participants": {"attendees": [{"identity": {"user": {"id": "nobody"}}}]}},
        {"participants": {"attendees": [{"upn": ZOE, "role": "king"}]}},
        {"participants": {"organizer": {"upn": ZOE}}},
        {"lobbyBypassSettings": {"scope": "nobody"}},
        {"allowedPresenters": "some"},
        {"startDateTime": "2026-12-01T09:00:00Z"},
        {"startDateTime": "2026-12-01T09:00:00Z", "endDateTime": "2026-12-01T08:00:00Z"},
        {"colour": "red"},
    ],
)
def test_what_teams_does_not_take_is_refused_and_changes_nothing(
    sandbox: Sandbox, body: dict[str, Any]
) -> None:
    found = meeting_of(sandbox, sandbox.create(isOnlineMeeting=True))
    path = f"/me/onlineMeetings/{found['id']}"
    assert sandbox.ask("PATCH", path, {"recordAutomatically": True, **body}).status_code == 400
    assert sandbox.get(path) | {"@odata.context": ""} == found | {"@odata.context": ""}


def test_a_meeting_is_its_organisers_alone(sandbox: Sandbox) -> None:
    created = sandbox.create(isOnlineMeeting=True)
    found = meeting_of(sandbox, created)
    link = created["onlineMeeting"]["joinUrl"]
    for other in (ZOE, ROSA):
        assert code(by_link(sandbox, link, caller=other)) == (403, "Forbidden")
        for method, body in (("GET", None), ("PATCH", {"subject": "Mine"}), ("DELETE", None)):
            path = f"/me/onlineMeetings/{found['id']}"
            refused = sandbox.ask(method, path, body, caller=other)
            assert code(refused) == (404, "NotFound")
    path = f"/users/{ZOE}/onlineMeetings/{found['id']}"
    assert code(sandbox.ask("GET", path)) == (403, "Forbidden")
    own = f"/users/{LEARNING}/onlineMeetings/{found['id']}"
    assert sandbox.ask("GET", own).status_code == 200


def test_links_nobody_knows_and_other_questions(sandbox: Sandbox) -> None:
    assert code(by_link(sandbox, "https://teams.microsoft.com/l/x")) == (404, "NotFound")
    assert sandbox.ask("GET", "/me/onlineMeetings").status_code == 400
    wrong = "/me/onlineMeetings?$filter=subject eq 'Fire safety'"
    assert sandbox.ask("GET", wrong).status_code == 400
    assert code(sandbox.ask("GET", "/me/onlineMeetings/nonsense")) == (404, "NotFound")


def test_the_scope_of_meetings_is_needed(sandbox: Sandbox) -> None:
    created = sandbox.create(isOnlineMeeting=True)
    found = meeting_of(sandbox, created)
    path = f"/me/onlineMeetings/{found['id']}"
    without = EVERYTHING.replace("OnlineMeetings.ReadWrite", "")
    assert code(sandbox.ask("GET", path, scopes=without)) == (403, "Forbidden")
    reading = "OnlineMeetings.Read"
    assert sandbox.ask("GET", path, scopes=reading).status_code == 200
    assert code(sandbox.ask("PATCH", path, {}, scopes=reading)) == (403, "Forbidden")


def test_without_a_licence_there_are_no_meetings(sandbox: Sandbox) -> None:
    made = sandbox.ask("POST", "/me/events", event(isOnlineMeeting=True), caller=ANA).json()
    assert (made["isOnlineMeeting"], made["onlineMeeting"]) == (False, None)
    assert code(by_link(sandbox, "https://x", caller=ANA)) == (403, "Forbidden")
    assert code(sandbox.ask("POST", "/me/onlineMeetings", {}, caller=ANA)) == (403, "Forbidden")


def test_a_policy_forbids_new_meetings_and_leaves_the_old_ones(sandbox: Sandbox) -> None:
    before = sandbox.create(isOnlineMeeting=True)
    someone(sandbox, LEARNING).may_schedule_meetings = False
    made = sandbox.create(isOnlineMeeting=True)
    assert (made["isOnlineMeeting"], made["onlineMeetingProvider"], made["onlineMeeting"]) == (
        False,
        "unknown",
        None,
    )
    assert sandbox.get("/me/calendar")["allowedOnlineMeetingProviders"] == ["teamsForBusiness"]
    found = meeting_of(sandbox, before)
    path = f"/me/onlineMeetings/{found['id']}"
    assert code(sandbox.ask("PATCH", path, {"subject": "x"})) == (403, "Forbidden")
    assert code(sandbox.ask("POST", "/me/onlineMeetings", {})) == (403, "Forbidden")
    someone(sandbox, LEARNING).may_schedule_meetings = True
    online = sandbox.ask("PATCH", f"/me/events/{made['id']}", {"isOnlineMeeting": True})
    assert online.json()["onlineMeeting"]["joinUrl"]


def test_a_link_is_made_anew(sandbox: Sandbox) -> None:
    created = sandbox.create(isOnlineMeeting=True)
    path = f"/me/events/{created['id']}"
    bare = {"body": {"contentType": "html", "content": "<p>Without</p>"}}
    assert sandbox.ask("PATCH", path, bare).json()["onlineMeeting"] is None
    renewed = sandbox.ask("PATCH", path, {"isOnlineMeeting": True}).json()
    link = renewed["onlineMeeting"]["joinUrl"]
    assert link != created["onlineMeeting"]["joinUrl"]
    assert link in renewed["body"]["content"]
    assert meeting_of(sandbox, renewed)["id"] != meeting_of(sandbox, created)["id"]


def test_the_link_may_be_there_a_moment_later(sandbox: Sandbox) -> None:
    sandbox.world.mailboxes.limits.join_link_seconds = 5
    created = sandbox.create(isOnlineMeeting=True)
    assert (created["isOnlineMeeting"], created["onlineMeeting"]) == (True, None)
    sandbox.later(seconds=5)
    assert sandbox.get(f"/me/events/{created['id']}")["onlineMeeting"]["joinUrl"]


def test_meetings_without_an_event(sandbox: Sandbox) -> None:
    times = {"startDateTime": "2026-12-01T09:00:00Z", "endDateTime": "2026-12-01T10:00:00Z"}
    made = sandbox.ask("POST", "/me/onlineMeetings", {"subject": "Alone", **times})
    assert made.status_code == 201, made.text
    assert sandbox.get("/me/events")["value"] == []
    path = f"/me/onlineMeetings/{made.json()['id']}"
    assert sandbox.ask("DELETE", path).status_code == 204
    assert sandbox.ask("DELETE", path).status_code == 404
    assert by_link(sandbox, made.json()["joinWebUrl"]).status_code == 404
    own = {"externalId": "session-1", "subject": "Once", **times}
    first = sandbox.ask("POST", "/me/onlineMeetings/createOrGet", own)
    again = sandbox.ask("POST", "/me/onlineMeetings/microsoft.graph.createOrGet", own)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert sandbox.ask("POST", "/me/onlineMeetings/createOrGet", times).status_code == 400


def test_faults_policy_and_page_over_the_network(live_sandbox: Running) -> None:
    token = live_sandbox.access_token(LEARNING, "Calendars.ReadWrite", "OnlineMeetings.ReadWrite")
    base = f"{live_sandbox.graph_url}/v1.0/me"
    with live_sandbox.browser() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        made = client.post(f"{base}/events", json=event(isOnlineMeeting=True)).json()
        link = quote(f"JoinWebUrl eq '{made['onlineMeeting']['joinUrl']}'", safe="")
        live_sandbox.control.add_fault(path="/v1.0/me/onlineMeetings", status=503)
        assert client.get(f"{base}/onlineMeetings?$filter={link}").status_code == 503
        (found,) = client.get(f"{base}/onlineMeetings?$filter={link}").json()["value"]
        people = {"attendees": [{"upn": ZOE, "role": "coorganizer"}]}
        client.patch(f"{base}/onlineMeetings/{found['id']}", json={"participants": people})
        page = client.get(found["meetingOptionsWebUrl"]).text
        assert "Zoé Dubois</bdi>: coorganizer" in page
        calendar = f"{live_sandbox.people_url}/portal/calendars/{LEARNING}?date=2026-12-01"
        assert f"/portal/meetings/{found['id']}" in client.get(calendar).text
        person = f"{live_sandbox.people_url}/portal/people/{LEARNING}"
        for act, status in (("forbid-meetings", 403), ("allow-meetings", 201)):
            assert client.post(f"{person}/{act}").status_code == 303
            assert client.post(f"{base}/onlineMeetings", json={}).status_code == status
        live_sandbox.control.person(LEARNING, "meeting-policy", on=False)
        assert client.post(f"{base}/onlineMeetings", json={}).status_code == 403
        gone = client.get(f"{live_sandbox.people_url}/portal/meetings/nonsense")
        assert gone.status_code == 404
