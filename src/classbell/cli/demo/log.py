"""The last step of a walk: what web and worker have logged meanwhile tells nobody's secrets."""

from __future__ import annotations

import re
from pathlib import Path

from classbell.cli.demo.stage import Stage, hold

SECRETS = (
    "CLASSBELL_SECRET_KEY",
    "CLASSBELL_ENCRYPTION_KEYS",
    "CLASSBELL_CLIENT_SECRET",
)
TOKEN = re.compile(r"eyJ[\w-]{8,}|\b[01]\.A[\w-]{20,}")
PERSON = re.compile(r"[\w.-]+(?:@|%40)[\w-]+\.example")


def the_log_is_clean(stage: Stage) -> str:
    """Nothing that was logged on the way holds a token, a secret, or the address of a person."""
    output = stage.processes.output
    hold(output is not None, "Nothing was kept of what the processes print.")
    path = Path(output.name) if output is not None else Path()
    text = path.read_text(encoding="utf-8", errors="replace")
    # The sandbox prints for people, its own passwords among it; Classbell writes objects.
    lines = [line for line in text.splitlines() if line.startswith("{")]
    hold(lines, "Nothing was logged.")
    values = [stage.environment[name].rpartition(":")[2] for name in SECRETS]
    for line in lines:
        hold(not TOKEN.search(line), f"A token was logged: {line}")
        hold(not any(value in line for value in values), f"A secret was logged: {line}")
        hold(not PERSON.search(line), f"An address was logged: {line}")
    return f"{len(lines)} lines, none with a token, a secret or somebody's address"
