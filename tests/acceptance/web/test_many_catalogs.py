"""An organisation with more catalogs than fit on a page, as its LMS admin sees them."""

from __future__ import annotations

import pytest

from classbell.storage.models import CalendarOptions, Connection
from tests.acceptance.web.conftest import a_visitor
from tests.acceptance.web.test_connection_panel import lose
from tests.domain.people import Cast
from tests.support import a_catalog

pytestmark = pytest.mark.django_db

LISTS = ["/catalogs", "/connections", "/organisation-calendar"]


@pytest.fixture
def many(cast: Cast) -> None:
    """Give the organisation sixty catalogs more, and the other one a namesake."""
    for number in range(60):
        a_catalog(f"branch-{number}", f"Branch {number:02}", cast.catalog.organisation)
    a_catalog("branch-north", "Branch north", cast.foreign_catalog.organisation)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.usefixtures("many")
def test_a_long_list_comes_in_pages(cast: Cast, address: str) -> None:
    browser = a_visitor(cast.lms_admin)
    first = browser.get(address)
    assert "Page 1 of 3" in first.words
    assert "Branch 10" in first.words
    assert "Contoso Sales School" not in first.words
    last = browser.get(f"{address}?page=3")
    assert "Contoso Sales School" in last.words
    assert "Branch 10" not in last.words


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.usefixtures("many")
def test_a_catalog_is_found_by_its_name(cast: Cast, address: str) -> None:
    browser = a_visitor(cast.lms_admin)
    by_title, by_name = browser.get(f"{address}?q=sales+sch"), browser.get(f"{address}?q=branch-7")
    assert "Contoso Sales School" in by_title.words
    assert "Branch 07" in by_name.words
    assert "Contoso Sales School" not in by_name.words


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.usefixtures("many")
def test_nobody_finds_the_catalogs_of_others(cast: Cast, address: str) -> None:
    page = a_visitor(cast.lms_admin).get(f"{address}?q=north")
    assert "Branch north" not in page.words
    assert "Nothing matches" in page.words
    assert "All catalogs" in page.words


@pytest.mark.usefixtures("many")
def test_what_needs_somebody_comes_first(cast: Cast, connected: Connection) -> None:
    browser = a_visitor(cast.lms_admin)
    assert "Contoso Academy" not in browser.get("/connections").words
    lose(connected)
    assert "Contoso Academy" in browser.get("/connections").words


@pytest.mark.usefixtures("many")
def test_catalogs_that_share_come_first(cast: Cast) -> None:
    browser = a_visitor(cast.lms_admin)
    assert "Contoso Sales School" not in browser.get("/organisation-calendar").words
    CalendarOptions.objects.create(
        catalog=cast.other_catalog, share=True, shared_address="a@b.example"
    )
    assert "Contoso Sales School" in browser.get("/organisation-calendar").words


@pytest.mark.parametrize("address", LISTS)
def test_a_short_list_has_nothing_to_look_through(cast: Cast, address: str) -> None:
    page = a_visitor(cast.lms_admin).get(address)
    assert "Contoso Sales School" in page.words
    assert "Title or short name" not in page.html
