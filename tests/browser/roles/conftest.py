"""People of the showcase, each signed in once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import ShowcasePerson
from tests.browser.article.home import Home, signed_in_as
from tests.browser.conftest import Walker, a_walker

CATALOG = "sales"
"""The catalog whose course has somebody in each role."""

Opener = Callable[..., Home]


@pytest.fixture
def opened(browser: Browser, showcase: Stage, shots: Path) -> Iterator[Opener]:
    """Return what opens somebody's window; no console may complain."""
    walkers: list[Walker] = []

    def opener(who: ShowcasePerson, *, scripted: bool = True) -> Home:
        state = signed_in_as(browser, showcase, who.address)
        walkers.append(a_walker(browser, shots, state=state, scripted=scripted))
        walkers[-1].page.goto(showcase.places.base_url)
        return Home(showcase, walkers[-1], CATALOG)

    yield opener
    for walker in walkers:
        walker.context.close()
        assert not walker.complaints, "\n".join(walker.complaints)
