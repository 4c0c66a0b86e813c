"""The reference page says of every event what the registry says; ``make snapshots`` renews it."""

from __future__ import annotations

import re
from pathlib import Path

from classbell.domain.webhooks.event_types import GROUPS, MANY, TYPES
from tests.domain.notifications.test_default_mails import RENEW

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "events.md"
PART = re.compile(r"(<!-- events -->\n)(.*?)(<!-- end -->)", re.DOTALL)
EMITTED = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def tables() -> str:
    """Return the part of the page that is made from the registry."""
    lines: list[str] = []
    for group, title in GROUPS.items():
        lines += [
            f"## {title}",
            "",
            "| type | when | `data` beside `catalog` |",
            "| --- | --- | --- |",
        ]
        for one in TYPES:
            if one.group == group:
                many = " (one for each message; only where chosen)" if one.name in MANY else ""
                members = ", ".join(f"`{member}`" for member in one.members)
                lines.append(f"| `{one.name}` | {one.when}{many} | {members} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_says_what_the_registry_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    renewed = PART.sub(lambda found: found[1] + tables() + found[3], text)
    if RENEW:
        PAGE.write_text(renewed, encoding="utf-8")
    assert renewed == text or RENEW, "run make snapshots, and look at what changed"


def test_every_type_is_one_that_the_product_writes() -> None:
    said: set[str] = set()
    for file in (ROOT / "src" / "classbell").rglob("*.py"):
        if file.name != "event_types.py":
            said |= set(EMITTED.findall(file.read_text(encoding="utf-8")))
    made = {one.name for one in TYPES if not one.name.startswith("message.")}
    assert made <= said, "nobody writes these"
