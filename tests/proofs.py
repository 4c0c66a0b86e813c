"""Shows one part of what production asks for: `make prove PART=doctor`.

`python -m tests.proofs` names the parts, `python -m tests.proofs PART [words for pytest]` runs the
tests of one, long ones included, on SQLite and, where it can be had and some of them are about the
store, on PostgreSQL. docs/reference/proof.md says which part of what is shown by which command.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.postgresql import binaries

ROOT = Path(__file__).resolve().parents[1]
THREATS = ROOT / "docs" / "explanation" / "security.md"
NO_TEST_FOUND = 5
"""How pytest ends where its words leave no test."""

PARTS: dict[str, tuple[str, ...]] = {
    "secrets": (
        "tests/security/test_secrets.py",
        "tests/unit/network/test_log_property.py",
        "tests/domain/connections/test_health.py",
        "tests/acceptance/web/test_serving.py",
        "tests/storage/test_backups.py",
    ),
    "supply": ("tests/security/test_supply.py", "tests/architecture/test_locks.py"),
    "doctor": ("tests/acceptance/operations/test_doctor.py",),
    "figures": (
        "tests/acceptance/operations/test_figures.py",
        "tests/architecture/test_metrics.py",
    ),
    "logs": (
        "tests/unit/network/test_logs.py",
        "tests/unit/network/test_log_property.py",
        "tests/unit/web",
    ),
    "traces": (
        "tests/unit/network/test_tracing.py",
        "tests/acceptance/operations/test_spans.py",
    ),
    "stop": (
        "tests/acceptance/operations/test_leaving.py",
        "tests/storage/delivery/test_drain.py",
        "tests/storage/delivery/test_kill.py",
    ),
    "rolling": ("tests/migrations",),
    "restore": ("tests/storage/test_backups.py",),
    "keys": ("tests/domain/connections/test_rotation.py",),
    "retention": (
        "tests/storage/delivery/test_retention.py",
        "tests/storage/audit/test_keeping.py",
    ),
    "erasure": (
        "tests/domain/organisations/test_erasure.py",
        "tests/acceptance/web/test_personal_data.py",
    ),
    "deploy": ("tests/deploy/test_deploy_files.py",),
    "installed": ("tests/deploy/test_installed.py",),
    "real-tenant": (
        "tests/architecture/test_code_documents.py",
        "tests/contract/test_credentials.py",
        "tests/acceptance/codes",
    ),
    "site": ("tests/deploy/test_site.py",),
    "references": (
        "tests/architecture/test_docs.py",
        "tests/architecture/test_api_documents.py",
        "tests/architecture/test_code_documents.py",
        "tests/domain/notifications/test_reference.py",
        "tests/domain/webhooks/test_reference.py",
        "tests/acceptance/api/test_examples.py",
    ),
    "article": ("tests/architecture/test_article_coverage.py", "tests/browser/article"),
    "fuzz": (
        "tests/acceptance/api/test_schemathesis.py",
        "tests/acceptance/roles/test_any_request.py",
        "tests/sandbox/graph/test_schemathesis.py",
        "tests/sandbox/graph/test_any_request.py",
    ),
}
"""Each part with the tests that show it; `threats` is made of what the threat model names."""


def threats() -> tuple[str, ...]:
    """Return every test that the threat model names, once, as pytest is to be told."""
    named = re.findall(r"`(tests/[\w./-]+\.py::\w+)`", THREATS.read_text(encoding="utf-8"))
    return tuple(sorted(set(named)))


def parts() -> dict[str, tuple[str, ...]]:
    """Return all parts with their tests, the threat model's first."""
    return {"threats": ("tests/architecture/test_threat_model.py", *threats()), **PARTS}


def prove(part: str, more: list[str]) -> int:
    """Run the tests of a part and return how it went: 0 where all of them held.

    Args:
        part: one of `parts`.
        more: words for pytest.
    """
    runs = [("sqlite", "not postgresql")]
    if binaries() is not None:
        runs.append(("postgresql", "store or postgresql"))
    for store, marked in runs:
        print(f"== {part} on {store}", flush=True)
        words = ["-q", "-n", os.environ.get("JOBS", "2"), "--dist", "loadgroup", "-m", marked]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *parts()[part], *more],
            cwd=ROOT,
            env=os.environ | {"CLASSBELL_TEST_DATABASE": store},
            check=False,
        ).returncode
        nothing_about_the_store = store == "postgresql" and done == NO_TEST_FOUND
        if done and not nothing_about_the_store:
            return done
    return 0


def main(words: list[str]) -> int:
    """Prove the part that is named first, or say which there are."""
    if not words or words[0] not in parts():
        print("Name a part: make prove PART=" + "|".join(parts()), file=sys.stderr)
        return 2
    return prove(words[0], words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
