"""What an LMS admin's list of all connections shows."""

from __future__ import annotations

from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from classbell.storage.models import Catalog, Message, MessageState
from classbell.storage.scope import Scope

SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)
WAITING = (MessageState.QUEUED, MessageState.HELD)


def all_connections(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope with connection, ``last_sent`` and ``waiting``."""
    own = Message.objects.filter(catalog=OuterRef("pk")).order_by().values("catalog")
    last = own.filter(state__in=SENT).annotate(value=Max("settled_at")).values("value")
    waiting = own.filter(state__in=WAITING).annotate(value=Count("id")).values("value")
    return (
        scope.of(Catalog)
        .select_related("connection__account", "connection__connected_by")
        .annotate(
            last_sent=Subquery(last),
            waiting=Coalesce(Subquery(waiting), 0, output_field=IntegerField()),
        )
        .order_by("title", "slug")
    )
