"""The same codes for an account that the application uses by itself: nobody is asked to sign in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from classbell.network.http import HttpDoor
from classbell.storage.models import AccountState, Message, MessageState
from tests.acceptance.codes.conftest import SCOPES, Wire
from tests.acceptance.codes.rows import OWNER, SENDING_ROWS, SIGN_IN_ROWS, TENANT, Row
from tests.acceptance.codes.test_codes import check, name
from tests.acceptance.sandbox_account import identity_at
from tests.opening import close_mailboxes, used_by_itself

pytestmark = pytest.mark.django_db

SEND = "/v1.0/users/*/sendMail"
BY_OWNER = frozenset({"ErrorQuotaExceeded"})
"""What whoever looks after the mailbox mends, whatever kind of account it is."""

OF_PEOPLE = frozenset({"AADSTS50053"})
"""A person's sign-in that is locked for a while, which an application has not."""


@pytest.fixture
def itself(wire: Wire, door: HttpDoor) -> Wire:
    """Let the application use the mailbox by itself, with no token kept yet."""
    identity = identity_at(wire.sandbox, door, wire.clock)
    used_by_itself(wire.sandbox, wire.ports, wire.account, identity, SCOPES)
    wire.ports = replace(wire.ports, identity=identity_at(wire.sandbox, door, wire.clock))
    return wire


def of_an_application(row: Row) -> Row:
    """Return what a row promises here: an administrator does what a person would have done."""
    asks_a_person = row.who == OWNER and row.code not in BY_OWNER
    return replace(row, who=TENANT) if asks_a_person else row


@pytest.mark.parametrize(
    "row", [one for one in SIGN_IN_ROWS if one.code not in OF_PEOPLE], ids=name
)
def test_a_code_of_the_token_endpoint(itself: Wire, row: Row) -> None:
    body = {
        "error": row.error,
        "error_description": f"{row.code}: As the service words it.",
        "error_codes": [int(row.code.removeprefix("AADSTS"))],
    } | ({"suberror": row.suberror} if row.suberror else {})
    itself.sandbox.control.add_fault(
        path="*/oauth2/v2.0/token", status=row.status, body=body, count=None
    )
    itself.let_token_run_out()
    message = itself.a_message()

    itself.serve()

    check(itself, of_an_application(row), message)


@pytest.mark.parametrize("row", SENDING_ROWS, ids=name)
def test_a_code_of_sending(itself: Wire, row: Row) -> None:
    body = {"error": {"code": row.code, "message": "As the service words it.", "innerError": {}}}
    itself.sandbox.control.add_fault(path=SEND, status=row.status, body=body, count=None)
    message, before = itself.a_message(), itself.renewals()

    itself.serve()

    check(itself, of_an_application(row), message)
    assert itself.renewals() - before == (row.status == 401)


def test_a_mailbox_that_is_closed_holds_its_mail(itself: Wire) -> None:
    close_mailboxes(itself.sandbox)
    message = itself.a_message()

    itself.serve()

    itself.account.refresh_from_db()
    assert itself.account.state == AccountState.LOST
    assert Message.objects.get(pk=message.pk).state == MessageState.HELD
