"""The record is kept in order: stragglers get their place, and the oldest acts are given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell import bootstrap
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.organisations.audit_keeping import (
    KEEP_RECORD,
    chain_stragglers,
    keep_record,
    prune,
)
from classbell.ports.bundle import Ports
from classbell.storage.audit_chain import rows_of
from classbell.storage.models import AuditChain, AuditEntry, Catalog, WorkItem
from classbell.storage.queries.audit_check import Wrong, check
from tests.fakes import FakeClock
from tests.storage.audit.acts import acts, written_by_a_former_version
from tests.support import NOW, fake_ports

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)


def test_what_a_former_version_wrote_is_told_and_chained_later(
    ports: Ports, catalog: Catalog
) -> None:
    acts(ports, catalog, 1)
    written_by_a_former_version(catalog)
    acts(ports, catalog, 1)
    found = check(catalog.organisation_id)
    assert (found.acts, found.unchained, found.fault) == (2, 1, None)
    assert chain_stragglers(catalog.organisation_id) == 1
    found = check(catalog.organisation_id)
    assert (found.acts, found.late, found.unchained, found.fault) == (3, 1, 0, None)


def test_old_acts_are_given_up_and_the_rest_can_be_checked(catalog: Catalog) -> None:
    clock = FakeClock(NOW)
    ports = fake_ports(clock=clock)
    acts(ports, catalog, 3)
    clock.advance(10 * DAY)
    acts(ports, catalog, 2)
    assert prune(ports, catalog.organisation_id, before=NOW + DAY) == 3
    assert prune(ports, catalog.organisation_id, before=NOW + DAY) == 0
    found = check(catalog.organisation_id)
    assert (found.acts, found.pruned_to, found.fault) == (3, 3, None)
    pruned = AuditEntry.objects.get(action="audit.pruned")
    assert pruned.after["sequence"] == 3


def test_a_beginning_that_no_act_vouches_for_is_found(ports: Ports, catalog: Catalog) -> None:
    second = acts(ports, catalog)[1]
    AuditChain.objects.update(pruned_to=2, pruned_hash=second.hash)
    rows_of(catalog.organisation_id).filter(sequence__lte=2).delete()
    fault = check(catalog.organisation_id).fault
    assert fault is not None
    assert fault.wrong is Wrong.MISSING


def test_a_worker_keeps_the_record_daily(catalog: Catalog) -> None:
    clock = FakeClock(NOW)
    ports, lane = fake_ports(clock=clock), housekeeping_lane(None)
    acts(ports, catalog, 2)
    clock.advance(10 * DAY)
    written_by_a_former_version(catalog)
    assert keep_record(ports, 0, lane, "audit") == clock.now() + DAY
    assert check(catalog.organisation_id).acts == 3, "0 days keep everything"
    acts(ports, catalog, 1)
    keep_record(ports, 5, lane, "audit")
    found = check(catalog.organisation_id)
    assert (found.pruned_to, found.unchained, found.fault) == (3, 0, None)


def test_a_worker_asks_for_it_when_it_starts(ports: Ports, catalog: Catalog) -> None:
    with bootstrap.use(ports):
        bootstrap.begin_daily_work()
        lane = housekeeping_lane(None)
        assert WorkItem.objects.filter(lane=lane, kind=KEEP_RECORD).count() == 1
        assert KEEP_RECORD in bootstrap.handlers_for(lane).work
