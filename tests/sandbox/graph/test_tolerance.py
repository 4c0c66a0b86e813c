"""What the service is known to forgive is forgiven here, and answered as the usual spelling is."""

import pytest

from tests.sandbox.graph.harness import Sandbox, event, invited

LEARNING = "learning@contoso.example"
ZOE = "zoe.dubois@contoso.example"
HALL = "auditorium@contoso.example"
WINDOW = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-02T00:00:00Z"


@pytest.mark.parametrize(
    ("spelled", "usual"),
    [
        ("//me", "/me"),
        ("/me//calendar", "/me/calendar"),
        ("/ME/Calendar", "/me/calendar"),
        (f"/users('{LEARNING}')", "/me"),
        (f"/users%28%27{LEARNING}%27%29/licenseDetails", "/me/licenseDetails"),
        (f"/users('{LEARNING}')/calendarView?{WINDOW}", f"/me/calendarView?{WINDOW}"),
        ("/places/graph.room", "/places/microsoft.graph.room"),
        ("/places/graph.roomlist", "/places/microsoft.graph.roomList"),
        (f"/places('{HALL}')/graph.room", f"/places/{HALL}/microsoft.graph.room"),
        (
            "/places/hq-rooms@contoso.example/graph.roomlist/rooms",
            "/places/hq-rooms@contoso.example/microsoft.graph.roomList/rooms",
        ),
    ],
)
def test_an_address_may_be_spelled_otherwise(sandbox: Sandbox, spelled: str, usual: str) -> None:
    sandbox.create()
    assert sandbox.get(spelled) == sandbox.get(usual)


def test_parameters_of_actions_come_in_either_case(sandbox: Sandbox) -> None:
    letter = {"subject": "Hi", "toRecipients": [{"emailAddress": {"address": ZOE}}]}
    asked = {"Message": letter, "SaveToSentItems": "false"}
    assert sandbox.ask("POST", "/me/microsoft.graph.sendMail", asked).status_code == 202
    assert sandbox.world.mailboxes.items(LEARNING, "SentItems") == []
    moments = [{"dateTime": f"2026-12-01T{hour}:00:00", "timeZone": "UTC"} for hour in ("08", "12")]
    window = {"StartTime": moments[0], "EndTime": moments[1], "AvailabilityViewInterval": 60}
    for path in ("/me/calendar/getSchedule", "/me/calendar/microsoft.graph.getSchedule"):
        answer = sandbox.ask("POST", path, {"Schedules": [HALL], **window})
        assert answer.json()["value"][0]["availabilityView"] == "0000"
    created = sandbox.create(attendees=invited(ZOE))
    (copy,) = sandbox.get("/me/events", caller=ZOE)["value"]
    reply = {"Comment": "Gladly", "SendResponse": "true"}
    path = f"/me/events/{copy['id']}/microsoft.graph.accept"
    assert sandbox.ask("POST", path, reply, caller=ZOE).status_code == 202
    assert [one["text"] for one in sandbox.inbox(LEARNING)] == ["Gladly"]
    path = f"/me/events/{created['id']}/Cancel"
    assert sandbox.ask("POST", path, {"Comment": "Off"}).status_code == 202


def test_booleans_may_stand_in_quotes_and_members_of_enumerations_in_any_case(
    sandbox: Sandbox,
) -> None:
    created = sandbox.create(
        isOnlineMeeting="true", responseRequested="False", showAs="FREE", sensitivity="Private"
    )
    assert created["isOnlineMeeting"] is True
    assert created["responseRequested"] is False
    assert (created["showAs"], created["sensitivity"]) == ("free", "private")


def test_a_batch_takes_absolute_addresses(sandbox: Sandbox) -> None:
    json = {"Content-Type": "application/json"}
    parts = [
        {"id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/me"},
        {"id": "2", "method": "GET", "url": "http://127.0.0.1:8365//v1.0//me/calendar"},
        {"id": "3", "method": "POST", "url": "v1.0/me/events", "headers": json, "body": event()},
    ]
    answer = sandbox.ask("POST", "/$batch", {"requests": parts})
    assert [one["status"] for one in answer.json()["responses"]] == [200, 200, 201]
