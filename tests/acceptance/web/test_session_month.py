"""The month of sessions: days in the catalog's zone, neighbours, and a filter in the address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classbell.storage.models import Catalog, Course, CourseSession
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.support import NOW, a_session

pytestmark = pytest.mark.django_db
MONTH = "/catalogs/academy/sessions/month"


@pytest.fixture(autouse=True)
def around_new_year(cast: Cast) -> None:
    """One session an hour before, one an hour after the year ends in Copenhagen."""
    Catalog.objects.filter(pk=cast.catalog.pk).update(time_zone="Europe/Copenhagen")
    for code, moment in (
        ("OLD", datetime(2026, 12, 31, 22, tzinfo=UTC)),
        ("NEW", datetime(2027, 1, 1, 0, tzinfo=UTC)),
    ):
        a_session(cast.catalog, code, title=f"{code} year", starts_at=moment)


def test_a_session_stands_in_the_month_of_the_catalogs_own_zone(owner: Visitor) -> None:
    december, january = (owner.get(f"{MONTH}?month={name}") for name in ("2026-12", "2027-01"))
    assert "December 2026" in december.words
    assert "OLD year" in december.words
    assert "NEW year" not in december.words
    assert "NEW year" in january.words
    assert "OLD year" not in january.words
    assert f"{MONTH}?month=2026-11" in december.links()
    assert f"{MONTH}?month=2027-01" in december.links()


@pytest.mark.parametrize("asked", ["", "?month=2026-13", "?month=9999-12", "?month=x"])
def test_what_is_no_month_shows_this_one(owner: Visitor, asked: str) -> None:
    assert owner.get(f"{MONTH}{asked}").element("month")["value"] == f"{NOW:%Y-%m}"


def test_the_filter_is_in_the_address_and_goes_along(owner: Visitor, cast: Cast) -> None:
    other = Course.objects.create(
        catalog=cast.catalog, code="ROPE", title="Rope work", created_at=NOW
    )
    CourseSession.objects.filter(code="NEW").update(
        course=other, starts_at=datetime(2026, 12, 30, 9, tzinfo=UTC)
    )
    page = owner.get(f"{MONTH}?month=2026-12&course=ROPE")
    assert "NEW year" in page.words
    assert "OLD year" not in page.words
    assert f"{MONTH}?month=2027-01&course=ROPE" in page.links()
