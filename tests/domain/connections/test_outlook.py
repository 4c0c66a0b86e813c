"""Budget and time to the last message, from what the ledger says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from classbell.delivery.lanes import lane_for, mailbox_lane
from classbell.delivery.pace import UNLIMITED, Pace
from classbell.domain.connections.outlook import external_use, lane_outlook, outlook_of
from classbell.domain.organisations.organisations import limit_external_recipients
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    Account,
    AccountState,
    AuditEntry,
    Catalog,
    Connection,
    EmailProvider,
    Envelope,
    Lane,
    LaneKind,
    Notification,
)
from tests.messages import a_message
from tests.support import (
    FABRIKAM,
    NOW,
    a_catalog,
    a_connected_account,
    an_organisation,
    fake_ports,
)

pytestmark = [pytest.mark.django_db, pytest.mark.store]

HOUR = timedelta(hours=1)


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def lane(ports: Ports, catalog: Catalog) -> Lane:
    return mailbox_lane(a_connected_account(ports, catalog))


def spend(lane: Lane, recipients: int, at: datetime, **values: object) -> None:
    chosen = {"lane": lane, "epoch": 1, "route": lane.kind, "state": "accepted"}
    Envelope.objects.create(**(chosen | {"recipients": recipients, "started_at": at} | values))


def shared(catalog: Catalog, lane: Lane, people: int, language: str = "en") -> None:
    """Queue a notification that names nobody."""
    first = a_message(catalog, "queued", lane=lane, most_together=500, language=language)
    for _ in range(people - 1):
        one = a_message(catalog, "queued", lane=lane, most_together=500, language=language)
        one.notification = Notification.objects.get(pk=first.notification_id)
        one.save()


def test_recipients_of_a_day_are_counted_and_refused_ones_not(catalog: Catalog, lane: Lane) -> None:
    spend(lane, 200, NOW - HOUR)
    spend(lane, 12, NOW - 23 * HOUR, state="unknown")
    spend(lane, 500, NOW - 25 * HOUR)
    spend(lane, 7, NOW - HOUR, state="refused")
    (route,) = outlook_of(catalog, now=NOW, pace=Pace())
    assert (route.kind, route.sender, route.works) == (
        LaneKind.MAILBOX,
        "learning@contoso.example",
        True,
    )
    assert (route.outlook.used, route.outlook.limit) == (212, 9_000)


def test_what_goes_singly_and_what_shares_are_told_apart(catalog: Catalog, lane: Lane) -> None:
    for _ in range(3):
        a_message(catalog, "queued", lane=lane)
    shared(catalog, lane, 2)
    shared(catalog, lane, 2, "de")
    a_message(catalog, "held", lane=lane)
    outlook, more = lane_outlook(
        lane, replace(UNLIMITED, messages_per_minute=1, recipients_per_envelope=500), NOW
    )
    assert (outlook.personal, outlook.shared, more) == (3, 4, False)
    assert outlook.shared_in == timedelta(minutes=3), "two envelopes, by turns with two others"
    assert outlook.personal_in == timedelta(minutes=4)


def test_when_the_day_is_used_up_its_hours_are_looked_at(catalog: Catalog, lane: Lane) -> None:
    spend(lane, 8_499, NOW - 20 * HOUR)
    for _ in range(2):
        a_message(catalog, "queued", lane=lane)
    outlook, _ = lane_outlook(lane, Pace(), NOW)
    assert outlook.personal_in is not None
    assert 4 * HOUR <= outlook.personal_in <= 5 * HOUR


def test_a_lost_account_keeps_its_budget_but_does_not_work(catalog: Catalog, lane: Lane) -> None:
    Account.objects.update(state=AccountState.LOST)
    (route,) = outlook_of(catalog, now=NOW, pace=Pace())
    assert not route.works
    Connection.objects.update(enabled=False)
    assert outlook_of(catalog, now=NOW, pace=Pace()) == []


def test_the_route_through_azure_has_its_approved_rate(catalog: Catalog, lane: Lane) -> None:
    provider = EmailProvider.objects.create(
        organisation=catalog.organisation,
        endpoint="https://contoso.example",
        sender_address="donotreply@contoso.example",
        messages_per_minute=30,
        messages_per_hour=100,
        activated_at=NOW,
    )
    assert len(outlook_of(catalog, now=NOW, pace=Pace())) == 1, "the catalog has not chosen it"
    Connection.objects.update(use_acs=True)
    acs = lane_for(LaneKind.ACS, str(provider.pk), organisation_id=catalog.organisation_id)
    spend(acs, 1, NOW - HOUR / 2)
    spend(acs, 1, NOW - 2 * HOUR)
    route = outlook_of(catalog, now=NOW, pace=Pace())[1]
    assert (route.kind, route.sender) == (LaneKind.ACS, "donotreply@contoso.example")
    assert (route.outlook.used, route.outlook.limit, route.outlook.by_the_day) == (1, 100, False)


def test_external_recipients_are_those_of_all_mailboxes_of_the_tenant(
    ports: Ports, catalog: Catalog, lane: Lane
) -> None:
    home = catalog.organisation
    other = lane_for(LaneKind.MAILBOX, "other", organisation_id=home.pk)
    acs = lane_for(LaneKind.ACS, "resource", organisation_id=home.pk)
    foreign = an_organisation("Fabrikam", FABRIKAM)
    theirs = lane_for(LaneKind.MAILBOX, "theirs", organisation_id=foreign.pk)
    for one in (lane, other, acs, theirs):
        spend(one, 50, NOW - HOUR, external_recipients=40)
    spend(lane, 500, NOW - 25 * HOUR, external_recipients=500)
    assert external_use(home, NOW) is None, "no limit is known"
    limit_external_recipients(ports, home, per_day=101)
    assert external_use(home, NOW) is None, "80 of 101 is below four fifths"
    limit_external_recipients(ports, home, per_day=100)
    use = external_use(home, NOW)
    assert use is not None
    assert (use.used, use.limit, use.is_exceeded) == (80, 100, False)
    limit_external_recipients(ports, home, per_day=80)
    assert (use := external_use(home, NOW)) is not None
    assert use.is_exceeded


def test_the_limit_is_set_on_the_record(ports: Ports, catalog: Catalog) -> None:
    limit_external_recipients(ports, catalog.organisation, per_day=10_000)
    limit_external_recipients(ports, catalog.organisation, per_day=None)
    rows = AuditEntry.objects.filter(action="organisation.limits_set").order_by("id")
    assert [row.after for row in rows] == [
        {"external_recipients_per_day": 10_000},
        {"external_recipients_per_day": None},
    ]
    with pytest.raises(InvalidInput):
        limit_external_recipients(ports, catalog.organisation, per_day=-1)
