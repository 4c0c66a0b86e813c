"""The reference of the REST API is what the program says; ``make snapshots`` renews it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import Any

import pytest

from classbell.api.v1.documentation import document
from classbell.api.v1.problems import CODES_OF_KINDS, PROBLEMS, code_of
from classbell.delivery.handlers import Undeliverable
from classbell.domain.integrations.scopes import MEANINGS
from classbell.ports import errors
from classbell.ports.errors import ClassbellError
from tests.architecture.sources import ROOT

REFERENCE = ROOT / "docs" / "reference" / "api.md"
ERRORS = ROOT / "docs" / "reference" / "api-errors.md"
RENEW = os.environ.get("RENEW_SNAPSHOTS") == "1"


BEGINNING = """# REST API

Made from the OpenAPI 3.1 document, which an installation shows at `/api/v1/openapi.json`, and
browsable, also without the internet, at `/api/v1/docs`. How to begin, with examples:
[Let another program in](../howto/integrate.md). What may go wrong:
[Errors of the REST API](api-errors.md).

Every operation needs a token, sent as `Authorization: Bearer …`, and most a scope. Every `GET`
answers with an `ETag` and heeds `If-None-Match`. In the tables, M stands for an operation that
heeds `If-Match`, K for one that heeds `Idempotency-Key`, and K! for one that needs it.
"""

BEGINNING_OF_ERRORS = """# Errors of the REST API

Every error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, and
beside them `code`, which does not change and is what a program should look at. `remedy` and `who`
say what helps and who can do it, `errors` names the fields that cannot be used. Where Microsoft
did not do something, `verdict` says whether to try again and `provider_code` is Microsoft's own
word, of [what ends a connection](what-ends-a-connection.md).
"""


def lines_of_reference() -> Iterator[str]:
    described: Any = document()
    yield BEGINNING
    tag = ""
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            if one["tags"][0] != tag:
                tag = one["tags"][0]
                yield ""
                yield f"## {tag.capitalize()}"
                yield ""
                yield "| operation | what it does | scope | headers |"
                yield "| --- | --- | --- | --- |"
            scope = f"`{one['x-scope']}`" if one["x-scope"] else "any"
            yield (
                f"| `{method.upper()} {path.removeprefix('/api/v1')}` | {one['summary']} | {scope} "
                f"| {headers_of(one)} |"
            )
    yield ""
    yield "## Scopes"
    yield ""
    yield "| scope | what it allows |"
    yield "| --- | --- |"
    for name, meaning in MEANINGS.items():
        yield f"| `{name}` | {meaning} |"


def headers_of(one: Any) -> str:
    heeded = {
        each["name"]: each["required"] for each in one["parameters"] if each["in"] == "header"
    }
    marks = ["M"] if "If-Match" in heeded else []
    if "Idempotency-Key" in heeded:
        marks.append("K!" if heeded["Idempotency-Key"] else "K")
    return " ".join(marks)


def lines_of_errors() -> Iterator[str]:
    yield BEGINNING_OF_ERRORS
    yield "| code | status | what it means | what to do |"
    yield "| --- | --- | --- | --- |"
    for code, one in PROBLEMS.items():
        yield f"| `{code}` | {int(one.status)} | {one.title} | {one.remedy} |"


@pytest.mark.parametrize(
    ("page", "lines"), [(REFERENCE, lines_of_reference), (ERRORS, lines_of_errors)]
)
def test_a_page_says_what_the_program_says(page: Any, lines: Any) -> None:
    expected = "\n".join(lines()).replace("\n\n\n", "\n\n") + "\n"
    if RENEW:
        page.write_text(expected, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == expected, "make snapshots"


def kinds() -> list[type[ClassbellError]]:
    """Return every kind of error that can reach a door; the ledger keeps the other to itself."""
    found = [ClassbellError]
    for kind in found:
        found += kind.__subclasses__()
    return [kind for kind in found if kind not in {ClassbellError, Undeliverable}]


def test_every_kind_of_error_has_a_code_of_its_own_or_of_its_kind() -> None:
    for kind in kinds():
        made = kind.__new__(kind)
        ClassbellError.__init__(made, "what", code=kind.default_code)
        assert code_of(made) != "internal_error", kind


def test_the_tree_and_the_codes_name_the_same_kinds() -> None:
    drawn = set(CODES_OF_KINDS)
    own = {
        kind
        for kind in kinds()
        if kind.__module__ == errors.__name__ and kind.default_code not in PROBLEMS
    }
    assert own <= {errors.ApprovalNeeded, errors.WrongOrganisation}
    assert all(code in PROBLEMS for code in CODES_OF_KINDS.values())
    assert drawn <= set(kinds())


def codes_raised_by_the_door() -> set[str]:
    """Return the codes that the API's own modules answer with."""
    found: set[str] = set()
    for path in (ROOT / "src" / "classbell" / "api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "bare_problem"
            if called and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_no_code_is_answered_that_is_not_listed() -> None:
    assert codes_raised_by_the_door() <= set(PROBLEMS)
