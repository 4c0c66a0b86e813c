"""Run every bench in turn, on each store it says something about: `make bench`.

`python -m bench.run [--short] [PART...]` runs those parts only. Progress goes to stderr, figures to
stdout, and results into `build/bench`; `python -m bench.page` makes the page of them.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from bench.databases import databases
from bench.report import SHORT
from tests import postgresql

BOTH = ("sqlite", "postgresql")
NO_STORE = ("",)

PARTS: dict[str, tuple[str, ...]] = {
    "delivery": BOTH,
    "lanes": BOTH,
    "delivery_log": BOTH,
    "search": BOTH,
    "audit": BOTH,
    "shared": ("sqlite",),
    "render": ("sqlite",),
    "calendar": ("sqlite",),
    "acs": BOTH,
    "workers": ("postgresql",),
    "idle": BOTH,
    "purge": BOTH,
    "today": ("sqlite",),
    "api": BOTH,
    "panel": NO_STORE,
    "sandbox": NO_STORE,
}
CLIENTS = Path(".venv-clients/bin/celery")


def skipped(part: str, store: str) -> str:
    """Return why a part cannot be measured here, or nothing where it can."""
    if store == "postgresql" and postgresql.binaries() is None:
        return postgresql.MISSING
    if part == "today" and not CLIENTS.exists():
        return "Microsoft's clients and Celery are not installed; make clients-test does that."
    return ""


def measure(part: str, store: str) -> int:
    """Measure one part on one store, in a process of its own; return its exit code."""
    name = f"{part} on {store}" if store else part
    reason = skipped(part, store)
    if reason:
        print(f"== {name}: SKIPPED: {reason}", file=sys.stderr)
        return 0
    print(f"== {name}", file=sys.stderr)
    words = [sys.executable, "-m", f"bench.{part}"]
    if not store:
        return subprocess.run(words, check=False).returncode
    with databases(store, 1) as urls:
        environment = os.environ | {"CLASSBELL_DATABASE_URL": urls[0]}
        return subprocess.run(words, check=False, env=environment).returncode


def main() -> int:
    """Measure what the words ask for, everything by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="tiny sizes, to see that it runs")
    parser.add_argument("--store", choices=BOTH, help="this store only")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    words = parser.parse_args()
    if words.short:
        os.environ[SHORT] = "1"
    failed: list[str] = []
    for part in words.parts or PARTS:
        stores = [store for store in PARTS[part] if words.store in {None, store}]
        failed += [f"{part} {store}".strip() for store in stores if measure(part, store)]
    if failed:
        print(f"These broke: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
