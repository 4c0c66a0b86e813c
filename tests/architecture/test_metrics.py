"""Dashboard, alert rules and documentation name metrics that the program really has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "reference" / "metrics.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "classbell.json"
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
NAME = re.compile(r"\bclassbell_[a-z_]+")
PARTS = ("_bucket", "_count", "_sum")


def documented() -> dict[str, set[str]]:
    """Return each metric of the page with its labels."""
    rows = re.findall(
        r"^\| `(classbell_\w+)` \| \w+ \| ([^|]*) \|", PAGE.read_text("utf-8"), re.MULTILINE
    )
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def known(name: str) -> str:
    """Return the metric that a series belongs to."""
    for part in PARTS:
        name = name.removesuffix(part)
    return name


def test_the_page_is_what_the_program_says() -> None:
    words = [sys.executable, "scripts/metrics_page.py", "--check"]
    chosen = os.environ | {"DJANGO_SETTINGS_MODULE": "classbell.django_settings"}
    done = subprocess.run(words, cwd=ROOT, env=chosen, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr or "Run scripts/metrics_page.py"


@pytest.mark.parametrize("file", [DASHBOARD, RULES], ids=lambda path: Path(path).name)
def test_what_is_drawn_and_alerted_on_exists(file: Path) -> None:
    named = {known(name) for name in NAME.findall(file.read_text(encoding="utf-8"))}
    assert named
    assert named <= set(documented())


def test_every_metric_is_drawn() -> None:
    text = DASHBOARD.read_text(encoding="utf-8")
    assert {known(name) for name in NAME.findall(text)} == set(documented())


def expressions() -> list[str]:
    """Return every expression of dashboard and rules."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [*drawn, *(rule["expr"] for group in rules["groups"] for rule in group["rules"])]


@pytest.mark.parametrize("expression", expressions())
def test_labels_that_are_asked_for_exist(expression: str) -> None:
    labels = set().union({"le"}, *(documented()[known(one)] for one in NAME.findall(expression)))
    asked = set(re.findall(r"(\w+)(?:=|!=|=~|!~)\"", expression))
    for group in re.findall(r"(?:by|without) \(([^)]*)\)", expression):
        asked |= {one.strip() for one in group.split(",")}
    assert asked <= labels
    assert expression.count("(") == expression.count(")")


def test_every_rule_says_what_it_is_and_what_to_do() -> None:
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
