"""Moving mail while a worker claims it: one of the two gets it, never both."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from classbell.domain.notifications.moving import catalog_mail, put_on
from classbell.storage.models import Message, MessageState
from tests.domain.connections.mail_routes import azure, where
from tests.domain.connections.stage import Stage
from tests.support import a_provider

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]


def test_what_is_claimed_while_it_is_being_moved_stays_with_its_claimer() -> None:
    stage = Stage()
    stage.connect()
    lane = azure(a_provider(stage.ports))
    claimed = stage.a_message(address="ana@contoso.example")
    stage.a_message(address="bo@contoso.example")

    def move() -> int:
        try:
            return put_on(stage.ports, catalog_mail(stage.catalog), lane)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Message.objects.filter(pk=claimed.pk).update(state=MessageState.SENDING)
            moving = pool.submit(move)
            time.sleep(0.3)  # long enough to meet the claim's lock
        assert moving.result() == 1

    assert where() == {
        "ana@contoso.example": ("mailbox", "sending"),
        "bo@contoso.example": ("acs", "queued"),
    }
