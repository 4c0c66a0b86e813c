"""What an LMS admin's list of all connections shows."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from classbell.storage.models import Catalog, Message, MessageState
from classbell.storage.queries.pages_catalogs import in_order
from classbell.storage.scope import Scope

SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)
WAITING = (MessageState.QUEUED, MessageState.HELD)


def connections_of(scope: Scope, shown: Collection[Catalog]) -> list[Catalog]:
    """Return catalogs of a scope with connection, ``last_sent`` and ``waiting``.

    Args:
        scope: whose.
        shown: which, in the order of what is returned.
    """
    own = Message.objects.filter(catalog=OuterRef("pk"))
    # The newest message of each state, not the latest moment: that would mean looking at them all.
    last = [
        Subquery(own.filter(state=state).order_by("-id").values("settled_at")[:1]) for state in SENT
    ]
    waits = own.filter(state__in=WAITING).order_by().values("catalog")
    waiting = waits.annotate(value=Count("id")).values("value")
    rows = scope.of(Catalog).select_related("connection__account", "connection__connected_by")
    counted = rows.annotate(
        last_sent=Coalesce(Greatest(*last), *last),
        waiting=Coalesce(Subquery(waiting), 0, output_field=IntegerField()),
    )
    return in_order(counted, shown)
