"""Nothing in the project speaks of one machine, one registry, or work left for later."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, project_files, short

# The brackets keep this file from finding itself.
PATTERNS = {
    "a person's or a machine's own folder": r"(?<![\w.{}/-])/(?:work|home|root|Users|opt)[/]\w",
    "the address of a package registry": r"pypi[.]|files[.]pyth|registry[.]np|deb[.]deb|/simpl[e]/",
    "a mark of unfinished work": r"\b(?:TO[D]O|FIX[M]E|XX[X])\b",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KE[Y]-----",
    "a document that readers do not have": r"\bDESIG[N](?:\.md|:| section)|\bmicrosoft\.m[d]\b",
    "a work item's number": r"\b[Ii]ssue #?[0-9]+\b",
}
BINARY = {".png", ".ico", ".woff2", ".mo", ".sqlite3", ".gz"}


def texts() -> list[tuple[Path, str]]:
    """Return every text file with its text; broken examples may be in another encoding."""
    return [
        (path, path.read_text(encoding="utf-8", errors="replace"))
        for path in project_files()
        if path.suffix not in BINARY
    ]


@pytest.mark.parametrize("what", PATTERNS)
def test_nothing_leaks(what: str) -> None:
    pattern = re.compile(PATTERNS[what])
    found = [
        f"{short(path)}:{number}: {match.group()}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    assert not found


def test_no_large_file_slips_in() -> None:
    megabyte = 1024 * 1024
    large = [short(path) for path in project_files() if path.stat().st_size > megabyte]
    assert not large


def test_there_is_one_licence() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
