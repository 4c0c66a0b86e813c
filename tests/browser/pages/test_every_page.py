"""Every page in every theme: nothing for axe to find, nothing too wide, no complaint; pictured."""

from __future__ import annotations

import gzip

import pytest
from django.urls import get_resolver
from playwright.sync_api import Page, expect

from tests.acceptance.roles.test_page_weight import PAGE_BUDGET, SCRIPT_BUDGET
from tests.browser.accessibility import WIDE, in_every_theme, too_wide
from tests.browser.article.home import Home
from tests.browser.pages import gallery
from tests.browser.pages.addresses import CATALOG_PAGES, ELSEWHERE, OTHER_PAGES, Addresses

WEIGH = """
() => Object.fromEntries(performance.getEntriesByType("resource")
  .filter((one) => new URL(one.name).pathname.startsWith("/static/"))
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize]))
"""
"""What a page loads, in bytes as they go over the wire; what was kept from before counts too."""


def test_no_page_is_forgotten() -> None:
    names = {str(name) for name in get_resolver("classbell.web.urls").reverse_dict if name}
    names = {name for name in names if not name.startswith("<")}
    elsewhere = set().union(*ELSEWHERE.values())
    assert names == (set(CATALOG_PAGES) - {"panel"}) | set(OTHER_PAGES) | elsewhere


def test_the_gallery_shows_them_all() -> None:
    assert set(gallery.entries()) == set(CATALOG_PAGES) | set(OTHER_PAGES)
    assert all((gallery.PICTURES / f"{name}.png").is_file() for name in gallery.entries())


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", [*CATALOG_PAGES, *OTHER_PAGES])
def test_a_page_in_every_theme(addresses: Addresses, name: str) -> None:
    home = addresses.home
    home.page.goto(addresses.of(name))
    expect(home.page.get_by_role("heading", level=1)).to_be_visible()
    found = too_heavy(home.page) + in_every_theme(home.page) + picture(home, name)
    assert not found, "\n".join(found)


def too_heavy(page: Page) -> list[str]:
    """Return what of a page, filled with the example programme, exceeds its budget."""
    weighed: dict[str, int] = page.evaluate(WEIGH)
    html = len(gzip.compress(page.context.request.get(page.url).body()))
    scripts = sum(size for address, size in weighed.items() if address.endswith(".js"))
    whole = sum(weighed.values()) + html
    assert weighed, "nothing was weighed"
    found = [f"{scripts} bytes of script"] if scripts > SCRIPT_BUDGET else []
    return found + ([f"{whole} bytes in all, {html} of page"] if whole > PAGE_BUDGET else [])


def picture(home: Home, name: str) -> list[str]:
    """Picture a page in a wide window and a narrow one; return where it is too wide."""
    page, walker = home.page, home.walker
    walker.shot(f"page-{name}")
    gallery.keep(page, name)
    found = [f"{name}: {one}" for one in too_wide(page)]
    page.emulate_media(forced_colors="active")
    walker.shot(f"page-{name}-forced-320")
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(WIDE)
    return found
