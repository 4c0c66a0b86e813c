"""An account whose drafts may be read: no doubt remains, and what comes back is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from classbell import bootstrap
from classbell.delivery import lanes
from classbell.delivery.drain import drain
from classbell.delivery.lanes import housekeeping_lane, mailbox_lane
from classbell.domain.connections.scopes import DRAFTS, FULL
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.returned import READ_RETURNS, ask_returns, read_returns
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, AccountState, Envelope, Message, WorkItem
from tests.fakes import FakeMailSender
from tests.fakes.clock import FakeClock
from tests.support import a_connected_account, a_person, a_session, fake_ports

pytestmark = [pytest.mark.django_db, pytest.mark.store]


class Stage:
    """A learner is told of their enrolment by an account that may be looked into, or may not."""

    def __init__(self, *scopes: str) -> None:
        self.clock = FakeClock()
        self.mail = FakeMailSender(self.clock)
        self.ports: Ports = fake_ports(clock=self.clock, mail=self.mail)
        session = a_session()
        catalog = session.course.catalog
        self.account: Account = a_connected_account(self.ports, catalog, scopes=scopes)
        self.learner = a_person("Ana Learner")
        with transaction.atomic():
            notification = notify(
                self.ports,
                kind="enrolment_confirmed",
                organisation_id=catalog.organisation_id,
                catalog=catalog,
                audience=[self.learner.pk],
                context={"session": str(session.pk)},
            )
        assert notification is not None
        housekeeping = housekeeping_lane(catalog.organisation_id)
        expand_notification(self.ports, housekeeping, str(notification.pk))

    def serve(self, *, for_: timedelta = timedelta(0)) -> None:
        """Let time pass, and serve the account's lane as a worker would."""
        ends = self.clock.now() + for_
        with bootstrap.use(self.ports):
            while True:
                lane = mailbox_lane(self.account)
                lanes.make_due([lane.pk], self.clock.now())
                (taken,) = lanes.take(self.clock.now(), holder="test", limit=1, lease_seconds=15)
                drain(self.ports, taken, bootstrap.handlers_for(lane))
                if self.clock.now() >= ends:
                    return
                self.clock.advance(timedelta(minutes=1))

    @property
    def message(self) -> Message:
        return Message.objects.get()


def test_a_send_that_was_interrupted_before_it_left_is_done_again() -> None:
    stage = Stage(*FULL, DRAFTS)
    stage.mail.stop_after_draft()
    stage.serve()
    assert stage.message.state == "unknown"
    stage.serve(for_=timedelta(minutes=5))
    assert stage.message.state == "accepted"
    assert len(stage.mail.to(stage.learner.address)) == 1
    assert all(Envelope.objects.values_list("traceable", flat=True))


def test_what_came_back_is_on_the_message() -> None:
    stage = Stage(*FULL, DRAFTS)
    stage.mail.bouncing[stage.learner.address] = "5.1.10"
    stage.serve()
    assert stage.message.state == "accepted"
    again = read_returns(stage.ports, mailbox_lane(stage.account), str(stage.account.pk))
    assert again == stage.clock.now() + timedelta(minutes=15)
    assert stage.message.state == "bounced"
    assert stage.message.reason == "5.1.10 The address does not exist."


def test_copies_of_what_was_sent_do_not_pile_up() -> None:
    stage = Stage(*FULL, DRAFTS)
    stage.serve()
    assert stage.mail.traces
    stage.clock.advance(timedelta(hours=2))
    read_returns(stage.ports, mailbox_lane(stage.account), str(stage.account.pk))
    assert not stage.mail.traces


def test_an_account_without_that_permission_is_not_looked_into() -> None:
    stage = Stage(*FULL)
    stage.serve()
    assert stage.message.state == "accepted"
    assert not stage.mail.traces
    ask_returns(stage.ports, stage.account)
    assert not WorkItem.objects.filter(kind=READ_RETURNS).exists()
    assert read_returns(stage.ports, mailbox_lane(stage.account), str(stage.account.pk)) is None


def test_a_lost_account_is_left_alone() -> None:
    stage = Stage(*FULL, DRAFTS)
    Account.objects.update(state=AccountState.LOST)
    assert read_returns(stage.ports, mailbox_lane(stage.account), str(stage.account.pk)) is None
