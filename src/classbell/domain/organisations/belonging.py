"""To which organisation a row of the record belongs."""

from __future__ import annotations

from uuid import UUID

from classbell.storage.models import Catalog


def organisation_of(catalog: Catalog | None, organisation_id: UUID | None) -> UUID:
    """Return the organisation of a catalog, or the one that is named where there is no catalog.

    Raises:
        ValueError: neither is given, or the catalog is of another organisation.
    """
    if catalog is None:
        if organisation_id is None:
            raise ValueError("Name the catalog or the organisation that this belongs to.")
        return organisation_id
    if organisation_id not in {None, catalog.organisation_id}:
        raise ValueError("The catalog belongs to another organisation.")
    return catalog.organisation_id
