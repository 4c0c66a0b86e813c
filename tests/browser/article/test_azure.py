"""The article's sentences about Azure Communication Service where it was activated."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from classbell.cli.demo.stage import until
from tests.browser.article.conftest import Azure
from tests.browser.article.home import Home, an_account

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPTION = "Enable Azure Communication Service"
FALL_OVER = "If this route cannot send, use the other one"


def option(home: Home, name: str = OPTION) -> Locator:
    return home.dialog.get_by_role("checkbox", name=name)


def enrol(home: Home, folder: Path, address: str) -> None:
    """Import a session to come with one learner."""
    start = (home.stage.now() + timedelta(days=5)).replace(tzinfo=None)
    end = start + timedelta(hours=2)
    times = f"{start.isoformat(timespec='minutes')},{end.isoformat(timespec='minutes')}"
    (folder / "courses.csv").write_text(
        "course_code,course_title,session_code,session_title,start,end,time_zone,seats\n"
        f"FIRE,Fire safety,FIRE-1,Session 1,{times},Europe/Rome,20\n"
    )
    (folder / "enrolments.csv").write_text(
        f"session_code,address,name,object_id\nFIRE-1,{address},Ada Bianchi,\n"
    )
    files = [str(folder / name) for name in ("courses.csv", "enrolments.csv")]
    home.stage.command("import", "--catalog", home.slug, *files)


def test_where_it_was_activated_it_can_be_chosen(home: Home, azure: Azure) -> None:
    home.switched_on()
    expect(option(home)).to_be_enabled()
    expect(option(home)).not_to_be_checked()
    option(home).check()
    option(home, FALL_OVER).check()
    home.save()
    expect(
        home.page.get_by_text(f"through Azure Communication Services as {azure.sender}.")
    ).to_be_visible()
    home.panel()
    expect(option(home)).to_be_checked()
    expect(option(home, FALL_OVER)).to_be_checked()
    expect(
        home.dialog.get_by_text("Rooms, Teams meetings and calendar invitations need")
    ).to_be_visible()


def test_the_fixed_address_cannot_be_changed(home: Home, azure: Azure) -> None:
    home.switched_on()
    expect(option(home)).to_have_accessible_description(
        re.compile(
            f"very many notifications.*{re.escape(azure.sender)}, a fixed address that can’t"
        )
    )
    editable = home.dialog.locator("input, textarea, select")
    assert azure.sender not in [
        field.input_value() for field in editable.all() if field.is_visible()
    ]


def test_notifications_leave_from_the_fixed_address(
    home: Home, azure: Azure, tmp_path: Path
) -> None:
    address, key = azure.reports
    headers = {"x-classbell-report-key": key}
    wanted = {"resource": azure.resource, "url": address, "headers": headers}
    home.stage.control("POST", "/acs/subscriptions", wanted)
    home.switched_on()
    option(home).check()
    home.save()
    learner = an_account(home.stage)

    enrol(home, tmp_path, learner)

    [mail] = until("the confirmation", lambda: home.stage.received(learner))
    assert "Fire safety" in mail["subject"]
    assert mail["from"]["address"] == azure.sender
    until("the delivery report", lambda: _delivered(home))
    home.page.goto(f"{home.base}/catalogs/{home.slug}/delivery")
    row = home.page.get_by_role("row").filter(has_text="Ada Bianchi")
    expect(row.get_by_text("Delivered", exact=True)).to_be_visible()
    expect(row.get_by_text("Azure Communication Services")).to_be_visible()
    home.walker.shot("delivery-log-azure")


def _delivered(home: Home) -> bool:
    """Let the clock run a little, and see whether a report has come."""
    home.stage.advance(5)
    rows = home.stage.rows("deliveries", "list", "--catalog", home.slug)
    return any(row["state"] == "delivered" for row in rows)
