"""Another account takes over the calendar: from one that still works, and from one that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from classbell.cli.demo.stage import Stage, until
from classbell.cli.showcase import CONTOSO
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_no_findings import look
from tests.browser.calendar.programme import import_sessions
from tests.browser.microsoft import sign_in_at_microsoft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEWS = [
    "Canceled: Moving on: Part 1",
    "Canceled: Moving on: Part 2",
    "Moving on: Part 1",
    "Moving on: Part 2",
]


@pytest.fixture
def successor(showcase: Stage) -> str:
    """Return the account that takes over."""
    return an_account(showcase, tenant=CONTOSO)


@pytest.fixture
def learner(showcase: Stage) -> str:
    """Return the address of somebody who is enrolled in everything."""
    return an_account(showcase, tenant=CONTOSO, consented=False)


def test_sessions_move_and_the_former_account_cancels_what_it_made(
    home: Home, account: str, successor: str, learner: str, tmp_path: Path
) -> None:
    home.connect(account)
    import_sessions(home, tmp_path, ["harbour@contoso.example", "studio@contoso.example"], learner)
    everything_stands(home, "Part 1", "Part 2")
    until(
        "reports of its calendar",
        lambda: account in f"{home.stage.control('GET', '/subscriptions')}",
    )
    before = len(subjects(home, learner))
    home.panel()
    home.dialog.get_by_role("button", name="Change account").click()
    another_account_signs_in(home, successor)
    plan = home.dialog.get_by_role("region", name="What changes hands")
    expect(plan.get_by_text("2 sessions to come in its calendar")).to_be_visible()
    expect(plan.get_by_text("2 rooms booked")).to_be_visible()
    look(home, "change-plan", width=320, at=plan)
    home.save()

    def done() -> bool:
        home.stage.advance(30)
        home.page.goto(f"{home.base}/catalogs/{home.slug}/settings/connection/change")
        home.walker.shot("change-under-way")
        return home.page.get_by_text("Done", exact=True).is_visible()

    until("the change of account", done)
    expect(home.page.get_by_text(f"From {account} to {successor}")).to_be_visible()
    expect(home.page.get_by_text("2 of 2")).to_be_visible()
    look(home, "change-done", width=320)
    everything_stands(home, "Part 1", "Part 2")
    news = subjects(home, learner)[before:]
    assert sorted(news) == NEWS, "each entry is cancelled once, and each session invited to once"


def test_what_an_account_that_is_gone_left_is_listed_with_the_commands(
    home: Home, account: str, successor: str, learner: str, tmp_path: Path
) -> None:
    home.connect(account)
    import_sessions(home, tmp_path, ["workshop@contoso.example"], learner)
    everything_stands(home, "Part 1")
    home.stage.control("POST", f"/people/{account}/disable")
    home.stage.advance(2 * 3600)
    home.page.goto(f"{home.base}/catalogs/{home.slug}/connection")
    home.page.get_by_role("button", name="Check now").click()
    expect(home.page.get_by_text(f"The connection to {account} is lost.")).to_be_visible()
    home.panel()
    home.dialog.get_by_role("button", name="Change account").click()
    another_account_signs_in(home, successor)
    home.save()

    def told() -> bool:
        home.stage.advance(30)
        return any("delete an old calendar entry" in one for one in subjects(home, learner))

    def left() -> bool:
        home.stage.advance(30)
        home.page.goto(f"{home.base}/catalogs/{home.slug}/connection")
        return home.page.get_by_text("calendar entries that nobody can cancel").is_visible()

    until("what is left", left)
    home.page.get_by_role("link", name="Show", exact=True).click()
    expect(home.page.get_by_role("heading", name="To clear up by hand")).to_be_visible()
    commands = home.page.get_by_label("For an Exchange administrator")
    expect(commands).to_contain_text(f"Remove-CalendarEvents -Identity {account}")
    expect(commands).to_contain_text("-PreviewOnly")
    look(home, "change-left", width=320)
    until("what people are told", told)
    home.page.get_by_role("button", name="They are cleared").click()
    expect(home.page.get_by_role("heading", name="To clear up by hand")).to_have_count(0)


def another_account_signs_in(home: Home, address: str) -> None:
    """Sign in with Microsoft as the account that takes over."""
    sign_in_at_microsoft(home.page, address, home.base)
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()


def everything_stands(home: Home, *titles: str) -> None:
    """Wait until the room of each session has accepted."""

    def stands() -> bool:
        home.stage.advance(30)
        home.page.goto(f"{home.base}/catalogs/{home.slug}/sessions")
        home.walker.shot("sessions-awaited")
        rows = [home.page.get_by_role("row").filter(has_text=title) for title in titles]
        return all(row.get_by_text("Accepted", exact=True).is_visible() for row in rows)

    until("the rooms", stands)


def subjects(home: Home, address: str) -> list[str]:
    """Return the subjects of what somebody has received, oldest first."""
    return [mail["subject"] for mail in home.stage.received(address)]
