"""What has an ETag is changed and removed only in the state that its changer has seen."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from classbell import bootstrap
from classbell.api.v1.documentation import document
from classbell.domain.integrations.rates import RATES
from classbell.ports.bundle import Ports
from tests.acceptance.api.conftest import Furnished, Program, issued
from tests.acceptance.api.test_permissions import TABLE, ask
from tests.domain.people import a_cast
from tests.support import fake_ports

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


@pytest.fixture
def shared_ports() -> Iterator[Ports]:
    RATES.forget()
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_of_many_who_saw_the_same_state_one_changes_it(shared_ports: Ports) -> None:
    cast, template = a_cast(shared_ports), "/catalogs/academy/templates/session_reminder"
    token = issued(shared_ports, cast.catalog, cast.owner).token
    seen, barrier = Program(token).get(template)["ETag"], Barrier(4)

    def change(number: int) -> int:
        words = {"texts": {"en": {"subject": f"Soon, says {number}"}}}
        barrier.wait()
        try:
            found = Program(token).ask("PUT", template, words, **{"If-Match": seen})
            return int(found.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as programs:
        assert sorted(programs.map(change, range(4))) == [200, 412, 412, 412]
