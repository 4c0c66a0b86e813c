"""Every code of Microsoft through the wire: what is lost, who is told what, and what is held."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.connections.trouble import trouble_check
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.render import render
from classbell.microsoft.entra.codes import ROW_BY_CODE
from classbell.microsoft.graph.codes import ROWS_BY_CODE
from classbell.storage.models import (
    Account,
    AccountState,
    Message,
    MessageState,
    Notification,
    OperatorAlarm,
)
from tests.acceptance.codes.conftest import OPERATOR, Wire
from tests.acceptance.codes.rows import SENDING_ROWS, SIGN_IN_ROWS, Row, Then

STATE = {
    Then.LOST: MessageState.HELD,
    Then.OPERATOR: MessageState.QUEUED,
    Then.RESTS: MessageState.QUEUED,
    Then.FAILS: MessageState.FAILED,
}


def name(row: Row) -> str:
    return f"{row.code}-{row.status}"


def told(wire: Wire, kind: str) -> list[Message]:
    """Return the messages of a kind, as they would go out."""
    for notification in Notification.objects.filter(kind=kind):
        expand_notification(wire.ports, wire.lane, str(notification.pk))
    return list(Message.objects.filter(notification__kind=kind).order_by("address"))


def check(wire: Wire, row: Row, message: Message) -> None:
    """Compare everything a row promises with what is there."""
    wire.account.refresh_from_db()
    message.refresh_from_db()
    is_lost = row.then is Then.LOST
    assert wire.account.state == (AccountState.LOST if is_lost else AccountState.CONNECTED)
    assert message.state == STATE[row.then]
    alerts = told(wire, "connection_lost")
    alarms = told(wire, "application_refused")
    assert {alert.person for alert in alerts} == (
        {wire.cast.owner, wire.cast.lms_admin} if is_lost else set()
    )
    assert [alarm.address for alarm in alarms] == ([OPERATOR] if row.then is Then.OPERATOR else [])
    for each in (*alerts, *alarms):
        assert each.lane != wire.lane, "told by the account it is about"
        mail = render(wire.ports, each.pk)
        for words in (row.says, row.code, row.who, "What helps: "):
            assert words in mail.text
    if not (alerts or alarms):
        assert row.says in message.reason


def told_if_it_goes_on(wire: Wire, message: Message) -> list[str]:
    """Let it go on for some hours; return what the operator is told then, once."""
    begun = wire.clock.now()
    for _ in range(9):
        wire.clock.advance(timedelta(minutes=16))
        wire.serve()
        trouble_check(wire.ports, wire.lane, "")
    wire.clock.set(begun)
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED, "it is tried as long as it makes sense"
    assert not Notification.objects.filter(kind="connection_lost").exists()
    mails = told(wire, "operator_trouble")
    assert {mail.address for mail in mails} <= {OPERATOR}
    return [render(wire.ports, mail.pk).text for mail in mails]


@pytest.mark.parametrize("row", SIGN_IN_ROWS, ids=name)
def test_a_code_of_the_sign_in_service(wire: Wire, row: Row) -> None:
    number = int(row.code.removeprefix("AADSTS"))
    body = {
        "error": row.error,
        "error_description": f"{row.code}: As the service words it.\r\nTrace ID: t",
        "error_codes": [number],
        "trace_id": "trace-of-the-fault",
    } | ({"suberror": row.suberror} if row.suberror else {})
    wire.sandbox.control.add_fault(
        path="*/oauth2/v2.0/token", status=row.status, body=body, count=None
    )
    wire.let_token_run_out()
    message = wire.a_message()

    wire.serve()

    check(wire, row, message)
    if row.goes_on:
        [text] = told_if_it_goes_on(wire, message)
        assert row.says in text
        assert row.code in text


@pytest.mark.parametrize("row", SENDING_ROWS, ids=name)
def test_a_code_of_sending(wire: Wire, row: Row) -> None:
    body = {"error": {"code": row.code, "message": "As the service words it.", "innerError": {}}}
    wire.sandbox.control.add_fault(
        path="/v1.0/me/sendMail", status=row.status, body=body, count=None
    )
    message = wire.a_message()

    before = wire.renewals()

    wire.serve()

    check(wire, row, message)
    # Only a refused token is renewed: once, and silently.
    assert wire.renewals() - before == (row.status == 401)
    if row.goes_on:
        [text] = told_if_it_goes_on(wire, message)
        subject = OperatorAlarm.objects.get(closed_at=None).subject
        assert subject == f"operator_trouble:{row.goes_on}"
        assert (row.says in text) or row.goes_on == "long_pause"


def test_trouble_that_is_over_is_told_again_when_it_comes_back(wire: Wire) -> None:
    wire.sandbox.control.add_fault(path="/v1.0/me/sendMail", status=503, body={}, count=None)
    message = wire.a_message()
    wire.serve()
    assert len(told_if_it_goes_on(wire, message)) == 1
    wire.sandbox.control.clear_faults()
    wire.clock.advance(timedelta(hours=4))
    wire.serve()
    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED

    trouble_check(wire.ports, wire.lane, "")

    assert not OperatorAlarm.objects.filter(closed_at=None).exists()


def test_every_code_of_the_table_is_walked() -> None:
    walked = {int(row.code.removeprefix("AADSTS")) for row in SIGN_IN_ROWS}
    assert set(ROW_BY_CODE) <= walked
    walked_names = {row.code.casefold() for row in SENDING_ROWS}
    assert set(ROWS_BY_CODE) - walked_names == set()


def test_a_token_refused_once_costs_nothing(wire: Wire) -> None:
    body = {"error": {"code": "InvalidAuthenticationToken", "message": "Refused."}}
    wire.sandbox.control.add_fault(path="/v1.0/me/sendMail", status=401, body=body, count=1)
    message = wire.a_message()

    wire.serve()

    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED
    assert not Notification.objects.filter(kind="connection_lost").exists()


def test_a_mailbox_in_the_making_is_waited_for(wire: Wire) -> None:
    Account.objects.update(connected_at=wire.clock.now() - timedelta(minutes=20))
    body = {"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "Not yet."}}
    wire.sandbox.control.add_fault(path="/v1.0/me/sendMail", status=404, body=body, count=None)
    message = wire.a_message()

    wire.serve()

    message.refresh_from_db()
    wire.account.refresh_from_db()
    assert (message.state, wire.account.state) == (MessageState.QUEUED, AccountState.CONNECTED)
