"""Each page has a title of its own, by which its tab, window or bookmark is found again."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape

import pytest

from tests.acceptance.roles.conftest import Stage
from tests.acceptance.roles.table import PARTS, TABLE

pytestmark = pytest.mark.django_db

TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
ONE_PAGE = ({"preferences", "preferences-link", "unsubscribe"},)
"""Addresses that lead to the same page, each in its own way."""


def titles(stage: Stage) -> dict[str, set[str]]:
    """Return the addresses of every title, as those meet it who may open them."""
    browsers = {part: stage.browser(part) for part in PARTS}
    found: dict[str, set[str]] = defaultdict(set)
    for name, address in TABLE.items():
        if address.get is None or address.get.gives != frozenset({200}):
            continue
        part = next(one for one in PARTS if one in address.get.may)
        match = TITLE.search(browsers[part].get(stage.address(name)).html)
        if match is not None:
            found[unescape(match[1]).strip()].add(name)
    return found


def test_no_two_pages_have_one_title(stage: Stage) -> None:
    found = titles(stage)
    assert len(found) > 60, "they are looked at"
    assert all(title.removesuffix("– Classbell").strip() for title in found)
    doubled = {
        title: names for title, names in found.items() if len(names) > 1 and names not in ONE_PAGE
    }
    assert not doubled
