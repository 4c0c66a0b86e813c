"""schemathesis sends whatever the description allows, and more, to every operation.

It asks one by one, and in sequences that use what earlier answers brought. No answer may be a fault
of the server, and status and body must be as described; a stranger may succeed with nothing of the
catalog's.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis

# Imported here and not when first needed: deep in a test, Python 3.11 may fail to compile it.
import schemathesis.specs.openapi.adapter
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from classbell.api.v1.documentation import document
from classbell.web.wsgi import application
from tests.acceptance.api.conftest import Furnished, Program
from tests.acceptance.api.test_permissions import ANYBODYS

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("CLASSBELL_TEST_EXAMPLES", "4"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SOME = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SEQUENCES = settings(SOME, max_examples=3 * EXAMPLES, stateful_step_count=12)


def described() -> dict[str, Any]:
    """Return the description, for somebody who knows that there is the catalog «academy»."""
    found: dict[str, Any] = copy.deepcopy(document())
    for path in found["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "slug":
                    parameter["schema"] = {"type": "string", "enum": ["academy"]}
    return found


def schema() -> Any:
    """Return the description as schemathesis reads it, answered by this process."""
    found = schemathesis.openapi.from_dict(described())
    found.app = application
    return found


@pytest.fixture(autouse=True)
def in_one_transaction() -> Iterator[None]:
    """Keep the test's connection open from one request to the next, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Let a token ask as much as it likes."""
    chosen = django_settings.CLASSBELL
    django_settings.CLASSBELL = replace(chosen, api_requests_per_minute=1_000_000)
    yield
    django_settings.CLASSBELL = chosen


def names() -> list[str]:
    paths: Any = document()["paths"]
    return [one["operationId"] for path in paths.values() for one in path.values()]


def place(name: str) -> tuple[str, str]:
    paths: Any = document()["paths"]
    return next(
        (path, method)
        for path, item in paths.items()
        for method, one in item.items()
        if one["operationId"] == name
    )


def known_things(there: Furnished) -> dict[str, str]:
    return {
        "slug": "academy",
        "session_id": str(there.draft.pk),
        "course_id": str(there.session.course_id),
        "group_id": str(there.group.pk),
        "enrolment_id": str(there.enrolment.pk),
        "invitation_id": str(there.invitation.pk),
        "notification_id": str(there.notification_id),
        "message_id": str(there.message_id),
        "kind": "session_reminder",
    }


@pytest.mark.parametrize("name", names())
def test_every_answer_is_as_described(name: str, owner: Program, furnished: Furnished) -> None:
    path, method = place(name)
    things = known_things(furnished)

    @SOME
    @given(case=schema()[path][method].as_strategy())
    def ask(case: Any) -> None:
        for parameter in case.path_parameters or {}:
            case.path_parameters[parameter] = things[parameter]
        answer = case.call(headers={"Authorization": f"Bearer {owner.token}"})
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize("name", sorted(set(names()) - ANYBODYS))
def test_a_stranger_succeeds_with_nothing(
    name: str, stranger: Program, furnished: Furnished
) -> None:
    path, method = place(name)
    things = known_things(furnished)

    @SOME
    @given(case=schema()[path][method].as_strategy())
    def ask(case: Any) -> None:
        for parameter in case.path_parameters or {}:
            case.path_parameters[parameter] = things[parameter]
        answer = case.call(headers={"Authorization": f"Bearer {stranger.token}"})
        assert 400 <= answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    ask()


def machine(token: str, met: list[tuple[str, int]]) -> Any:
    """Return what asks in sequences, and remembers what it was answered."""

    class Sequence(schema().as_state_machine()):  # type: ignore[misc]  # made at run time
        def setup(self) -> None:
            # Each sequence finds the catalog as it was, so that one can be repeated.
            self.savepoint = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}"}}

        def validate_response(self, response: Any, case: Any, **_more: Any) -> None:
            met.append((case.formatted_path, response.status_code))
            case.validate_response(response, checks=CHECKS)

    return Sequence


def test_sequences_are_answered_as_described(owner: Program, furnished: Furnished) -> None:
    met: list[tuple[str, int]] = []
    run_state_machine_as_test(machine(owner.token, met), settings=SEQUENCES)
    succeeded = {path for path, status in met if status < 300}
    assert len(succeeded) >= 5, sorted(set(met))


def test_sequences_lead_a_stranger_nowhere(stranger: Program, furnished: Furnished) -> None:
    met: list[tuple[str, int]] = []
    run_state_machine_as_test(machine(stranger.token, met), settings=SEQUENCES)
    assert met
    # Sequences find the stranger's own catalog, in which it may do what it likes.
    assert [path for path, status in met if status < 400 and "/academy" in path] == []
