"""What an LMS admin's list of all connections shows."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from classbell.storage.models import Catalog, Message, MessageState
from classbell.storage.scope import Scope

SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)
WAITING = (MessageState.QUEUED, MessageState.HELD)


def all_connections(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope with connection, ``last_sent`` and ``waiting``."""
    own = Message.objects.filter(catalog=OuterRef("pk"))
    # The newest message of each state, not the latest moment: that would mean looking at them all.
    last = [
        Subquery(own.filter(state=state).order_by("-id").values("settled_at")[:1]) for state in SENT
    ]
    waits = own.filter(state__in=WAITING).order_by().values("catalog")
    waiting = waits.annotate(value=Count("id")).values("value")
    return (
        scope.of(Catalog)
        .select_related("connection__account", "connection__connected_by")
        .annotate(
            last_sent=Coalesce(Greatest(*last), *last),
            waiting=Coalesce(Subquery(waiting), 0, output_field=IntegerField()),
        )
        .order_by("title", "slug")
    )
