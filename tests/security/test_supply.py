"""What operators run besides this: hashed, under licences that allow it, and on one list."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import sbom
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.architecture.sources import ROOT

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"),
    "LGPL-3.0-only",  # psycopg, which is used as it is and can be exchanged
}

GIVEN_UP = {"celery-once", "distutils", "httpx", "nose", "pycrypto", "python-jose", "pytz", "six"}
"""Packages without anybody who mends them, or whose successor we have; none comes in unnoticed.

``six`` is let in by python-dateutil, of which icalendar needs the rules of repetition."""
KNOWN = {"six"}


def written() -> str:
    """Return the bill of materials as `make sbom` writes it."""
    text = JsonV1Dot6(sbom.bill()).output_as_string(indent=2)
    assert isinstance(text, str)
    return text


def test_the_bill_of_materials_keeps_to_its_schema() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written()) is None


def test_every_locked_package_is_on_the_bill_with_its_version() -> None:
    listed = {
        one["name"]: (one["version"], one.get("purl", ""))
        for one in json.loads(written())["components"]
    }
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE))
    assert len(locked) > 20
    for name, version in locked.items():
        assert listed[name] == (version, f"pkg:pypi/{name}@{version}")


def test_what_lies_in_the_repository_is_on_it_as_its_licences_say() -> None:
    texts = (ROOT / "src/classbell/web/static/LICENSES.txt").read_text(encoding="utf-8")
    for name, (version, _licence, _use) in sbom.BROUGHT_ALONG.items():
        assert version in texts, name
    scripts = {path.name for path in (ROOT / "src/classbell").rglob("*.min.js")}
    assert scripts == {"htmx.min.js"}, "say in scripts/sbom.py what came in"


def test_every_licence_is_known_and_allowed() -> None:
    licences = {
        name: set(re.split(r" (?:OR|AND) ", sbom.licence_of(name)))
        for name in sbom.locked()
        if name not in sbom.NOT_INSTALLED
    }
    assert {name: one for name, one in licences.items() if not one <= ALLOWED} == {}


def test_every_file_of_every_package_is_known_by_its_hash() -> None:
    assert [name for name, (_version, hashes) in sbom.locked().items() if not hashes] == []


def test_nothing_that_was_given_up_comes_in() -> None:
    assert GIVEN_UP & sbom.locked().keys() <= KNOWN


def test_the_same_lock_gives_the_same_bill() -> None:
    first, second = (json.loads(written()) for _ in range(2))
    for one in (first, second):
        one.pop("serialNumber")
        one["metadata"].pop("timestamp")
    assert first == second


def audited(folder: Path, answers: Mapping[str, object], **environment: str) -> tuple[int, str]:
    """Run the audit with a tool that says what the test wants, by what it is asked about."""
    tool = folder / "pip-audit"
    tool.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"answers = json.loads({json.dumps(json.dumps(answers))})\n"
        "asked = 'canary' if sys.argv[-1].endswith('weak.txt') else 'lock'\n"
        "service = sys.argv[sys.argv.index('--vulnerability-service') + 1]\n"
        "found = answers.get(f'{service} {asked}')\n"
        "sys.exit('no route to host') if found is None else print(json.dumps(found))\n",
        encoding="utf-8",
    )
    tool.chmod(0o755)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "audit.py", tool, ROOT / "requirements.lock"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CLASSBELL_TEST_REQUIRE": ""} | environment,
    )
    return done.returncode, done.stdout + done.stderr


def of_one(name: str, version: str, *ids: str) -> dict[str, object]:
    """Return an answer about one package with some weaknesses."""
    vulns = [{"id": one, "fix_versions": ["9.9"]} for one in ids]
    return {"dependencies": [{"name": name, "version": version, "vulns": vulns}]}


BELIEVED = of_one("jinja2", "2.10", "PYSEC-2019-217")
IGNORANT = {"dependencies": [{"name": "jinja2", "skip_reason": "not found on PyPI"}]}


def test_a_known_weakness_of_a_locked_version_fails_the_audit(tmp_path: Path) -> None:
    weak = of_one("django", "5.2", "CVE-2026-1")
    code, said = audited(tmp_path, {"pypi canary": BELIEVED, "pypi lock": weak})
    assert (code, "django 5.2: CVE-2026-1, mended in 9.9" in said) == (1, True)


def test_an_audit_without_a_finding_says_how_much_was_looked_up(tmp_path: Path) -> None:
    answers = {"pypi canary": BELIEVED, "pypi lock": of_one("django", "5.2")}
    code, said = audited(tmp_path, answers)
    assert (code, "1 locked versions: no weakness is known" in said) == (0, True)


def test_a_service_that_knows_nothing_is_not_believed(tmp_path: Path) -> None:
    answers = {"pypi canary": IGNORANT, "pypi lock": of_one("django", "5.2")}
    code, said = audited(tmp_path, answers)
    assert (code, "SKIPPED" in said, "not found on PyPI" in said) == (0, True, True)
    assert "no route to host" in said
    assert audited(tmp_path, answers, CLASSBELL_TEST_REQUIRE="clients,advisories")[0] == 1


def test_the_second_service_is_asked_where_the_first_does_not_answer(tmp_path: Path) -> None:
    answers = {"osv canary": BELIEVED, "osv lock": of_one("django", "5.2", "CVE-2026-2")}
    code, said = audited(tmp_path, answers)
    assert (code, "CVE-2026-2" in said) == (1, True)


def test_an_audit_that_leaves_something_out_fails(tmp_path: Path) -> None:
    code, said = audited(tmp_path, {"pypi canary": BELIEVED, "pypi lock": IGNORANT})
    assert (code, "Not everything was looked up" in said) == (1, True)


def test_continuous_integration_carries_the_audit_out() -> None:
    assert "make audit" in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
