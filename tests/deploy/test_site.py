"""The documentation site builds without a warning, asks no other host, and can be searched."""

from __future__ import annotations

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import ROOT

SPHINX = ROOT / ".venv-docs" / "bin" / "python"
# Beside links, which a person follows, these are what a browser fetches by itself.
FETCHED = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "object": "data",
}
NOT_FETCHED = {"canonical", "next", "prev", "index", "search", "genindex"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not SPHINX.exists(), reason="what builds the site is not installed: run make site once"
    ),
]


class Fetches(HTMLParser):
    """Collects the addresses that a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        wanted = FETCHED.get(tag)
        if wanted and given.get("rel") not in NOT_FETCHED:
            self.found.append(given.get(wanted) or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make site` does, elsewhere."""
    folder = tmp_path_factory.mktemp("site")
    told = subprocess.run(
        [
            *(SPHINX, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs/site"),
            *("-d", folder / "cache", ".", folder / "out"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return folder / "out"


def elsewhere(address: str) -> bool:
    """Say whether an address lies on another host."""
    return bool(re.match(r"(?:[a-z]+:)?//", address))


def test_no_page_asks_another_host(site: Path) -> None:
    asked = {}
    for page in site.rglob("*.html"):
        fetches = Fetches()
        fetches.feed(page.read_text(encoding="utf-8"))
        asked[page.name] = [one for one in fetches.found if elsewhere(one)]
    assert len(asked) > 60
    assert {name: found for name, found in asked.items() if found} == {}


def test_no_style_asks_another_host(site: Path) -> None:
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        found = re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")]+)", text)
        assert [one for one in found if elsewhere(one)] == [], style.name


def index_of(site: Path) -> Any:
    """Return what the search looks through."""
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))


def test_the_search_finds_how_to_reconnect(site: Path) -> None:
    index = index_of(site)
    places = index["terms"]["reconnect"]
    names = {index["docnames"][one] for one in (places if isinstance(places, list) else [places])}
    assert "docs/howto/connect-microsoft-365" in names
    assert "docs/reference/codes" in names


def test_the_first_page_leads_to_every_kind(site: Path) -> None:
    top = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="docs/site/index.html"' in top
    first = (site / "docs" / "site" / "index.html").read_text(encoding="utf-8")
    for kind in ("Tutorial", "How to", "Reference", "Explanation"):
        assert f'<span class="caption-text">{kind}</span>' in first


def test_references_are_on_the_site(site: Path) -> None:
    for name in ("settings", "commands", "codes", "api", "api-errors"):
        assert (site / "docs" / "reference" / f"{name}.html").is_file()
