"""One catalog with an account and the example programme, looked at by its admin page by page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from classbell.cli.demo.stage import Stage, until
from classbell.cli.showcase import CONTOSO, LENA
from tests.browser.article.home import Home, a_catalog, an_account, signed_in_as
from tests.browser.conftest import a_walker
from tests.browser.pages.addresses import Addresses

PROGRAMME = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def addresses(
    browser: Browser, showcase: Stage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Addresses]:
    """Open the admin's window on a catalog that works; the console may not complain."""
    kept = os.environ.get("CLASSBELL_TEST_PICTURES")
    shots = Path(kept) if kept else tmp_path_factory.mktemp("pages")
    walker = a_walker(browser, shots, state=signed_in_as(browser, showcase, LENA.address))
    home = Home(showcase, walker, a_catalog(showcase, walker))
    home.connect(an_account(showcase, tenant=CONTOSO))
    a_programme(home)
    yield Addresses(home)
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


def a_programme(home: Home) -> None:
    """Bring in the example programme, and wait until its first mail is out."""
    files = (PROGRAMME / "courses.csv", PROGRAMME / "enrolments.csv")
    home.stage.command("import", "--catalog", home.slug, *map(str, files))
    here = f"{home.base}/catalogs/{home.slug}/delivery?status=sent"
    until("the first mail", lambda: "Accepted by" in home.walker.context.request.get(here).text())
