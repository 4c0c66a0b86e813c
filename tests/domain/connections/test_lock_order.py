"""What rings several lanes while mail is being written: nobody waits for who waits for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import transaction

from classbell.delivery.doorbell import LaneDoorbell
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.connections.daily_times import DAILY_CHECK
from classbell.domain.connections.lost import account_lost
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import notify
from classbell.storage.models import Account, AccountState, Message, WorkItem
from tests.domain.connections.mail_routes import REVOKED, both
from tests.domain.connections.stage import Stage
from tests.support import a_person, a_session
from tests.waiting import beside, until_waiting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_an_account_is_lost_while_mail_for_it_is_being_written() -> None:
    stage = Stage()
    stage.ports = replace(stage.ports, doorbell=LaneDoorbell(stage.clock))
    account, _ = both(stage, fall_over=True)
    told = notify(
        stage.ports,
        kind="enrolment_confirmed",
        organisation_id=account.organisation_id,
        catalog=stage.catalog,
        audience=[a_person("Ana").pk],
        context={"session": str(a_session(stage.catalog, "S-1").pk)},
    )
    assert told is not None
    home, looking = housekeeping_lane(account.organisation_id), WorkItem.objects
    with ThreadPoolExecutor(2) as pool:
        # The loss, which has told the admins by then, meets an item that somebody is writing.
        with transaction.atomic():
            looking.select_for_update().get(kind=DAILY_CHECK)
            losing = beside(pool, lambda: account_lost(stage.ports, account.pk, REVOKED))
            until_waiting(1)
            writing = beside(pool, lambda: expand_notification(stage.ports, home, str(told.pk)))
            until_waiting(2)
        assert losing.result() is True
        assert writing.result() is None
    assert Account.objects.get().state == AccountState.LOST
    assert Message.objects.filter(notification=told).count() == 1
