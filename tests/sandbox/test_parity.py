"""The parity page against the code: what is answered stands there, what is absent fails."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route

from m365sandbox.app import build_app
from m365sandbox.graph.batch import PATH
from m365sandbox.graph.operations import OPERATIONS
from m365sandbox.public import PublicNames
from tests.sandbox.graph.harness import Sandbox, small_world

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sandbox-parity.md"
ROW = re.compile(r"^\| (?P<feature>.+?) \| (?P<state>real|emulated|absent|–)", re.MULTILINE)
CALL = re.compile(r"`(GET|POST|PATCH|DELETE) (/[^`]*)`")


def usual(path: str) -> str:
    """Return the spelling of a path the page uses, for one of its other spellings."""
    path = path.replace("/users/{user-id}", "/me", 1)
    path = re.sub(r"/calendars?(/\{calendar-id\})?/(events|calendarView)", r"/\2", path)
    path = path.replace("/calendars/{calendar-id}/getSchedule", "/calendar/getSchedule")
    if path.startswith("/places"):
        return re.sub(r"/graph\.", "/microsoft.graph.", path)
    return re.sub(r"/microsoft\.graph\.(?!room)", "/", path)


def usual_action(path: str) -> str:
    """Return the usual spelling of an action."""
    return usual(path.replace("/microsoft.graph.getSchedule", "/getSchedule"))


def addresses(routes: Iterable[BaseRoute], above: str = "") -> Iterator[str]:
    """Return the addresses of routes, those below mounts included."""
    for route in routes:
        if isinstance(route, Mount):
            yield from addresses(route.routes, above + route.path)
        elif isinstance(route, Route):
            yield above + route.path


def rows(state: str) -> list[str]:
    """Return the features of the page in a state."""
    found = ROW.finditer(DOCUMENT.read_text("utf-8"))
    return [match["feature"] for match in found if match["state"] == state]


def test_every_operation_of_graph_stands_on_the_page() -> None:
    present = {call for state in ("real", "emulated") for row in rows(state)
               for call in CALL.findall(row)}  # fmt: skip
    missing = {
        f"{one.method} {usual_action(one.path)}"
        for one in OPERATIONS
        if (one.method, usual_action(one.path)) not in present
    }
    assert not missing
    known = {(one.method, usual_action(one.path)) for one in OPERATIONS}
    assert not present - known - {("POST", f"/{PATH}")}


def test_every_other_address_stands_on_the_page() -> None:
    text = DOCUMENT.read_text("utf-8")
    app = build_app(small_world(), PublicNames())
    found = {one for one in addresses(app.routes) if not one.startswith("/v1.0")}
    assert not {one for one in found if f"`{one}`" not in text}


def test_what_is_absent_is_not_answered() -> None:
    with asyncio.Runner() as runner:
        sandbox = Sandbox(small_world(), runner)
        calls = [call for row in rows("absent") for call in CALL.findall(row)]
        assert len(calls) > 8
        created = sandbox.create()["id"]
        answered = {tuple(one.segments) for one in OPERATIONS}
        for method, path in calls:
            # An address that another method is answered at is there; only the method is not.
            is_there = tuple(path.strip("/").split("/")) in answered
            one = path.replace("{event-id}", created).replace("{group-id}", "x")
            answer = sandbox.ask(method, one, {})
            assert answer.status_code == (405 if is_there else 404), (method, path)
