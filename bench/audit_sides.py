"""The sides of the bench of the record; needs Django's settings."""

import time
from uuid import uuid4

from django.db import transaction

from classbell.domain.organisations.audit import OPERATOR, record
from classbell.storage.models import AuditEntry, Catalog
from classbell.storage.queries.audit_check import check
from tests.support import NOW, a_catalog, an_organisation, fake_ports

AT_ONCE = 500
ACTION, SUBJECT = "course.changed", "course:FIRE"
BEFORE, AFTER = {"title": "Fire", "seats": 12}, {"title": "Fire safety", "seats": 14}


class Side:
    """An organisation whose record has some length.

    Args:
        name: of its catalog.
        length: acts on the record before it begins.
        chained: whether acts get their place; else only the row is written.
    """

    def __init__(self, name: str, length: int, *, chained: bool = True) -> None:
        self._ports, self._chained = fake_ports(), chained
        self.catalog: Catalog = a_catalog(name, name, an_organisation(name, uuid4()))
        for begun in range(0, length, AT_ONCE):
            with transaction.atomic():
                for _ in range(min(AT_ONCE, length - begun)):
                    self._record()

    def act(self) -> None:
        """Do something that stands on the record."""
        with transaction.atomic():
            if self._chained:
                self._record()
                return
            AuditEntry.objects.create(
                organisation_id=self.catalog.organisation_id,
                catalog=self.catalog,
                at=NOW,
                actor_name="Operator",
                source="cli",
                action=ACTION,
                subject=SUBJECT,
                before=BEFORE,
                after=AFTER,
            )

    def _record(self) -> None:
        record(
            self._ports,
            actor=OPERATOR,
            catalog=self.catalog,
            action=ACTION,
            subject=SUBJECT,
            before=BEFORE,
            after=AFTER,
        )


def check_rate(side: Side) -> float:
    """Return how many acts are checked in a second."""
    begun = time.perf_counter()
    found = check(side.catalog.organisation_id)
    if found.fault is not None:
        raise RuntimeError(found.fault.text)
    return found.acts / (time.perf_counter() - begun)
