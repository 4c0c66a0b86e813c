"""Every page for people, in Chromium, held against the rules of axe-core."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from m365sandbox.testing import PASSWORD, Sandbox
from tests.sandbox.acs.caller import Caller
from tests.sandbox.entra.helpers import CALENDAR, authorize_address
from tests.sandbox.graph.harness import event, invited
from tests.sandbox.graph.listener import subscribe

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "vendor" / "axe-core" / "axe.min.js"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LEARNING = "learning@contoso.example"
ZOE = "zoe.dubois@contoso.example"
HALL = "auditorium@contoso.example"


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(params=["light", "dark", "narrow"])
def window(chrome: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    is_narrow = request.param == "narrow"
    context = chrome.new_context(
        color_scheme="light" if is_narrow else request.param,
        locale="en-GB",
        viewport={"width": 320 if is_narrow else 1280, "height": 800},
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.fixture
def busy(live_sandbox: Sandbox) -> Sandbox:
    """Give a sandbox in which something of everything happened."""
    token = live_sandbox.access_token(LEARNING, "Mail.Send", "Calendars.ReadWrite")
    message = {
        "subject": "You are enrolled",
        "body": {"contentType": "html", "content": "<p>Hello</p>"},
        "toRecipients": [{"emailAddress": {"address": ZOE}}],
        "attachments": [
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": "plan.ics",
                "contentBytes": "QkVHSU4=",
            }
        ],
    }
    meeting = event(
        attendees=[*invited(ZOE), *invited(HALL, kind="resource")], isOnlineMeeting=True
    )
    with live_sandbox.browser() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        for path, body in (("/sendMail", {"message": message}), ("/events", meeting)):
            url = f"{live_sandbox.graph_url}/v1.0/me{path}"
            assert client.post(url, json=body).is_success
    live_sandbox.control.add_fault(path="/v1.0/me/events", status=503, count=3)
    live_sandbox.run(subscribe)
    live_sandbox.control.share_calendar(LEARNING, ZOE, "Editor")
    Caller(live_sandbox).sent("nobody@contoso.example")
    live_sandbox.control.acs.outcome("*@elsewhere.example", message="DestinationMailboxFull")
    live_sandbox.control.advance(timedelta(seconds=5))
    return live_sandbox


def findings(page: Page) -> list[str]:
    """Return what axe-core says against a page, and whether it is wider than its window."""
    page.evaluate(AXE.read_text("utf-8"))
    root = "document.documentElement"
    if page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
        return [f"{page.url}: wider than the window"]
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {one['id']}: {node['html'][:120]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def mails_of_zoe(sandbox: Sandbox) -> list[str]:
    return [f"/portal/mailboxes/{ZOE}/{one['id']}" for one in sandbox.control.received(ZOE)]


def test_no_page_of_the_portal_has_a_finding(busy: Sandbox, window: Page) -> None:
    mails = mails_of_zoe(busy)
    meeting = busy.run(lambda world: world.meetings.snapshot()["meetings"])
    assert isinstance(meeting, list)
    options = busy.run(lambda world: world.meetings.by_link(meeting[0]["join_url"]))
    assert options is not None
    assert len(mails) == 2
    found: list[str] = []
    for path in (
        "/", "/portal/mailboxes", f"/portal/mailboxes/{ZOE}", *mails,
        f"/portal/mailboxes/{LEARNING}?folder=SentItems", "/portal/rooms",
        f"/portal/calendars/{ZOE}?date=2026-12-01", f"/portal/calendars/{HALL}?view=day",
        "/portal/people", f"/portal/people/{LEARNING}", "/portal/log", "/portal/trouble",
        "/portal/acs", "/portal/subscriptions", f"/portal/calendars/{LEARNING}/rights",
        f"/portal/meetings/{options.meeting_id}",
    ):  # fmt: skip
        window.goto(f"{busy.people_url}{path}")
        for one in window.locator("details").all():
            one.evaluate("box => { box.open = true; }")
        found += findings(window)
        window.set_viewport_size({"width": 320, "height": 700})
        wider = window.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{window.url}: {wider} pixels wider than a narrow window"] if wider > 0 else []
        window.set_viewport_size({"width": 1280, "height": 720})
    assert not found


def test_no_page_of_sign_in_has_a_finding(live_sandbox: Sandbox, window: Page) -> None:
    window.goto(authorize_address(live_sandbox, scope=CALENDAR))
    found = findings(window)
    window.locator("input[type=email]").fill(LEARNING)
    window.keyboard.press("Enter")
    window.locator("input[type=password]").fill("wrong")
    found += findings(window)
    window.keyboard.press("Enter")
    window.get_by_role("alert").wait_for()
    found += findings(window)
    window.locator("input[type=password]").fill(PASSWORD)
    window.keyboard.press("Enter")
    window.get_by_role("button", name="Approve").wait_for()
    found += findings(window)
    window.get_by_role("button", name="Approve").click()
    window.get_by_role("button", name="Accept").wait_for()
    found += findings(window)
    for path in (
        authorize_address(live_sandbox, prompt="select_account"),
        authorize_address(live_sandbox, redirect_uri="http://elsewhere.example/"),
        f"{live_sandbox.people_url}/error?code=50173",
        f"{live_sandbox.people_url}/common/oauth2/v2.0/logout",
    ):
        window.goto(path)
        found += findings(window)
    assert not found


@pytest.mark.parametrize("workflow", [False, True])
def test_no_page_of_approval_has_a_finding(
    live_sandbox: Sandbox, window: Page, *, workflow: bool
) -> None:
    live_sandbox.control.tenant("contoso.example", admin_consent_workflow=workflow)
    window.goto(authorize_address(live_sandbox, scope=CALENDAR, login_hint=ZOE))
    window.locator("input[type=password]").fill(PASSWORD)
    window.keyboard.press("Enter")
    window.get_by_role("button", name="Return to the application").wait_for()
    found = findings(window)
    if workflow:
        window.get_by_role("textbox").fill("Course invitations")
        window.get_by_role("button", name="Request approval").click()
        window.get_by_text("Request sent").first.wait_for()
        found += findings(window)
    assert not found
