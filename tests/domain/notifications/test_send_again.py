"""Messages that failed are sent again as the same row, and only where that makes sense."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.notifications.send_again import choose_again, may_go_again, send_again
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotAllowed, NotFoundHere
from classbell.storage.models import (
    Account,
    AccountState,
    AuditEntry,
    Connection,
    DomainEvent,
    Lane,
    Message,
    MessageState,
)
from tests.domain.people import Cast, a_cast
from tests.messages import a_message, a_try
from tests.support import NOW, FakeDoorbell, a_connected_account, fake_ports

pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


@pytest.fixture
def lane(ports: Ports, cast: Cast) -> Lane:
    """The lane of the account that works for the owner's catalog."""
    return mailbox_lane(a_connected_account(ports, cast.catalog))


def again(ports: Ports, cast: Cast, *messages: Message, doubtful: bool = False) -> int:
    ids, actor = [one.pk for one in messages], Actor.of(cast.owner)
    return send_again(ports, catalog=cast.catalog, ids=ids, actor=actor, also_doubtful=doubtful)


def test_a_failed_message_is_queued_as_the_same_row(ports: Ports, cast: Cast, lane: Lane) -> None:
    message = a_message(cast.catalog, "failed", settled_at=NOW, reason="Full.", reason_code="full")
    a_try(message, lane, "refused", at=NOW - timedelta(hours=1))
    assert again(ports, cast, message) == 1
    message.refresh_from_db()
    assert (message.state, message.lane, message.due_at) == (MessageState.QUEUED, lane, NOW)
    assert (message.reason, message.reason_code, message.settled_at) == ("", "", None)
    assert message.attempt == 0, "it is tried as often as a new one"
    assert message.attempts.count() == 1, "its history stays"
    assert isinstance(ports.doorbell, FakeDoorbell)
    assert lane.pk in ports.doorbell.rung


def test_what_may_have_arrived_goes_again_only_when_asked_for(
    ports: Ports, cast: Cast, lane: Lane
) -> None:
    message = a_message(cast.catalog, "unknown", lane=lane)
    choice = choose_again(ports, cast.catalog, [message.pk])
    assert (choice.certain, choice.doubtful) == ((), (message,))
    assert again(ports, cast, message) == 0
    assert again(ports, cast, message, doubtful=True) == 1
    assert AuditEntry.objects.get(action="messages.sent_again").after["maybe_twice"] == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"state": "accepted"}, "did not fail"),
        ({"state": "queued"}, "did not fail"),
        ({"state": "expired"}, "is over"),
        ({"state": "failed", "expires_at": NOW}, "is over"),
        ({"state": "failed", "kind": "gone"}, "are not sent any more"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(
    ports: Ports, cast: Cast, lane: Lane, values: dict[str, Any], why: str
) -> None:
    message = a_message(cast.catalog, lane=lane, **values)
    choice = choose_again(ports, cast.catalog, [message.pk])
    assert [(one, why in said) for one, said in choice.refused] == [(message, True)]
    assert again(ports, cast, message, doubtful=True) == 0
    message.refresh_from_db()
    assert message.state == values["state"]


def test_only_what_ended_badly_can_be_chosen() -> None:
    assert {state.value for state in MessageState if may_go_again(state)} == {
        *("bounced", "failed", "unknown")
    }


def test_what_came_back_goes_to_the_same_address_again(
    ports: Ports, cast: Cast, lane: Lane
) -> None:
    message = a_message(cast.catalog, "bounced", lane=lane)
    choice = choose_again(ports, cast.catalog, [message.pk])
    assert (choice.certain, choice.returned) == ((message,), (message,))
    assert again(ports, cast, message) == 1
    message.refresh_from_db()
    assert (message.state, message.reason, message.settled_at) == ("queued", "", None)


def test_it_takes_the_route_of_today(ports: Ports, cast: Cast, lane: Lane) -> None:
    message = a_message(cast.catalog, "failed", lane=lane)
    other = Account.objects.create(
        organisation=cast.catalog.organisation,
        object_id=cast.owner.pk,
        address="other@contoso.example",
        name="Other",
        state=AccountState.CONNECTED,
        connected_at=NOW,
    )
    Connection.objects.filter(catalog=cast.catalog).update(account=other)
    assert again(ports, cast, message) == 1
    message.refresh_from_db()
    assert message.lane == mailbox_lane(other)


@pytest.mark.parametrize("trouble", ["lost", "off"])
def test_without_a_route_it_stays_as_it_is(
    ports: Ports, cast: Cast, lane: Lane, trouble: str
) -> None:
    message = a_message(cast.catalog, "failed", lane=lane)
    if trouble == "lost":
        Account.objects.update(state=AccountState.LOST)
    else:
        Connection.objects.update(enabled=False)
    (_, why), *_ = choose_again(ports, cast.catalog, [message.pk]).refused
    assert ("lost" in why) == (trouble == "lost")
    assert again(ports, cast, message) == 0
    message.refresh_from_db()
    assert message.state == MessageState.FAILED


def test_messages_of_other_catalogs_do_not_exist_here(ports: Ports, cast: Cast, lane: Lane) -> None:
    mine = a_message(cast.catalog, "failed", lane=lane)
    theirs = a_message(cast.other_catalog, "failed", lane=lane)
    assert again(ports, cast, mine, theirs) == 1
    theirs.refresh_from_db()
    assert theirs.state == MessageState.FAILED


def test_it_is_on_the_record_once(ports: Ports, cast: Cast, lane: Lane) -> None:
    messages = [a_message(cast.catalog, "failed", lane=lane) for _ in range(2)]
    assert again(ports, cast, *messages) == 2
    assert again(ports, cast, *messages) == 0, "they wait already"
    entry = AuditEntry.objects.get(action="messages.sent_again")
    assert (entry.actor, entry.catalog) == (cast.owner, cast.catalog)
    assert entry.after["ids"] == [one.pk for one in reversed(messages)]
    event = DomainEvent.objects.get(name="messages.sent_again")
    assert event.payload["messages"] == 2


@pytest.mark.parametrize(
    ("part", "error"),
    [("colleague", NotAllowed), ("lms_admin", NotAllowed), ("stranger", NotFoundHere)],
)
def test_nobody_else_sends_again(
    ports: Ports, cast: Cast, lane: Lane, part: str, error: type[Exception]
) -> None:
    message = a_message(cast.catalog, "failed", lane=lane)
    actor = Actor.of(getattr(cast, part))
    with pytest.raises(error):
        send_again(ports, catalog=cast.catalog, ids=[message.pk], actor=actor, also_doubtful=True)
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert not AuditEntry.objects.filter(action="messages.sent_again").exists()


def test_the_operator_may(ports: Ports, cast: Cast, lane: Lane) -> None:
    ids = [a_message(cast.catalog, "failed", lane=lane).pk]
    assert (
        send_again(ports, catalog=cast.catalog, ids=ids, actor=OPERATOR, also_doubtful=False) == 1
    )
