"""Two who move mail between the same routes at once: one waits for the other and both succeed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from classbell.delivery.doorbell import LaneDoorbell
from classbell.domain.connections.lost import account_lost
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import activate, deactivate
from classbell.ports.bundle import Ports
from classbell.storage.models import Account, AccountState, Connection, EmailProvider, MessageState
from tests.domain.connections.mail_routes import REVOKED, adds_up, azure, both, where
from tests.domain.connections.stage import Stage
from tests.support import AN_APPROVAL

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 1.0
"""How long the first to ring waits for the other, which may be kept off by its locks."""


class MeetingDoorbell(LaneDoorbell):
    """Rings, and waits once until the other has rung as well: then each holds what it has rung.

    Args:
        stage: for its clock.
        barrier: where the two meet.
        at: after which of its rings it waits, counted from 1.
    """

    def __init__(self, stage: Stage, barrier: Barrier, *, at: int) -> None:
        super().__init__(stage.clock)
        self._barrier = barrier
        self._left = at

    def ring(self, lane_ids: Iterable[int]) -> None:
        super().ring(lane_ids)
        self._left -= 1
        if self._left == 0:
            with suppress(BrokenBarrierError):
                self._barrier.wait(PATIENCE_SECONDS)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do things at the same time, each on a connection of its own."""

    def done(act: Callable[[], object]) -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(done, act) for act in acts]]


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def crossing(stage: Stage) -> tuple[Account, EmailProvider]:
    """Give mail of one catalog that may leave the account, and of another that may leave Azure."""
    account, provider = both(stage, fall_over=True)
    Connection.objects.create(
        catalog=stage.cast.other_catalog,
        account=account,
        enabled=True,
        use_acs=True,
        fall_over=True,
    )
    stage.a_message(address="ana@contoso.example")
    lane = azure(provider)
    stage.a_message(address="bo@contoso.example", catalog=stage.cast.other_catalog, lane=lane)
    return account, provider


@pytest.fixture
def meeting(stage: Stage) -> tuple[Ports, Ports]:
    """Give ports to the one who loses the account, and to the operator.

    The former has moved the mail and written the alert when they meet, the latter has moved mail.
    """
    barrier = Barrier(2)
    losing = replace(stage.ports, doorbell=MeetingDoorbell(stage, barrier, at=2))
    return losing, replace(stage.ports, doorbell=MeetingDoorbell(stage, barrier, at=1))


def test_an_account_is_lost_while_the_operator_ends_azure(
    stage: Stage, crossing: tuple[Account, EmailProvider], meeting: tuple[Ports, Ports]
) -> None:
    (account, provider), (losing, operating) = crossing, meeting
    at_once(
        lambda: account_lost(losing, account.pk, REVOKED),
        lambda: deactivate(operating, provider.organisation, actor=OPERATOR),
    )
    account.refresh_from_db()
    provider.refresh_from_db()
    assert (account.state, provider.active) == (AccountState.LOST, False)
    found = where("enrolment_confirmed")
    assert adds_up(len(where()))
    assert {state for _, state in found.values()} <= {MessageState.HELD, MessageState.QUEUED}


def test_an_account_is_lost_while_the_operator_activates_azure_again(
    stage: Stage, crossing: tuple[Account, EmailProvider], meeting: tuple[Ports, Ports]
) -> None:
    (account, provider), (losing, operating) = crossing, meeting
    deactivate(stage.ports, provider.organisation, actor=OPERATOR)
    at_once(
        lambda: account_lost(losing, account.pk, REVOKED),
        lambda: activate(operating, provider.organisation, AN_APPROVAL, actor=OPERATOR),
    )
    provider.refresh_from_db()
    assert provider.active
    assert adds_up(len(where()))
