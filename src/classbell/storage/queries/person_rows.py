"""Every row that is about one person, found by the tables themselves, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from classbell.storage.models import AuditEntry, Message, Person
from classbell.storage.scope import TenantModel

SECRET_ENDS = ("_hash", "_key_hash", "browser_key")
ADDRESS_FIELDS = ("address", "account_address", "outside_address")


def related(person: Person) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each table that names people, with the column that does."""
    for relation in person._meta.related_objects:  # noqa: SLF001 -- Django documents it as public
        if relation.many_to_many:
            continue
        yield relation.related_model, relation.field.name


def rows_about(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept about a person, by table; secrets are left out.

    Args:
        person: whose.
    """
    found = {"person": [_as_dict(person)]}
    for model, column in related(person):
        rows = model._default_manager.filter(**{column: person})  # noqa: SLF001 -- see above
        if model is Message:
            rows = messages_of(person)
        if rows.exists():
            name = f"{model._meta.model_name}.{column}"  # noqa: SLF001 -- see above
            found[name] = [_as_dict(row) for row in rows.order_by("pk").iterator()]
    return found


def messages_of(person: Person) -> QuerySet[Message]:
    """Return the mail to somebody, also that which was written to their address alone."""
    own = Q(person=person)
    if person.address:
        own |= Q(organisation=person.organisation_id, address__iexact=person.address)
    return Message.objects.filter(own)


def acts_of(person: Person) -> QuerySet[AuditEntry]:
    """Return the record of what somebody did."""
    return AuditEntry.objects.filter(actor=person).order_by("pk")


def json_columns(person: Person) -> Iterator[tuple[QuerySet[Any], str]]:
    """Yield the rows of the person's organisation whose columns of free form could name them.

    The record of acts is left out: it is never changed.
    """
    for model in apps.get_app_config("storage").get_models():
        if not issubclass(model, TenantModel) or model is AuditEntry:
            continue
        owned = {model.tenancy.organisation: person.organisation_id}
        for column in model._meta.concrete_fields:  # noqa: SLF001 -- see above
            if isinstance(column, models.JSONField):
                rows = model._default_manager.filter(**owned)  # noqa: SLF001 -- see above
                yield rows, column.name


def _as_dict(row: models.Model) -> dict[str, Any]:
    """Return a row's columns, without what only proves something to a program."""
    values = {}
    for column in row._meta.concrete_fields:  # noqa: SLF001 -- see above
        secret = isinstance(column, models.BinaryField) or column.name.endswith(SECRET_ENDS)
        if not secret:
            value = column.value_from_object(row)
            values[column.attname] = str(value) if isinstance(value, UUID | datetime) else value
    return values
