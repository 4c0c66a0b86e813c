"""The help article's story in a real browser on two origins, and the pages in every light."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from classbell.cli.demo.stage import Stage
from tests.browser import story
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "/catalogs/academy",
    "/catalogs/academy/sessions",
    "/catalogs/academy/rooms",
    "/catalogs/academy/delivery",
    "/catalogs/academy/audit",
    "/catalogs/academy/connection",
    "/help/delivery?catalog=academy",
    "/catalogs/academy/settings/notifications",
    "/catalogs/academy/settings/notifications?panel=m365",
)


def test_the_story_by_mouse_and_keyboard(
    browser: Browser, showcase: Stage, shots: Path, tmp_path: Path
) -> None:
    walker = a_walker(browser, shots)
    story.sign_in(showcase, walker)
    walker.shot("home")
    story.panel(walker.page)
    story.keyboard(walker.page)
    story.connect(showcase, walker)
    story.save(showcase, walker)
    story.sessions(showcase, walker, tmp_path)
    story.log(showcase, walker)
    story.disconnect(walker)
    assert not walker.complaints, "\n".join(walker.complaints)


@pytest.mark.parametrize(
    ("width", "scripted", "dark"),
    [(390, True, True), (1366, False, False)],
    ids=["telephone", "without script"],
)
def test_every_page_fits_and_stays_quiet(
    browser: Browser, showcase: Stage, shots: Path, *, width: int, scripted: bool, dark: bool
) -> None:
    walker = a_walker(browser, shots, width=width, scripted=scripted, dark=dark)
    story.sign_in(showcase, walker)
    for number, address in enumerate(PAGES):
        walker.page.goto(showcase.places.base_url + address)
        expect(walker.page.get_by_role("heading", level=1, include_hidden=True)).to_have_count(1)
        if scripted:
            assert walker.sideways() <= 0, address
        walker.shot(f"{width}{'-dark' if dark else ''}{'' if scripted else '-plain'}-{number}")
    assert not walker.complaints, "\n".join(walker.complaints)
