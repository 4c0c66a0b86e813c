"""The pages about Microsoft's codes and permissions say what the program does."""

from __future__ import annotations

import os
import re
from uuid import UUID

from classbell.microsoft.clouds import cloud_for
from classbell.microsoft.entra.application_guide import application_commands
from classbell.microsoft.entra.codes import RESULT_BY_CODE, ROW_BY_CODE
from classbell.microsoft.graph.codes import ROWS_BY_CODE
from tests.architecture.code_tables import permissions, reference
from tests.architecture.sources import ROOT

CODES = ROOT / "docs" / "reference" / "codes.md"
GUIDE = ROOT / "docs" / "howto" / "connect-a-real-tenant.md"
REGISTRATION = ROOT / "docs" / "howto" / "register-the-application.md"
TABLE = re.compile(r"(<!-- permissions -->\n)(.*?)(<!-- end -->)", re.DOTALL)
RENEW = os.environ.get("RENEW_SNAPSHOTS") == "1"


def test_the_page_of_codes_is_what_the_program_decides_by() -> None:
    if RENEW:
        CODES.write_text(reference(), encoding="utf-8")
    assert CODES.read_text(encoding="utf-8") == reference(), "run make snapshots"


def test_every_code_is_on_the_page() -> None:
    text = CODES.read_text(encoding="utf-8").casefold()
    named = [f"aadsts{code}" for code in (*ROW_BY_CODE, *RESULT_BY_CODE)] + [*ROWS_BY_CODE]
    assert [code for code in named if f"`{code}`" not in text] == []


def test_the_guide_says_why_each_permission_is_asked_for() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    if RENEW:
        text = TABLE.sub(lambda found: found[1] + permissions() + "\n" + found[3], text)
        GUIDE.write_text(text, encoding="utf-8")
    [table] = TABLE.findall(text)
    assert table[1] == permissions() + "\n", "run make snapshots"


def test_the_guide_names_what_the_application_may_do_by_itself() -> None:
    commands = application_commands(
        cloud_for("global"),
        UUID(int=1),
        client_id="a",
        address="b@c.example",
        outside_address="d@c.example",
    )
    directory = re.findall(r'"(\w+\.Read\.All)"', commands)
    exchange = re.findall(r'-Role "([^"]+)"', commands)
    assert directory
    assert exchange
    guide = GUIDE.read_text(encoding="utf-8")
    assert [name for name in (*directory, *exchange) if f"`{name}`" not in guide] == []
