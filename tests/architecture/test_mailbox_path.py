"""One function says whose mailbox a call is about; no other line of the adapter does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT

ADAPTER = ROOT / "src" / "classbell" / "microsoft" / "graph"
BUILDER = "mailbox_path.py"
WHOSE = re.compile(r"^/(me|users)(/|$)")


def texts(path: Path) -> Iterator[str]:
    """Yield every text of a module but what is written for its readers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_only_one_module_builds_the_path_of_a_mailbox() -> None:
    building = {
        path.name for path in ADAPTER.glob("*.py") if any(WHOSE.match(text) for text in texts(path))
    }
    assert building == {BUILDER}


def test_only_one_module_asks_for_the_kind_of_an_account() -> None:
    named = re.compile(r"AccountKind\.")
    asking = {
        str(path.relative_to(ROOT / "src" / "classbell"))
        for path in (ROOT / "src" / "classbell").rglob("*.py")
        if named.search(path.read_text(encoding="utf-8"))
    }
    assert asking == {
        "domain/connections/application_only.py",
        "domain/connections/arrival.py",
        "domain/connections/kinds.py",
        "storage/models/accounts.py",
    }, "what follows from the kind is decided in kinds.py; the others write it down"
