"""The how-to says of every address what the table says; ``make snapshots`` renews it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tests.acceptance.roles.conftest import PATTERNS
from tests.acceptance.roles.table import TABLE, Address

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "roles.md"
PART = re.compile(r"(<!-- roles -->\n)(.*?)(<!-- end -->)", re.DOTALL)
COLUMNS = {
    "lms_admin": "LMS admin",
    "owner": "catalog admin",
    "course_admin": "course admin",
    "instructor": "instructor",
    "learner": "learner",
    "nobody": "not signed in",
}


def test_the_page_says_what_the_table_says() -> None:
    text = PAGE.read_text("utf-8")
    wanted = PART.sub(lambda found: found[1] + "\n".join(tables()) + found[3], text)
    if os.environ.get("RENEW_SNAPSHOTS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted


def tables() -> Iterator[str]:
    """Yield the lines of a table for each section."""
    for section in dict.fromkeys(address.section for address in TABLE.values()):
        yield f"\n### {section}\n"
        yield "| what | address | " + " | ".join(COLUMNS.values()) + " |"
        yield "| --- " * (len(COLUMNS) + 2) + "|"
        for name, address in TABLE.items():
            if address.section == section:
                cells = " | ".join(cell(address, part) for part in COLUMNS)
                yield f"| {address.words} | `{route(name)}` | {cells} |"
    yield ""


def cell(address: Address, part: str) -> str:
    """Return what somebody may at an address."""
    words = {"sees": address.get, "does": address.post}
    return ", ".join(word for word, who in words.items() if who and part in who.may)


def route(name: str) -> str:
    """Return an address with names for what differs."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(PATTERNS[name].pattern))
