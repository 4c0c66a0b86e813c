"""The running sandbox, asked over real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest

from m365sandbox.testing import Sandbox
from tests.sandbox.graph.harness import event, invited

LEARNING = "learning@contoso.example"
SCOPES = ("User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All")


def client(sandbox: Sandbox) -> httpx2.Client:
    """Return a client that acts as the learning account."""
    token = sandbox.access_token(LEARNING, *SCOPES)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.Client(base_url=f"{sandbox.graph_url}/v1.0", headers=headers, timeout=10)


def message(number: int = 0) -> dict[str, object]:
    """Return the body of sendMail."""
    return {
        "message": {
            "subject": f"Message {number}",
            "toRecipients": [{"emailAddress": {"address": "zoe.dubois@contoso.example"}}],
        }
    }


def test_a_dropped_creation_is_found_again_by_its_transaction(live_sandbox: Sandbox) -> None:
    with client(live_sandbox) as graph:
        live_sandbox.control.add_fault(path="*/me/events", method="POST", effect="act_then_drop")
        body = event(transactionId="session-1")
        with pytest.raises(httpx2.TransportError):
            graph.post("/me/events", json=body)
        again = graph.post("/me/events", json=body)
        assert again.status_code == 400
        existing = again.json()["error"]["@event.existingEventId"]
        assert graph.get(f"/me/events/{existing}").json()["transactionId"] == "session-1"


def test_a_room_answers_once_the_clock_has_moved(live_sandbox: Sandbox) -> None:
    with client(live_sandbox) as graph:
        day = (live_sandbox.run(lambda world: world.now()) + timedelta(days=7)).date()
        times = {
            name: {"dateTime": f"{day}T{hour}:00:00", "timeZone": "Romance Standard Time"}
            for name, hour in (("start", "09"), ("end", "11"))
        }
        rooms = graph.get("/places/microsoft.graph.room").json()["value"]
        attendees = invited(rooms[0]["emailAddress"], kind="resource")
        created = graph.post("/me/events", json=event(attendees=attendees, **times)).json()
        live_sandbox.control.advance(timedelta(seconds=30))
        found = graph.get(f"/me/events/{created['id']}").json()
        assert found["attendees"][0]["status"]["response"] == "accepted"


def test_many_at_once_are_throttled_and_the_pace_delays_the_rest(live_sandbox: Sandbox) -> None:
    with client(live_sandbox) as graph, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: graph.post("/me/sendMail", json=message(n)), range(36)))
        statuses = {one.status_code for one in answers}
        assert statuses == {202, 429}
        for number in range(40):
            assert graph.post("/me/sendMail", json=message(number)).status_code == 202
        arrived = len(live_sandbox.control.received("zoe.dubois@contoso.example"))
        assert arrived == 30
        live_sandbox.control.advance(timedelta(minutes=5))
        accepted = sum(one.status_code == 202 for one in answers) + 40
        assert len(live_sandbox.control.received("zoe.dubois@contoso.example")) == accepted


def test_tls_serves_the_same_mailbox(live_sandbox: Sandbox) -> None:
    token = live_sandbox.access_token(LEARNING, *SCOPES)
    with httpx2.Client(verify=live_sandbox.trust) as secure:
        headers = {"Authorization": f"Bearer {token}"}
        answer = secure.get(f"{live_sandbox.secure_url}/v1.0/me", headers=headers)
        assert answer.json()["mail"] == LEARNING
        assert answer.json()["@odata.context"].startswith(live_sandbox.secure_url)
