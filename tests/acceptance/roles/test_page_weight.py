"""What every page weighs, with all that it loads: within the budget, whoever opens it."""

from __future__ import annotations

import gzip
from functools import cache

import pytest
from django.test import Client

from tests.acceptance.roles.conftest import Stage
from tests.acceptance.roles.table import TABLE
from tests.acceptance.web.page import Page

pytestmark = pytest.mark.django_db

WHO = ("lms_admin", "owner", "instructor", "learner", "nobody")
"""Between them they see every page, and every refusal."""
SCRIPT_BUDGET, PAGE_BUDGET = 25 * 1024, 60 * 1024
"""Bytes as they go over the wire, packed by gzip."""


@pytest.mark.parametrize("part", WHO)
def test_every_page_stays_within_its_budget(stage: Stage, part: str) -> None:
    """Whoever may not open a page gets one that says so, which is weighed as well."""
    weighed, heavy = 0, []
    for name, address in TABLE.items():
        if address.get is None:
            continue
        page = Page(stage.browser(part).client.get(stage.address(name)))
        if not page.header("Content-Type").startswith("text/html"):
            continue
        weighed += 1
        scripts, whole = weight_of(page)
        if scripts > SCRIPT_BUDGET or whole > PAGE_BUDGET:
            heavy.append(f"{name}: {scripts} bytes of script, {whole} in all")
    assert weighed > len(TABLE) // 3
    assert not heavy, "\n".join(heavy)


def weight_of(page: Page) -> tuple[int, int]:
    """Return how many packed bytes of script a page has, and how many it has in all."""
    found = {
        (given.get("href") or given.get("src", "")).split("#")[0]
        for tag, given in page.elements
        if tag in {"script", "use", "img"} or (tag == "link" and given.get("rel") == "stylesheet")
    }
    own = {address: _packed(address) for address in found if address.startswith("/static/")}
    scripts = sum(size for address, size in own.items() if address.endswith(".js"))
    return scripts, sum(own.values()) + len(gzip.compress(page.html.encode()))


@cache
def _packed(address: str) -> int:
    """Return the packed size of something a page loads; its name changes with its content."""
    answer = Client().get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, address
    return len(answer.content)
