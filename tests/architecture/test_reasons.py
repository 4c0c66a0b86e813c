"""A rule that is switched off in one place says why beside it."""

import re

from tests.architecture.sources import code_files, short

# The brackets keep this file from finding itself.
SWITCHED_OFF = re.compile(
    r"# (?:no[q]a(?:: [A-Z]+\d+(?:, ?[A-Z]+\d+)*)?|type: ignor[e](?:\[.*?\])?)"
)
REASON = re.compile(r"\s+(?:--|#) \w|\s+# (?:no[q]a|type)")


def test_every_rule_that_is_switched_off_has_its_reason_beside_it() -> None:
    without = [
        f"{short(path)}:{number}: {line.strip()}"
        for path in code_files(".py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for found in SWITCHED_OFF.finditer(line)
        if not REASON.match(line, found.end())
    ]
    assert not without
