"""The table of what carries which news is the one that readers see."""

from __future__ import annotations

import re
from pathlib import Path

from classbell.domain.notifications.kinds import REGISTRY

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "one-change-one-notice.md"


def test_every_kind_about_a_session_is_in_the_table_with_its_carrier() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE.read_text(), re.MULTILINE))
    about_sessions = {
        name: kind.carrier.value
        for name, kind in REGISTRY.items()
        if "SESSION TITLE" in kind.variables
    }
    assert table == about_sessions
