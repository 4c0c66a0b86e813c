"""What is chained last waits for nobody: the checks of foreign keys come before it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from classbell.domain.organisations.audit import OPERATOR, record
from classbell.storage.models import Person, Role, RoleAssignment
from classbell.storage.queries.audit_check import check
from tests.support import NOW, a_catalog, a_person, fake_ports
from tests.waiting import beside, until_waiting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_whoever_waits_for_a_row_does_not_hold_the_end_of_the_record() -> None:
    ports, catalog, mai = fake_ports(), a_catalog(), a_person("Mai Nielsen")

    def act() -> None:
        record(ports, actor=OPERATOR, catalog=catalog, action="role.granted", subject="x")

    def grant() -> None:
        with transaction.atomic():
            # That this person exists is checked when the transaction ends.
            RoleAssignment.objects.create(person=mai, role=Role.LMS_ADMIN, granted_at=NOW)
            act()

    act()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=mai.pk)
            granting = beside(pool, grant)
            until_waiting(1)
            act()
        granting.result()
    found = check(catalog.organisation_id)
    assert (found.acts, found.fault) == (3, None)
