"""Reads about webhooks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import Catalog, WebhookDelivery, WebhookEndpoint
from classbell.storage.scope import Scope


def endpoints_of(catalog: Catalog) -> QuerySet[WebhookEndpoint]:
    """Return a catalog's endpoints, oldest first, each with how many events wait and failed."""
    return (
        Scope(catalog.organisation_id)
        .of(WebhookEndpoint)
        .filter(catalog=catalog)
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
            failed=Count("deliveries", filter=Q(deliveries__state="failed")),
        )
        .order_by("created_at", "id")
    )


def endpoint_of(catalog: Catalog, endpoint_id: UUID) -> WebhookEndpoint | None:
    """Return one of a catalog's endpoints."""
    rows = Scope(catalog.organisation_id).of(WebhookEndpoint).filter(catalog=catalog)
    return rows.select_related("catalog", "organisation").filter(pk=endpoint_id).first()


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
