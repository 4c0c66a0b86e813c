"""Acts on a record, for tests that look at it."""

from __future__ import annotations

from django.db import connection

from classbell.domain.organisations.audit import Actor, Request, asked_by, record
from classbell.ports.bundle import Ports
from classbell.storage.models import AuditEntry, Catalog
from tests.support import NOW, a_person


def acts(ports: Ports, catalog: Catalog, count: int = 3) -> list[AuditEntry]:
    """Do some acts, each a transaction of its own."""
    mai = Actor.of(a_person("Mai Nielsen"))
    with asked_by(Request("192.0.2.7", "a-request")):
        for number in range(count):
            record(
                ports,
                actor=mai,
                catalog=catalog,
                action="course.changed",
                subject=f"course:{number}",
                before={"title": "Fire", "seats": number, "places": [1.5, None, True]},
                after={"title": "Führung ☂", "seats": number + 1},
            )
    return list(AuditEntry.objects.order_by("id"))


def written_by_a_former_version(catalog: Catalog) -> None:
    """Write a row as the product did before there was a chain."""
    with connection.cursor() as cursor:
        empty = "'{}'"
        cursor.execute(
            "INSERT INTO storage_auditentry (organisation_id, catalog_id, at, actor_name, action,"  # noqa: S608 -- our own words
            f" subject, before, after, source) VALUES (%s, %s, %s, 'Mai', 'course.changed', 'old',"
            f" {empty}, {empty}, 'web')",
            [
                catalog.organisation_id.hex
                if connection.vendor == "sqlite"
                else catalog.organisation_id,
                catalog.pk.hex if connection.vendor == "sqlite" else catalog.pk,
                NOW,
            ],
        )
