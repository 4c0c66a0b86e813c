"""Whatever a page shows to somebody opens for them: links, forms, and what htmx fetches."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import Resolver404, resolve

from classbell.storage.models import RoleAssignment
from tests.acceptance.roles.conftest import Stage
from tests.acceptance.roles.table import PARTS, TABLE
from tests.acceptance.web.page import Page

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MOST_PAGES = 400
OWN_CATALOGS = {"colleague": "/catalogs/sales", "stranger": "/catalogs/fabrikam"}
"""Where these two are what the owner is in the table."""

LANDS_ON = {
    "lms_admin": "/catalogs",
    "owner": "/catalogs/academy",
    "colleague": "/catalogs/sales",
    "course_admin": "/catalogs/academy/sessions",
    "instructor": "/teaching",
    "learner": "/my/sessions",
    "stranger": "/catalogs/fabrikam",
}


@pytest.mark.parametrize("part", LANDS_ON)
def test_everybody_lands_on_what_they_work_with(stage: Stage, part: str) -> None:
    assert stage.browser(part).get("/").location == LANDS_ON[part]


@pytest.mark.parametrize("part", PARTS)
def test_every_link_and_form_shown_is_open_to_its_reader(stage: Stage, part: str) -> None:
    browser, seen, shut = stage.browser(part), set[str](), list[str]()
    waiting = [(start, "the table") for start in pages_of(stage, part)]
    while waiting and len(seen) < MOST_PAGES:
        address, shown_on = waiting.pop(0)
        if likeness(address) in seen:
            continue
        seen.add(likeness(address))
        answer = browser.client.get(address)
        if answer.status_code >= 400:
            shut.append(f"{address}: {answer.status_code}, shown on {shown_on}")
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = Page(answer)
        acts = [act or address for act in forms_of(page)]  # an empty one is the page's own
        shut += [f"{act}, a form on {address}" for act in acts if not open_to(part, act)]
        waiting += [(link, address) for link in followed(page)]
    assert len(seen) < MOST_PAGES, "the walk does not end"
    assert not shut, f"{part}:\n" + "\n".join(shut)


def test_a_course_admin_sees_nothing_of_the_catalogs_settings(stage: Stage) -> None:
    page = stage.browser("course_admin").get("/catalogs/academy/sessions")
    assert not [link for link in page.links() if "/settings/" in link]
    assert "Rooms" not in page.words


def test_taking_the_role_away_closes_the_pages_at_once(stage: Stage) -> None:
    browser = stage.browser("course_admin")
    assert browser.get("/catalogs/academy/sessions").status == 200
    RoleAssignment.objects.filter(role="course_admin").delete()
    assert browser.get("/catalogs/academy/sessions").status == 403


def pages_of(stage: Stage, part: str) -> list[str]:
    """Return the addresses of the table that somebody may open."""
    return [
        stage.address(name)
        for name, address in TABLE.items()
        if address.get and part in address.get.may and 200 in address.get.gives
    ]


def followed(page: Page) -> list[str]:
    """Return the addresses of ours that a page offers to open."""
    found = [*page.links()]
    found += [given["hx-get"] for _, given in page.elements if "hx-get" in given]
    found += [given["action"] for tag, given in page.elements if is_form(tag, given, "get")]
    return [one.split("#")[0] for one in found if one.startswith("/")]


def forms_of(page: Page) -> list[str]:
    """Return where the forms of a page that change something lead."""
    found = [given["action"] for tag, given in page.elements if is_form(tag, given, "post")]
    return found + [given["hx-post"] for _, given in page.elements if "hx-post" in given]


def is_form(tag: str, given: dict[str, str], method: str) -> bool:
    """Tell whether an element is a form of a method."""
    return tag == "form" and given.get("method", "get") == method and "action" in given


def open_to(part: str, address: str) -> bool:
    """Tell whether the table lets somebody post to an address."""
    try:
        name = resolve(urlsplit(address).path).url_name
    except Resolver404:
        return False
    who, own = TABLE[name or ""].post, OWN_CATALOGS.get(part)
    parts = {part, "owner"} if own and address.startswith(f"{own}/") else {part}
    return who is not None and bool(parts & who.may)


def likeness(address: str) -> str:
    """Return what pages have in common that differ by what stands in their query."""
    split = urlsplit(address)
    return f"{split.path}?{sorted(parse_qs(split.query))}"
