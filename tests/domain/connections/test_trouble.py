"""What goes on failing is the operator's to know; what a lost account leaves undone is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.trouble import (
    ATTEMPTS,
    TROUBLE_CHECK,
    ask_trouble_check,
    trouble_check,
)
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.installation import Installation
from classbell.storage.models import Lane, Notification, WorkItem
from classbell.storage.queries.trouble import open_trouble
from tests.domain.connections.stage import Stage

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def lane(stage: Stage) -> Lane:
    stage.ports = replace(stage.ports, installation=Installation(operator_address="o@x.example"))
    account = stage.connect()
    lane = mailbox_lane(account)
    WorkItem.objects.filter(lane=lane).delete()
    WorkItem.objects.create(
        lane=lane,
        kind="reconcile",
        subject="a session",
        due_at=stage.clock.now(),
        attempt=ATTEMPTS,
        problem_code="ErrorInvalidRequest",
        problem="Microsoft cannot use the request.",
    )
    return lane


def told() -> int:
    return Notification.objects.filter(kind="operator_trouble").count()


def test_work_that_goes_on_failing_is_told_once_and_its_end_noted(stage: Stage, lane: Lane) -> None:
    for _ in range(3):
        assert trouble_check(stage.ports, lane, "") == stage.clock.now() + HOUR
        stage.clock.advance(HOUR)
    assert told() == 1
    [alarm] = open_trouble()
    assert "calendar entries, that go on failing: 1." in alarm.explanation
    assert alarm.code == "ErrorInvalidRequest"

    WorkItem.objects.filter(kind="reconcile").delete()
    trouble_check(stage.ports, lane, "")
    assert not open_trouble()


def test_work_of_a_lost_account_is_told_to_its_admins_only(stage: Stage, lane: Lane) -> None:
    verdict = Verdict(VerdictKind.SIGN_IN_AGAIN, "AADSTS50173", "It was revoked.", status=400)
    account_lost(stage.ports, UUID(lane.key), verdict)

    trouble_check(stage.ports, lane, "")

    assert not told()


def test_a_long_pause_is_told_once_however_long(stage: Stage, lane: Lane) -> None:
    WorkItem.objects.filter(kind="reconcile").delete()
    until = stage.clock.now() + 3 * HOUR
    Lane.objects.filter(pk=lane.pk).update(blocked_until=until)
    for _ in range(3):
        trouble_check(stage.ports, lane, "")
        stage.clock.advance(timedelta(minutes=50))
    assert told() == 1
    stage.clock.set(until)
    trouble_check(stage.ports, lane, "")
    assert not open_trouble()


def test_a_worker_asks_for_the_look_when_it_starts(stage: Stage) -> None:
    ask_trouble_check(stage.ports)
    assert WorkItem.objects.get(kind=TROUBLE_CHECK).due_at == stage.clock.now()
