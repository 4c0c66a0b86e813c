"""No pattern takes longer than its text: what strangers write is read in time that grows with it.

Each pattern of the product that meets text from outside reads ever longer texts, made to be slow
for it. Eight times as long, a text may take some twenty times as long on a busy machine; a pattern
that looks back at every letter takes sixty-four times, and one that tries all ways never ends.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable

import pytest

from classbell.domain.courses.importing import cells
from classbell.domain.courses.session_details import _LINK
from classbell.domain.notifications.template import as_text, fill_html
from classbell.domain.notifications.templates.check import clean_message
from classbell.domain.organisations import addresses
from classbell.microsoft.answers import JsonPart
from classbell.microsoft.graph.bounces import read_report
from classbell.microsoft.graph.teams_block import split_body
from classbell.network.redaction import loggable_path, redact_person, redact_text
from classbell.smtp import compose
from classbell.web.log_redaction import redacted
from tests.architecture.sources import ROOT

SMALL, LARGE = 2_000, 16_000
MOST = 24
"""Times as long for a text that is eight times as long."""

LEAST_SECONDS = 0.02
"""Shorter than this, a machine's other work would decide; nobody is kept waiting by it either."""

PIECES = (
    *("a", "1", " ", "\n", "\t", "a@", "@a", "a.", "a@a.", "<", "<a ", '<a href="', '<a href="">'),
    *("<p>", "<p> ", "<p><br ", "<body", "<body>", "</body ", "</body", "<div", "_" * 20),
    *("https://teams.", "https://teams.a/meet", "https://a", "eyJ", "eyJaaaaaaaa.", "0.A", "code="),
    *('code" ', 'code" : ', "Bearer ", "%40", "5.1.1 ", "550 5.1.1 ", "a-", "X-a", "x-classbell-"),
    *("claims=", "AADSTS1", "{A", "{A}", "[[A", "2027-01-01T", "/link/", "é", "İ", "&", "&#", "--"),
)


def report(text: str) -> object:
    """Read a report about mail that did not arrive, as anybody may send one."""
    said = {
        "receivedDateTime": "2026-11-23T08:00:00Z",
        "body": {"content": text},
        "toRecipients": [],
        "singleValueExtendedProperties": [{"id": "String 0x1042", "value": "<a@b>"}],
    }
    return list(read_report(JsonPart(said)))


READERS: dict[str, Callable[[str], object]] = {
    "a report about mail that did not arrive": report,
    "the body of an event in the calendar": split_body,
    "a text that goes into the log": redact_text,
    "an address in a text that goes into the log": redact_person,
    "the address of a call that goes into the log": loggable_path,
    "the address of a page that goes into the log": redacted,
    "an address that somebody types": addresses._FORM.fullmatch,  # noqa: SLF001 -- the pattern itself
    "an address of a mail": compose._ADDRESS.fullmatch,  # noqa: SLF001 -- the same
    "a cell with a time": cells._WITH_OFFSET.fullmatch,  # noqa: SLF001 -- the same
    "a link that somebody types": _LINK.fullmatch,
    "the message of a mail": lambda text: as_text(fill_html(clean_message(text), _Anything())),
}


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "value"


def seconds(reader: Callable[[str], object], text: str) -> float:
    """Return processor time, the best of five: other work on the machine does not count."""
    taken = []
    for _ in range(5):
        begun = time.thread_time()
        reader(text)
        taken.append(time.thread_time() - begun)
        if taken[0] > 1:
            break
    return min(taken)


@pytest.mark.parametrize("name", READERS)
def test_time_grows_with_the_text_and_not_with_its_square(name: str) -> None:
    reader, slow = READERS[name], {}
    for piece in PIECES:
        long = seconds(reader, (piece * LARGE)[:LARGE])
        if long < LEAST_SECONDS:
            continue
        short = seconds(reader, (piece * SMALL)[:SMALL])
        if long > MOST * short:
            slow[piece] = (short, long)
    assert not slow


def test_the_measure_itself_notices_a_slow_pattern() -> None:
    slow = re.compile(r"[a-z]+@[a-z]+")
    short, long = (seconds(slow.search, "a" * length) for length in (SMALL, LARGE))
    assert long > LEAST_SECONDS
    assert long > MOST * short


def test_no_pattern_repeats_what_is_repeated() -> None:
    """A repetition within a repetition is the one form whose time can grow without any measure."""
    twice = re.compile(r"\((?:\?:)?[^()]*[+*]\)[+*]")
    found = []
    for path in sorted((ROOT / "src" / "classbell").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
                found += [
                    f"{path.name}: {text.value}"
                    for text in ast.walk(node)
                    if isinstance(text, ast.Constant)
                    and isinstance(text.value, str)
                    and twice.search(text.value)
                ]
    assert {one.split(":")[0] for one in found} <= set(SEPARATED), found


SEPARATED = {
    "catalogs.py": "each repetition begins with a hyphen, which stands nowhere else in it",
    "addresses.py": "each begins with a dot, which stands nowhere else in it",
    "bounces.py": "the same, and both give nothing back",
}
