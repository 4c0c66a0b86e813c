"""Reads about webhooks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import Catalog, WebhookDelivery, WebhookEndpoint
from classbell.storage.scope import Scope


def endpoints_of(organisation_id: UUID, catalog: Catalog | None) -> QuerySet[WebhookEndpoint]:
    """Return endpoints, oldest first, each with how many events wait and failed.

    Args:
        organisation_id: whose.
        catalog: those of this one alone; None for those of all catalogs alone.
    """
    return (
        Scope(organisation_id)
        .of(WebhookEndpoint)
        .filter(_here(catalog))
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
            failed=Count("deliveries", filter=Q(deliveries__state="failed")),
        )
        .order_by("created_at", "id")
    )


def endpoint_of(
    organisation_id: UUID, catalog: Catalog | None, endpoint_id: UUID
) -> WebhookEndpoint | None:
    """Return one of those endpoints."""
    rows = Scope(organisation_id).of(WebhookEndpoint).filter(_here(catalog))
    return rows.select_related("catalog", "organisation").filter(pk=endpoint_id).first()


def _here(catalog: Catalog | None) -> Q:
    """Return what tells a catalog's endpoints, or those of all catalogs, from the others."""
    return Q(catalog=catalog) if catalog is not None else Q(catalog__isnull=True)


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """Return an endpoint's deliveries, newest first."""
    return WebhookDelivery.objects.filter(endpoint=endpoint).order_by("-id")


def every_endpoint() -> QuerySet[WebhookEndpoint]:
    """Return all endpoints of the installation, for its operator."""
    rows = WebhookEndpoint.objects.select_related("catalog", "organisation")
    return rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
        failed=Count("deliveries", filter=Q(deliveries__state="failed")),
    ).order_by("created_at", "id")
