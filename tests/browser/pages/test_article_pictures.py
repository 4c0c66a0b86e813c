"""The pictures of the page that tells how to connect: one of each state, made by `make gallery`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import ROSA
from tests.browser.article.home import Home, a_catalog, an_account, signed_in_as
from tests.browser.article.test_lost_and_disconnect import lose
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCS = Path(__file__).parents[3] / "docs"
PICTURES = DOCS / "images" / "article"
ARTICLE = DOCS / "howto" / "connect-microsoft-365.md"


@pytest.fixture
def home(browser: Browser, showcase: Stage, tmp_path: Path) -> Iterator[Home]:
    """Open an admin's window on a catalog of its own, and keep pictures where they are renewed."""
    folder = PICTURES if os.environ.get("RENEW_GALLERY") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    walker = a_walker(browser, folder, state=signed_in_as(browser, showcase, ROSA.address))
    yield Home(showcase, walker, a_catalog(showcase, walker))
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


def test_each_state_of_the_article_has_its_picture(home: Home) -> None:
    account = an_account(home.stage, consented=False, administrator=True)
    home.notifications()
    home.walker.shot("notifications")
    home.panel()
    home.walker.shot("off")
    home.toggle.check()
    home.walker.shot("ready")
    home.leave(account)
    expect(home.page.get_by_role("button", name="Accept")).to_be_visible()
    home.walker.shot("consent")
    home.accept()
    home.walker.shot("pending")
    home.save()
    home.panel()
    home.walker.shot("connected")
    home.page.get_by_role("button", name="Disconnect").click()
    expect(home.page.get_by_role("alertdialog", name=f"Disconnect {account}?")).to_be_visible()
    home.walker.shot("disconnect")
    shown = re.findall(r"\]\(\.\./images/article/([\w-]+)\.png\)", ARTICLE.read_text("utf-8"))
    taken = {path.stem for path in home.walker.shots.glob("*.png")} | {"lost"}
    assert set(shown) == taken


def test_the_lost_state_has_its_picture(home: Home) -> None:
    lose(home, an_account(home.stage))
    home.panel()
    home.walker.shot("lost")
