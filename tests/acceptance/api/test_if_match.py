"""What has an ETag is changed and removed only in the state that its changer has seen."""

from __future__ import annotations

from typing import Any

import pytest

from classbell.api.v1.documentation import document
from tests.acceptance.api.conftest import Furnished, Program
from tests.acceptance.api.test_permissions import TABLE, ask

WRITES = {"put", "patch", "delete"}


def changes() -> dict[str, dict[str, Any]]:
    """Return the operations that change something which can be read at the same address."""
    paths: Any = document()["paths"]
    return {
        one["operationId"]: one
        for path in paths.values()
        for method, one in path.items()
        if method in WRITES and "get" in path
    }


def headers_of(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}


def test_every_change_of_what_has_a_tag_is_described_with_if_match() -> None:
    assert {"remove_group", "change_session", "reset_template"} <= set(changes())
    for name, operation in changes().items():
        assert "If-Match" in headers_of(operation), name
        assert "412" in operation["responses"], name


@pytest.mark.parametrize("name", sorted(changes()))
def test_another_state_than_the_one_that_was_seen_is_left_alone(
    name: str, owner: Program, furnished: Furnished
) -> None:
    read = next(one for one, asked in TABLE.items() if asked.method == "GET" and same(one, name))
    seen = ask(owner, read, furnished)
    late = ask(owner, name, furnished, **{"If-Match": '"of-another-time"'})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert late["Content-Type"] == "application/problem+json"
    still = ask(owner, read, furnished)
    assert (still.content, still["ETag"]) == (seen.content, seen["ETag"])
    done = ask(owner, name, furnished, **{"If-Match": seen["ETag"]})
    assert done.status_code == TABLE[name].status, done.content
    # What was seen is the past now, unless nothing had to be changed.
    again = ask(owner, name, furnished, **{"If-Match": seen["ETag"]}).status_code
    if done.headers.get("ETag") != seen["ETag"]:
        assert again == (404 if done.status_code == 204 else 412)


def same(one: str, other: str) -> bool:
    """Say whether two operations stand at one address."""
    return TABLE[one].address == TABLE[other].address
