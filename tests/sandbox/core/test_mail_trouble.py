"""A full mailbox and mail that comes back, over the control interface."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from m365sandbox.calendars.model import Attendee, Event
from m365sandbox.mailboxes.model import Address
from m365sandbox.testing import Sandbox
from tests.sandbox.core.test_trouble import OTHER, SENDER, Mailer, subjects

ELSEWHERE = "zoe@elsewhere.example"


def test_a_mailbox_is_filled_and_emptied(live_sandbox: Sandbox) -> None:
    control, mailer = live_sandbox.control, Mailer(live_sandbox)
    shown = control.mailbox(SENDER)
    assert (shown["quota_bytes"], shown["used_bytes"], shown["folders"]) == (None, 0, {})
    assert control.mailbox(SENDER, quota_bytes=0)["quota_bytes"] == 0
    refused = mailer.send()
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ErrorQuotaExceeded")
    control.mailbox(SENDER, quota_bytes=None)
    assert mailer.send().status_code == 202
    assert control.mailbox(OTHER)["folders"] == {"Inbox": 1}
    assert control.mailbox(OTHER)["used_bytes"] > 0
    control.mailbox(SENDER, quota_bytes=0)
    control.reset()
    assert mailer.send().status_code == 202


def test_mail_comes_back_until_it_is_let_through(live_sandbox: Sandbox) -> None:
    control, mailer = live_sandbox.control, Mailer(live_sandbox)
    control.bounce(OTHER, reason="552 5.2.2 Mailbox full")
    control.bounce(ELSEWHERE)
    assert list(control.ask("GET", "/bounces")["bounces"]) == [OTHER, ELSEWHERE]
    mailer.send("Back")
    assert subjects(live_sandbox) == []
    (report,) = control.received(SENDER)
    assert "552 5.2.2 Mailbox full" in report["text"]
    control.ask("DELETE", f"/bounces/{ELSEWHERE}")
    assert list(control.ask("GET", "/bounces")["bounces"]) == [OTHER]
    control.stop_bounces()
    mailer.send("Through")
    assert subjects(live_sandbox) == ["Through"]


@pytest.mark.parametrize(
    ("path", "wrong", "status"),
    [
        (f"/mailboxes/{SENDER}", {"quota_bytes": -1}, 400),
        ("/mailboxes/nobody@contoso.example", {}, 404),
        ("/bounces", {"address": "no address"}, 400),
        ("/bounces", {"address": ELSEWHERE, "reason": ""}, 400),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    live_sandbox: Sandbox, path: str, wrong: object, status: int
) -> None:
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        live_sandbox.control.ask("POST", path, wrong)
    assert refused.value.response.status_code == status
    assert refused.value.response.json()["error"]


def test_a_calendar_is_shown_with_who_is_invited_and_what_programs_put_there(
    live_sandbox: Sandbox,
) -> None:
    begins = datetime(2026, 12, 1, 9, tzinfo=UTC)
    made = Event(
        owner=SENDER,
        organizer=Address(SENDER),
        start=begins,
        end=begins + timedelta(hours=1),
        created=begins,
        modified=begins,
        subject="Fire safety",
        attendees=[Attendee(OTHER, "Other")],
        extended={"String {x} Name Session": "7"},
    )
    live_sandbox.run(lambda world: world.calendars.add(made))
    (shown,) = live_sandbox.control.ask("GET", f"/mailboxes/{SENDER}/events")["events"]
    assert shown == {
        "uid": made.uid,
        "subject": "Fire safety",
        "start": "2026-12-01T09:00:00+00:00",
        "end": "2026-12-01T10:00:00+00:00",
        "is_cancelled": False,
        "attendees": [OTHER],
        "extended": {"String {x} Name Session": "7"},
    }
