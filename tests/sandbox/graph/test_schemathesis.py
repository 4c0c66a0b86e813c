"""schemathesis sends whatever Microsoft's description allows, and more, to every operation.

No answer may be a fault of the server, and status and body must be as described. Few examples for
each operation here; `make torture` sets CLASSBELL_TEST_EXAMPLES to many.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
import schemathesis.specs.openapi.adapter

# Imported here and not when first needed: deep in a test, Python 3.11 may fail to compile it.
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from m365sandbox.graph.batch import PATH
from m365sandbox.graph.door import split_path
from m365sandbox.graph.operations import find
from m365sandbox.testing import Sandbox
from tests.sandbox.graph import slice as description
from tests.sandbox.graph.harness import event
from tests.sandbox.graph.listener import subscribe

LEARNING = "learning@contoso.example"
SCOPES = (
    "User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All", "MailboxSettings.Read",
    "OnlineMeetings.ReadWrite",
)  # fmt: skip
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("CLASSBELL_TEST_EXAMPLES", "4"))
METHODS = ("get", "post", "patch", "delete")
SOME = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def is_answered(method: str, path: str) -> bool:
    """Say whether the sandbox implements an operation of the description."""
    if path.strip("/") == PATH:
        return method == "post"
    return find(method.upper(), split_path(path))[0] is not None


def operations(*, answered: bool) -> list[str]:
    """Return the operations of the description the sandbox answers, or those it does not."""
    if not description.location().is_file():
        return []
    return [
        f"{method.upper()} {path}"
        for path, item in description.document()["paths"].items()
        for method in METHODS
        if method in item and is_answered(method, path) is answered
    ]


@cache
def schema() -> Any:
    """Return the description as schemathesis reads it."""
    return schemathesis.openapi.from_dict(description.document())


@dataclass
class Known:
    """A caller, and what the path parameters may name so that a call reaches something."""

    base: str
    session: requests.Session
    names: dict[str, Callable[[], str]]


@pytest.fixture
def known(live_sandbox: Sandbox) -> Iterator[Known]:
    live_sandbox.control.limits(enabled=False)
    base = f"{live_sandbox.graph_url}/v1.0"
    with requests.Session() as session:
        session.trust_env = False
        token = live_sandbox.access_token(LEARNING, *SCOPES)
        session.headers["Authorization"] = f"Bearer {token}"
        calendar = session.get(f"{base}/me/calendar").json()["id"]

        def new_event() -> str:
            answer = session.post(f"{base}/me/events", json=event())
            return str(answer.json()["id"])

        def new_meeting() -> str:
            return str(session.post(f"{base}/me/onlineMeetings", json={}).json()["id"])

        yield Known(
            base,
            session,
            {
                "event-id": new_event,
                "onlineMeeting-id": new_meeting,
                "calendar-id": lambda: calendar,
                "user-id": lambda: LEARNING,
                "subscription-id": lambda: live_sandbox.run(subscribe),
                "place-id": lambda: "auditorium@contoso.example",
            },
        )


@pytest.mark.parametrize("operation", operations(answered=True))
def test_every_answer_is_as_described(known: Known, operation: str) -> None:
    method, _, path = operation.partition(" ")
    strategy = schema()[path][method].as_strategy()

    @SOME
    @given(case=strategy, reaches=st.booleans())
    def ask(case: Any, *, reaches: bool) -> None:
        if reaches:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = known.names[name]()
        # What the client library itself refuses to send is no matter of the sandbox's.
        try:
            answer = case.call(base_url=known.base, session=known.session)
        except (UnicodeEncodeError, requests.exceptions.InvalidHeader):
            return
        case.validate_response(answer, checks=CHECKS)

    begun = time.monotonic()
    ask()
    assert timedelta(seconds=time.monotonic() - begun) < timedelta(minutes=5)


@pytest.mark.parametrize("operation", operations(answered=False))
def test_what_is_not_implemented_is_not_there(known: Known, operation: str) -> None:
    method, _, path = operation.partition(" ")
    for name, value in known.names.items():
        path = path.replace(f"{{{name}}}", value())
    answer = known.session.request(method, f"{known.base}{path}", json={})
    assert answer.status_code in {404, 405}
    assert answer.json()["error"]["code"]


def test_the_description_is_at_hand() -> None:
    """Without it nothing above is tried, and this is where that is seen."""
    description.required()
    assert len(operations(answered=True)) > 40
