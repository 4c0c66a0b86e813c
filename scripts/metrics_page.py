"""Writes docs/reference/metrics.md from the metrics of the program; `--check` only compares."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classbell.django_settings")

import django

django.setup()

from prometheus_client.metrics import MetricWrapperBase  # noqa: E402 -- the same

from classbell.domain.operations.gauges import GAUGES  # noqa: E402 -- the same
from classbell.network import http, measures  # noqa: E402 -- the same

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "metrics.md"
HEAD = """# Metrics

Written by `scripts/metrics_page.py` from the program. How to read them:
[monitor.md](../howto/monitor.md). No label ever holds an address, a name or an id: routes are names
such as `delivery`, and every other label comes from a short list of words.

## Counted by each process

The web application shows them at `/metrics`, a worker at its own port; add them up.

"""
MIDDLE = """
## Read from the database

Shown by every web application alike, at `/metrics`: take the highest, do not add them up.

"""


def counted() -> dict[str, tuple[str, str, list[str]]]:
    """Return the metrics that processes count: name to kind, description and labels."""
    found = {}
    for module in (measures, http):
        for value in vars(module).values():
            if isinstance(value, MetricWrapperBase):
                family = next(iter(value.collect()))
                name = family.name + ("_total" if family.type == "counter" else "")
                labels = list(value._labelnames)  # noqa: SLF001 -- there is no other way to ask
                found[name] = (family.type, family.documentation, labels)
    return found


def table(rows: dict[str, tuple[str, str, list[str]]]) -> str:
    """Write rows as a table."""
    lines = ["| metric | kind | labels | what it is |", "| --- | --- | --- | --- |"]
    for name, (kind, text, labels) in sorted(rows.items()):
        named = ", ".join(f"`{label}`" for label in labels) or "none"
        lines.append(f"| `{name}` | {kind} | {named} | {text} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the page as it should be."""
    gauges = {name: ("gauge", text, list(labels)) for name, (text, *labels) in GAUGES.items()}
    return HEAD + table(counted()) + MIDDLE + table(gauges)


def main() -> int:
    """Write the page, or say that it is out of date."""
    if "--check" in sys.argv:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
