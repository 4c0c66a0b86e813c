"""A genuine way back from the sign-in service, with every parameter tampered with in turn."""

from __future__ import annotations

from uuid import uuid4

import pytest

from classbell.domain.connections.connect import begin_connect, finish_connect
from classbell.ports.errors import ClassbellError
from classbell.storage.models import AccountState, OperatorAlarm, PendingConnection
from tests.acceptance.codes.conftest import SCOPES, Wire
from tests.acceptance.sandbox_account import SENDER
from tests.contract.callbacks import parameters_of

BROWSER = "browser"

DECIDE = ("code", "state")
CONFER_NOTHING = ("session_state", "client_info")
"""Parameters that come along and that nothing may rest on."""

ADDED = (
    {"error": "access_denied"},
    {"error": "server_error", "error_description": "AADSTS90033: Later."},
    {"admin_consent": "True", "tenant": "c0470500-0000-4000-8000-000000000001"},
)


def way_back(wire: Wire, address: str) -> dict[str, str]:
    """Leave for Microsoft, sign in as somebody, and return what the browser brings back."""
    url = begin_connect(
        wire.ports,
        catalog=wire.cast.catalog,
        person=wire.cast.owner,
        browser_key=BROWSER,
        scopes=SCOPES,
    )
    return parameters_of(wire.sandbox.sign_in_by_http(url, address))


def finish(wire: Wire, answer: dict[str, str]) -> PendingConnection:
    return finish_connect(wire.ports, person=wire.cast.owner, browser_key=BROWSER, answer=answer)


def tampered(wire: Wire, answer: dict[str, str], parameter: str, how: str) -> dict[str, str]:
    """Change one parameter of a genuine answer."""
    if how == "removed":
        return {name: value for name, value in answer.items() if name != parameter}
    if how == "made up":
        return answer | {parameter: str(uuid4())}
    if how == "cut":
        return answer | {parameter: answer[parameter][:-3]}
    address = f"other-{uuid4().hex[:12]}@contoso.example"
    wire.sandbox.control.ask("POST", "/people", {"address": address, "display_name": "Other One"})
    return answer | {parameter: way_back(wire, address)[parameter]}


WAYS = ("removed", "made up", "cut", "another journey's")


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("parameter", DECIDE)
def test_what_decides_cannot_be_tampered_with(wire: Wire, parameter: str, how: str) -> None:
    answer = tampered(wire, way_back(wire, SENDER), parameter, how)

    with pytest.raises(ClassbellError):
        finish(wire, answer)

    assert not PendingConnection.objects.exists()
    assert not OperatorAlarm.objects.exists(), "a browser can alarm nobody"
    wire.account.refresh_from_db()
    assert wire.account.state == AccountState.CONNECTED


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("parameter", CONFER_NOTHING)
def test_what_comes_along_changes_nothing(wire: Wire, parameter: str, how: str) -> None:
    answer = tampered(wire, way_back(wire, SENDER), parameter, how)

    assert finish(wire, answer).address == SENDER


@pytest.mark.parametrize("added", ADDED, ids=lambda added: next(iter(added)))
def test_what_is_added_helps_nobody(wire: Wire, added: dict[str, str]) -> None:
    answer = way_back(wire, SENDER) | added
    if "error" in added:
        with pytest.raises(ClassbellError):
            finish(wire, answer)
        assert not PendingConnection.objects.exists()
    else:
        assert finish(wire, answer).address == SENDER


def test_every_parameter_there_is_was_tampered_with(wire: Wire) -> None:
    assert set(way_back(wire, SENDER)) == {*DECIDE, *CONFER_NOTHING}
