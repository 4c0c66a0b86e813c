"""The story of the help article, step by step, by mouse and keyboard in one window."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from classbell.cli.demo.stage import Stage, until
from classbell.cli.showcase import MAI, SERVICE_ACCOUNT
from tests.browser.conftest import Walker
from tests.browser.microsoft import sign_in_at_microsoft

EXAMPLES = Path(__file__).parents[2] / "examples"
CATALOG = "/catalogs/academy"
COMMAND = "Microsoft 365 Connection Settings"
TOGGLE = "Enable Classbell to send email notifications, book Rooms and create meeting invitations"
SESSIONS = ("WRITING-01", "WELCOME-02", "FIRE-02")


def sign_in(stage: Stage, walker: Walker) -> None:
    """Sign in to the Admin Center as the catalog's admin."""
    page, base = walker.page, stage.places.base_url
    page.goto(f"{base}{CATALOG}")
    page.get_by_role("button", name="Sign in with Microsoft").click()
    sign_in_at_microsoft(page, MAI.address, base)
    if not page.url.startswith(base):
        page.get_by_role("button", name="Accept").click()
    expect(page).to_have_url(f"{base}{CATALOG}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mai")


def panel(page: Page) -> None:
    """Open the panel from the command bar, and see that the address follows."""
    page.get_by_role("link", name="Notifications", exact=True).click()
    page.get_by_role("button", name=COMMAND).click()
    expect(page.get_by_role("dialog", name=COMMAND)).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?panel=m365$"))


def keyboard(page: Page) -> None:
    """Esc closes the panel and gives the focus back to the command; Enter opens it again."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name=COMMAND)).to_be_hidden()
    expect(page).not_to_have_url(re.compile("panel"))
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=COMMAND)).to_be_visible()


def connect(stage: Stage, walker: Walker) -> None:
    """Switch on, Connect, sign in as the service account, consent, and come back."""
    page, base = walker.page, stage.places.base_url
    toggle = page.get_by_role("switch", name=TOGGLE, exact=True)
    expect(toggle).not_to_be_checked()
    expect(page.get_by_text("Modern Authentication Method")).to_be_hidden()
    walker.shot("panel-off")
    toggle.check()
    expect(page.get_by_text("Modern Authentication Method")).to_be_visible()
    walker.shot("panel-ready")
    page.get_by_role("button", name="Connect", exact=True).click()
    sign_in_at_microsoft(page, SERVICE_ACCOUNT, base)
    expect(page.get_by_label("Consent on behalf of your organization")).not_to_be_checked()
    walker.shot("microsoft-consent")
    page.get_by_role("button", name="Accept").click()
    expect(
        page.get_by_text("Account signed in. Select Save to finish connecting it.")
    ).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text(SERVICE_ACCOUNT, exact=True)).to_be_visible()
    assert not stage.received(SERVICE_ACCOUNT), "a mail went out before Save"
    walker.shot("panel-pending")


def save(stage: Stage, walker: Walker) -> None:
    """Save: the panel closes, a toast says so, and the account gets the confirmation."""
    page = walker.page
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog", name=COMMAND)).to_be_hidden()
    expect(page.get_by_role("status").get_by_text("Settings saved.")).to_be_visible()
    expect(page.get_by_text(f"A confirmation is being sent to {SERVICE_ACCOUNT}.")).to_be_visible()
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()
    expect(page).not_to_have_url(re.compile("panel"))
    expect(page.get_by_text(f"This catalog sends as {SERVICE_ACCOUNT}.")).to_be_visible()
    walker.shot("saved-toast")
    until("the confirmation mail", lambda: stage.received(SERVICE_ACCOUNT))
    page.get_by_role("button", name=COMMAND).click()
    expect(page.get_by_role("dialog").get_by_text("Connected", exact=True)).to_be_visible()
    walker.shot("panel-connected")
    page.keyboard.press("Escape")


def a_small_programme(folder: Path) -> list[str]:
    """Write three sessions of the example programme with their learners; return the files."""
    files = []
    for name in ("courses", "enrolments"):
        with (EXAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        chosen = [later(row) for row in rows if row["session_code"] in SESSIONS]
        target = folder / f"{name}.csv"
        with target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(chosen)
        files.append(str(target))
    return files


def later(row: dict[str, str]) -> dict[str, str]:
    """Move a session ten weeks on: other walks of the showcase book the same rooms for it."""
    moments = {
        name: (datetime.fromisoformat(row[name]) + timedelta(weeks=10)).isoformat()
        for name in ("start", "end", "enrolment_deadline")
        if row.get(name)
    }
    return row | moments


def sessions(stage: Stage, walker: Walker, folder: Path) -> None:
    """Import a programme; the session's page tells by itself when the room has answered."""
    page = walker.page
    stage.command("import", "--catalog", "academy", *a_small_programme(folder))
    page.get_by_role("link", name="Sessions", exact=True).click()
    walker.shot("sessions")
    page.get_by_role("link", name="Mails", exact=True).click()
    booked = page.get_by_role("region", name="In Microsoft 365")
    until("the room's answer", lambda: _accepted(stage))
    expect(booked.get_by_text("Accepted", exact=True)).to_be_visible()
    expect(booked.get_by_text("Link ready")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Join the Teams meeting")).to_be_visible()
    walker.shot("session")


def _accepted(stage: Stage) -> bool:
    """Let the clock run a little and see whether the room has accepted."""
    stage.advance(5)
    rows = stage.rows("sessions", "list", "--catalog", "academy")
    return any(row["room_answer"] == "accepted" and row["code"] == "WRITING-01" for row in rows)


def log(stage: Stage, walker: Walker) -> None:
    """The delivery log tells accepted from delivered, and its chips filter without a reload."""
    page = walker.page
    stage.advance(61)
    page.get_by_role("link", name="Delivery log").click()
    page.get_by_role("link", name=re.compile("^Sent")).click()
    expect(page).to_have_url(re.compile("status=sent"))
    expect(page.get_by_text("Accepted by Microsoft").first).to_be_visible()
    expect(page.get_by_text("Delivered", exact=True)).to_have_count(0)
    walker.shot("delivery-log")


def disconnect(walker: Walker) -> None:
    """Disconnect asks, with Cancel first, and does it when confirmed."""
    page = walker.page
    panel(page)
    page.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("alertdialog", name=f"Disconnect {SERVICE_ACCOUNT}?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    walker.shot("disconnect-dialog")
    page.set_viewport_size({"width": 320, "height": 700})
    assert dialog.evaluate("it => it.scrollWidth - it.clientWidth") <= 0, "the dialog is cut off"
    walker.shot("disconnect-dialog-narrow")
    page.set_viewport_size({"width": 1366, "height": 900})
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("dialog", name=COMMAND)).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    dialog.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status").get_by_text("Account disconnected.")).to_be_visible()
    expect(page.get_by_text("This catalog isn’t sending messages.")).to_be_visible()
