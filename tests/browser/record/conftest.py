"""The record and the search: Contoso, a fresh catalog, and its admin signed in once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import CONTOSO, LENA
from tests.browser.article.home import Home, a_catalog, an_account, signed_in_as
from tests.browser.conftest import a_walker


@pytest.fixture(scope="module")
def signed_in(browser: Browser, showcase: Stage) -> StorageState:
    """Sign in as Contoso's LMS admin and return what the browser keeps of Classbell alone."""
    return signed_in_as(browser, showcase, LENA.address)


@pytest.fixture
def home(browser: Browser, showcase: Stage, signed_in: StorageState, shots: Path) -> Iterator[Home]:
    """Give the admin a window and a catalog; the console may not complain."""
    walker = a_walker(browser, shots, state=signed_in)
    yield Home(showcase, walker, a_catalog(showcase, walker))
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


@pytest.fixture
def account(showcase: Stage) -> str:
    """Return a licensed account of Contoso that has consented already."""
    return an_account(showcase, tenant=CONTOSO)
