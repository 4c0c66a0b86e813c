"""What operators run besides this: hashed, under licences that allow it, and on one list."""

from __future__ import annotations

import json
import re

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
