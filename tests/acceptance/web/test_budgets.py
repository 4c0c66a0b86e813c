"""What the pages say of budgets, of waiting times and of a tenant's external recipients."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.storage.models import (
    Connection,
    Envelope,
    Lane,
    Organisation,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import NOW

pytestmark = pytest.mark.django_db

LOG = "/catalogs/academy/delivery"
HOUR = timedelta(hours=1)


def test_the_budget_of_the_account_stands_in_words_and_as_a_meter(
    owner: Visitor, cast: Cast, lane: Lane
) -> None:
    Envelope.objects.create(
        lane=lane, epoch=1, route="mailbox", state="accepted", recipients=212, started_at=NOW - HOUR
    )
    for _ in range(60):
        a_message(cast.catalog, "queued", lane=lane)
    for address in (LOG, "/catalogs/academy", "/catalogs/academy/connection"):
        page = owner.get(address)
        assert "212 of 9,000 recipients used in 24 hours" in page.words
        assert "About 2 minutes for 60 waiting." in page.words
        (meter,) = [given for tag, given in page.elements if tag == "meter"]
        assert (meter["value"], meter["max"]) == ("212", "9000")


def test_shared_mail_is_reckoned_apart(owner: Visitor, cast: Cast, lane: Lane) -> None:
    a_message(cast.catalog, "queued", lane=lane)
    a_message(cast.catalog, "queued", lane=lane, most_together=500)
    words = owner.get(LOG).words
    assert "About 1 minute for 1 going singly." in words
    assert "About 1 minute for 1 sharing envelopes." in words


def test_nobody_waits_for_a_lost_account_in_vain(owner: Visitor, cast: Cast, lane: Lane) -> None:
    a_message(cast.catalog, "queued", lane=lane)
    account = Connection.objects.get(catalog=cast.catalog).account
    assert account is not None
    account.state = "lost"
    account.save()
    assert "1 message waits until the route works again." in owner.get(LOG).words


def test_a_tenants_external_recipients_are_warned_of_from_four_fifths_on(
    owner: Visitor, cast: Cast, lane: Lane
) -> None:
    Envelope.objects.create(
        lane=lane,
        epoch=1,
        route="mailbox",
        state="accepted",
        recipients=90,
        external_recipients=80,
        started_at=NOW - HOUR,
    )
    admin = a_visitor(cast.lms_admin)
    warning = "has nearly used up its external recipients"
    assert warning not in owner.get("/catalogs/academy").words
    Organisation.objects.filter(name="Contoso").update(external_recipients_per_day=100)
    for page in (
        owner.get("/catalogs/academy"),
        owner.get(LOG, **{"HX-Request": "true"}),
        admin.get("/connections"),
        admin.get("/catalogs"),
    ):
        assert warning in page.words
        assert "Classbell wrote to 80 recipients outside" in page.words
    assert warning not in a_visitor(cast.stranger).get("/catalogs").words
    Organisation.objects.filter(name="Contoso").update(external_recipients_per_day=80)
    assert "has used up its external recipients" in owner.get(LOG).words
