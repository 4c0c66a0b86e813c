"""Pages say what they mean; the one macro set says how it looks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src" / "classbell" / "web"
TEMPLATES = sorted((WEB / "templates").glob("**/*.html"))
STYLES = sorted((WEB / "static" / "css").glob("*.css"))

PHYSICAL = re.compile(
    r"(?<![\w-])(left|right|top|bottom|(margin|padding|border)-(left|right|top|bottom)|"
    r"float|(text-align|clear):\s*(left|right)|width|height|(min|max)-(width|height))\s*:"
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_pages_write_no_class_names_and_nothing_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\b(class|style)=", text)
    assert not re.search(r"\bon[a-z]+=|<script(?! src)|<style", text)
    assert "|safe" not in text


@pytest.mark.parametrize("sheet", STYLES, ids=lambda path: path.name)
def test_styles_are_logical_so_that_right_to_left_needs_no_second_sheet(sheet: Path) -> None:
    found = [
        line.strip()
        for line in sheet.read_text().splitlines()
        if PHYSICAL.search(line) and "@media" not in line
    ]
    assert not found


def test_every_style_sheet_is_served() -> None:
    served = (WEB / "assets.py").read_text()
    assert [sheet.name for sheet in STYLES if f'"css/{sheet.name}"' not in served] == []


MOMENT = re.compile(r"ui\.(when|step_of_time)\(((?:[^()]|\([^()]*\))*)\)")
OWN_ZONE = ("zone=", "'date_only'")
WITH_ZONE = ("ui.times_in()", "Times in %(zone)s")
IN_A_DRAWER = re.compile(r'{% include "(panel\w*)\.html" %}')
"""The panel stands before a page that says it."""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_page_with_times_says_in_which_zone_they_are(template: Path) -> None:
    text = template.read_text()
    if not text.startswith("{% extends layout %}"):
        return
    whole = _with_parts(IN_A_DRAWER.sub("", text))
    without = [
        found.group()
        for found in MOMENT.finditer(whole)
        if not any(part in found.group(2) for part in OWN_ZONE)
    ]
    assert not without or any(part in whole for part in WITH_ZONE), without


def _with_parts(text: str) -> str:
    """Return a page with the parts that it includes."""
    names = re.findall(r"""{% include ["'](\w+\.html)["'] %}""", text)
    parts = [(WEB / "templates" / name).read_text() for name in names]
    return "\n".join([text, *parts])
