"""Tenancy, enforced in one place: what somebody may touch is a scope, and rows come through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar
from uuid import UUID

from django.db import models


@dataclass(frozen=True, slots=True)
class Tenancy:
    """How a model hangs on its organisation and, where it has one, its catalog.

    Attributes:
        organisation: lookup that ends at the organisation's id, such as
            ``catalog__organisation_id``.
        catalog: lookup that ends at the catalog's id; empty for what belongs to no catalog.
        course: lookup that ends at the course's id; empty for what belongs to no course.
    """

    organisation: str
    catalog: str = ""
    course: str = ""


class TenantModel(models.Model):
    """A model whose rows belong to one organisation; subclasses state their ``tenancy``."""

    tenancy: ClassVar[Tenancy]

    class Meta:
        abstract = True


TenantModelType = TypeVar("TenantModelType", bound=TenantModel)


@dataclass(frozen=True, slots=True)
class Scope:
    """The organisation, and within it the catalogs, that a piece of work may touch.

    Attributes:
        organisation_id: the organisation's id.
        catalog_ids: the catalogs' ids, or None for every catalog of the organisation.
        course_ids: the courses' ids, or None for every course of these catalogs.
    """

    organisation_id: UUID
    catalog_ids: frozenset[UUID] | None = None
    course_ids: frozenset[UUID] | None = None

    def of(self, model: type[TenantModelType]) -> models.QuerySet[TenantModelType]:
        """Return the rows of ``model`` inside this scope, and none beside it.

        A scope that is limited to catalogs sees no rows of models without a catalog, except those
        of the organisation itself that every member may see (``Tenancy.catalog`` empty). One that
        is limited to courses sees nothing of a catalog but what belongs to them.
        """
        tenancy = model.tenancy
        rows = model._default_manager.filter(  # noqa: SLF001 -- Django documents it as public
            **{tenancy.organisation: self.organisation_id}
        )
        if self.catalog_ids is not None and tenancy.catalog:
            rows = rows.filter(**{f"{tenancy.catalog}__in": self.catalog_ids})
        if self.course_ids is None or not tenancy.catalog:
            return rows
        if not tenancy.course:
            return rows.none()
        return rows.filter(**{f"{tenancy.course}__in": self.course_ids})

    def limited_to(self, course_ids: frozenset[UUID]) -> Scope:
        """Return this scope limited to courses; what lies outside it stays outside."""
        allowed = course_ids if self.course_ids is None else course_ids & self.course_ids
        return Scope(self.organisation_id, self.catalog_ids, allowed)

    def narrowed_to(self, catalog_id: UUID) -> Scope:
        """Return this scope limited to one catalog; a foreign catalog leaves nothing to see."""
        if self.catalog_ids is not None and catalog_id not in self.catalog_ids:
            return Scope(self.organisation_id, frozenset(), self.course_ids)
        return Scope(self.organisation_id, frozenset({catalog_id}), self.course_ids)
