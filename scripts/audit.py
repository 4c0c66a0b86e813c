"""Ask whether a weakness is known of any locked version: `make audit`.

    scripts/audit.py PIP_AUDIT LOCK [more words for pip-audit]

A mirror of the package index answers questions about weaknesses with «not found», and the tool then
finds none. So each service is first asked about a version that is known to be weak; only one that
says so is believed. Where none can be asked, that is said aloud, and CLASSBELL_TEST_REQUIRE with
«advisories» in it makes a failure of it.

Exit codes: 0 nothing is known, or nobody could be asked; 1 a weakness is known, or nobody could be
asked though that is required; 2 the audit itself failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SERVICES = ("pypi", "osv")
KNOWN_TO_BE_WEAK = "jinja2==2.10"
"""Has CVE-2019-10906 and others: https://nvd.nist.gov/vuln/detail/CVE-2019-10906"""

REQUIRED = "advisories"
SECONDS = "20"
CLEAN, WEAK, FAILED = 0, 1, 2


def main(words: list[str]) -> int:
    """Carry the audit out, and say what came of it."""
    tool, lock, *more = words
    for service in SERVICES:
        why = _why_not(tool, service)
        if not why:
            return _audited(tool, lock, service, more)
        print(f"{service} could not be asked: {why}")
    print(
        f"SKIPPED: no service that knows of weaknesses answers from here, so nothing is said about "
        f"{lock}. Run make audit where the internet is."
    )
    required = REQUIRED in os.environ.get("CLASSBELL_TEST_REQUIRE", "").split(",")
    return WEAK if required else CLEAN


def _why_not(tool: str, service: str) -> str:
    """Return why a service is not to be believed; empty where it knows what is known."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "weak.txt"
        lock.write_text(f"{KNOWN_TO_BE_WEAK}\n", encoding="utf-8")
        found, said = _asked(tool, service, [str(lock)], ["--no-deps"])
    if found is None:
        return said or "it did not answer"
    if _weak(found):
        return ""
    return _skipped(found) or f"it knows of no weakness of {KNOWN_TO_BE_WEAK}"


def _audited(tool: str, lock: str, service: str, more: list[str]) -> int:
    """Ask a service that is believed about every locked version."""
    found, said = _asked(tool, service, [lock], ["--require-hashes", *more])
    if found is None:
        print(f"The audit failed: {said}", file=sys.stderr)
        return FAILED
    weak, unknown = _weak(found), _skipped(found)
    for line in weak:
        print(line, file=sys.stderr)
    if unknown:
        print(f"Not everything was looked up: {unknown}", file=sys.stderr)
    if weak or unknown:
        return WEAK
    print(f"{len(found)} locked versions: no weakness is known to {service}.")
    return CLEAN


def _asked(
    tool: str, service: str, locks: list[str], more: list[str]
) -> tuple[list[dict[str, Any]] | None, str]:
    """Run pip-audit; return what it says of each package, or None and its last words."""
    command = [tool, "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    command += ["--timeout", SECONDS, "--vulnerability-service", service, *more]
    for lock in locks:
        command += ["--requirement", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)["dependencies"], ""
    except (ValueError, KeyError):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return None, lines[-1][:200] if lines else ""


def _weak(found: list[dict[str, Any]]) -> list[str]:
    """Return a line for each known weakness: package, its id, and what mends it."""
    return [
        f"{one['name']} {one['version']}: {known['id']}, mended in "
        f"{', '.join(known['fix_versions']) or 'no version'}"
        for one in found
        for known in one.get("vulns", [])
    ]


def _skipped(found: list[dict[str, Any]]) -> str:
    """Return why packages were not looked up; empty where all were."""
    return "; ".join(str(one["skip_reason"]) for one in found if "skip_reason" in one)[:500]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
