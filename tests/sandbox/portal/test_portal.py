"""What people see and do in the portal."""

import re
from typing import Any

import pytest

from tests.sandbox.graph.harness import event, invited
from tests.sandbox.portal.browser import Browser

ZOE = "zoe.dubois@contoso.example"
HALL = "auditorium@contoso.example"


def write(browser: Browser, to: str, markup: str) -> None:
    """Send a message with some HTML to somebody."""
    message = {
        "subject": "<b>Bold</b> & more",
        "body": {"contentType": "html", "content": markup},
        "toRecipients": [{"emailAddress": {"address": to}}],
        "attachments": [
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": "plan ü.ics",
                "contentBytes": "QkVHSU4=",
            }
        ],
    }
    assert browser.graph.ask("POST", "/me/sendMail", {"message": message}).status_code == 202


def test_every_page_keeps_the_rules(browser: Browser) -> None:
    browser.graph.create(attendees=invited(ZOE) + invited(HALL, kind="resource"))
    browser.graph.later(seconds=10)
    write(browser, ZOE, "<p>Hello</p>")
    for path in (
        "/", "/portal/mailboxes", "/portal/mailboxes?q=zoé", f"/portal/mailboxes/{ZOE}",
        "/portal/mailboxes/learning@contoso.example?folder=SentItems", "/portal/rooms",
        "/portal/mailboxes/learning@contoso.example?folder=Drafts",
        "/portal/mailboxes/learning@contoso.example?folder=DeletedItems",
        f"/portal/calendars/{ZOE}?date=2026-12-01", f"/portal/calendars/{HALL}?view=day",
        "/portal/people", f"/portal/people/{ZOE}", "/portal/log?path=events", "/portal/trouble",
        "/portal/acs",
    ):  # fmt: skip
        browser.page(path)
    for path in (
        "/portal/mailboxes/ghost@contoso.example", "/portal/calendars/nobody",
        f"/portal/mailboxes/{ZOE}/nonsense", f"/portal/mailboxes/{ZOE}?folder=Junk",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404


def test_a_message_is_shown_in_a_frame_without_scripts(browser: Browser) -> None:
    write(browser, ZOE, "<p>Hello</p><script>alert(1)</script>")
    (path,) = browser.links(f"/portal/mailboxes/{ZOE}", f'/portal/mailboxes/{ZOE}/[^"]+')
    text = browser.page(path)
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; more" in text
    assert "<script>" not in text
    body = browser.get(f"{path}/body")
    policy = body.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    file = browser.get(f"{path}/attachments/0")
    assert file.content == b"BEGIN"
    assert file.headers["content-disposition"].startswith("attachment")
    assert browser.get(f"{path}/attachments/7").status_code == 404


def test_drafts_sent_items_and_reports_are_shown_as_what_they_are(browser: Browser) -> None:
    mailbox = "/portal/mailboxes/learning@contoso.example"
    people = [{"emailAddress": {"address": "nobody@contoso.example"}}]
    draft = {
        "subject": "Half written",
        "bccRecipients": people,
        "singleValueExtendedProperties": [{"id": "String 0x1234", "value": "our own"}],
    }
    saved = browser.graph.ask("POST", "/me/messages", draft).json()
    (path,) = browser.links(f"{mailbox}?folder=Drafts", f'{mailbox}/[^"]+')
    text = browser.page(path)
    assert "This is a draft" in text
    assert "our own" in text
    assert "nobody@contoso.example" in text
    assert browser.graph.ask("POST", f"/me/messages/{saved['id']}/send").status_code == 202
    assert "Half written" not in browser.page(f"{mailbox}?folder=Drafts")
    browser.graph.later(seconds=5)
    assert "Half written" in browser.page(f"{mailbox}?folder=SentItems")
    inbox = browser.page(mailbox)
    assert "Undeliverable: Half written" in inbox
    assert "not delivered" in inbox
    (report,) = browser.links(mailbox, f'{mailbox}/[^"]+')
    assert "was not delivered to <bdi>nobody@contoso.example</bdi>" in browser.page(report)


def test_an_invitation_is_accepted_in_the_mailbox(browser: Browser) -> None:
    created = browser.graph.create(attendees=invited(ZOE))
    (path,) = browser.links(f"/portal/mailboxes/{ZOE}", f'/portal/mailboxes/{ZOE}/[^"]+')
    assert "none yet" in browser.page(path)
    answer = browser.post(f"{path}/respond", {"answer": "accepted", "comment": "Gladly"})
    assert answer.status_code == 303
    assert "<strong>accepted</strong>" in browser.page(path)
    found = browser.graph.get(f"/me/events/{created['id']}")
    assert found["attendees"][0]["status"]["response"] == "accepted"
    (reply,) = browser.graph.inbox("learning@contoso.example")
    assert reply["text"] == "Gladly"


def test_an_invitation_is_declined_in_the_calendar(browser: Browser) -> None:
    created = browser.graph.create(attendees=invited(ZOE))
    page = browser.page(f"/portal/calendars/{ZOE}?date=2026-12-01")
    path = page.split('action="', 2)[1].split('"')[0]
    assert browser.post(path, {"answer": "declined"}).status_code == 303
    found = browser.graph.get(f"/me/events/{created['id']}")
    assert found["attendees"][0]["status"]["response"] == "declined"
    assert "Fire safety" not in browser.page(f"/portal/calendars/{ZOE}?date=2026-12-01")
    assert browser.post(path, {"answer": "accepted"}).status_code == 400


def test_rooms_show_their_bookings(browser: Browser) -> None:
    times = {
        "start": {"dateTime": "2026-11-24T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-24T11:00:00", "timeZone": "UTC"},
    }
    browser.graph.ask(
        "POST", "/me/events", event(attendees=invited(HALL, kind="resource"), **times)
    )
    browser.graph.later(seconds=10)
    assert "Tue 24 Nov 2026, 10:00 to 12:00 Europe/Copenhagen" in browser.page("/portal/rooms")


def test_the_clock_is_moved_and_what_is_due_happens(browser: Browser) -> None:
    created = browser.graph.create(attendees=invited(HALL, kind="resource"))
    before = browser.world.now()
    form = {"act": "advance", "amount": "1", "unit": "minutes"}
    assert browser.post("/portal/trouble/clock", form).status_code == 303
    assert (browser.world.now() - before).total_seconds() == 60
    found = browser.graph.get(f"/me/events/{created['id']}")
    assert found["attendees"][0]["status"]["response"] == "accepted"
    browser.post("/portal/trouble/clock", {"act": "set", "to": "2026-12-24T18:00"})
    assert browser.world.now().isoformat() == "2026-12-24T18:00:00+00:00"
    for bad in (
        {"act": "set", "to": "soon"},
        {"act": "set", "to": "9999-12-31T23:59"},
        {"act": "advance", "amount": "x", "unit": "days"},
        {},
    ):
        assert browser.post("/portal/trouble/clock", bad).status_code == 400


def test_a_fault_is_set_meets_a_call_and_is_cleared(browser: Browser) -> None:
    form = {"path": "/v1.0/me", "method": "GET", "status": "503", "code": "ErrorServerBusy"}
    assert browser.post("/portal/trouble/faults", form).status_code == 303
    assert "<code>/v1.0/me</code>" in browser.page("/portal/trouble")
    assert browser.get("/v1.0/me").status_code == 503
    browser.post("/portal/trouble/faults/clear", {})
    assert browser.get("/v1.0/me").status_code == 401
    assert browser.post("/portal/trouble/faults", {"status": "200"}).status_code == 400
    browser.post("/portal/trouble/limits", {"enabled": "no"})
    assert browser.world.mailboxes.limits.enabled is False


def test_a_fault_has_headers_a_body_and_a_delay_and_is_ended_alone(browser: Browser) -> None:
    form = {
        "path": "/v1.0/me",
        "status": "429",
        "headers": "x-one: 1\nx-two: a: b\n",
        "retry_after": "7",
        "body": '{"error": {"code": "TooManyRequests"}}',
        "count": "",
    }
    assert browser.post("/portal/trouble/faults", form).status_code == 303
    assert browser.post("/portal/trouble/faults", {"path": "x", "delay": "2"}).status_code == 303
    page = browser.page("/portal/trouble")
    assert "answers 429, for ever" in page
    assert "waits 2 s, then answers as ever" in page
    answer = browser.get("/v1.0/me")
    assert answer.json() == {"error": {"code": "TooManyRequests"}}
    headers = [answer.headers[name] for name in ("x-one", "x-two", "retry-after")]
    assert headers == ["1", "a: b", "7"]
    end, _ = re.findall('action="(/portal/trouble/faults/[^/"]+/end)"', page)
    for _ in range(2):
        assert browser.post(end, {}).status_code == 303
    assert browser.get("/v1.0/me").status_code == 401
    assert len(browser.world.faults.all()) == 1


def test_a_sign_in_code_is_set_by_its_number(browser: Browser) -> None:
    form = {"path": "*/oauth2/v2.0/token", "aadsts": "50173", "status": "503"}
    assert browser.post("/portal/trouble/faults", form).status_code == 303
    assert "answers AADSTS50173" in browser.page("/portal/trouble")
    answer = browser.post("/contoso.example/oauth2/v2.0/token", {"grant_type": "refresh_token"})
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [50173])


def test_a_fault_that_makes_no_sense_is_refused(browser: Browser) -> None:
    good = {"path": "/v1.0/me", "status": "503"}
    for bad in (
        {"path": "~("}, {"aadsts": "1"}, {"effect": "explode"}, {"headers": "b ad: x"},
        {"count": "many"}, {"delay": "9999"}, {"retry_after": "\u20ac"}, {"status": ""},
    ):  # fmt: skip
        assert browser.post("/portal/trouble/faults", good | bad).status_code == 400, bad
    assert browser.world.faults.all() == []


def test_another_sites_page_presses_no_button(browser: Browser) -> None:
    form = {"act": "freeze"}
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/portal/trouble/clock", form, **cross).status_code == 403


def test_a_shortened_address_leads_to_the_first_page(browser: Browser) -> None:
    answer = browser.get("/portal")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("path", ["/v1.0/me/events", "/portal/log", "/_sandbox/log"])
def test_bytes_no_client_may_send_are_refused(browser: Browser, path: str) -> None:
    async def ask() -> int:
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"path=\xe9",
            "headers": [],
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            sent.append(message)

        await browser.app(scope, receive, send)
        return int(sent[0]["status"])

    assert browser.runner.run(ask()) == 400


def test_delta_links_expire_at_the_press_of_a_button(browser: Browser) -> None:
    window = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z"
    link = browser.graph.get(f"/me/calendarView/delta?{window}")["@odata.deltaLink"]
    path = "/portal/calendars/learning@contoso.example"
    assert f'action="{path}/expire-delta"' in browser.page(path)
    assert browser.post(f"{path}/expire-delta", {}).status_code == 303
    assert browser.graph.ask("GET", link).status_code == 410
