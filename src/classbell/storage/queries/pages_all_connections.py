"""What an LMS admin's list of all connections shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from classbell.storage.models import Catalog, Message, MessageState
from classbell.storage.queries.pages_catalogs import in_order
from classbell.storage.scope import Scope

SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)
WAITING = (MessageState.QUEUED, MessageState.HELD)


@dataclass(frozen=True, slots=True)
class ListedConnection:
    """A catalog of the list with its connection, and how its mail does.

    Attributes:
        catalog: with its connection, account, and who connected it.
        last_sent: when its latest mail was taken; None where none ever was.
        waiting: messages still to go out.
    """

    catalog: Catalog
    last_sent: datetime | None
    waiting: int


def connections_of(scope: Scope, shown: Collection[Catalog]) -> Sequence[ListedConnection]:
    """Return catalogs of a scope with their connections, last mail and waiting messages.

    Args:
        scope: whose.
        shown: which, in the order of what is returned.
    """
    waits = Message.objects.filter(catalog=OuterRef("pk"), state__in=WAITING)
    counted = waits.order_by().values("catalog").annotate(value=Count("id")).values("value")
    rows = scope.of(Catalog).select_related("connection__account", "connection__connected_by")
    waiting = Coalesce(Subquery(counted), 0, output_field=IntegerField())
    return [
        ListedConnection(one, _last_sent(one), getattr(one, "waiting", 0))
        for one in in_order(rows.annotate(waiting=waiting), shown)
    ]


def _last_sent(catalog: Catalog) -> datetime | None:
    """Return when the newest message of each state was settled, the later of them.

    Asked for each catalog by name: asked for several at once, PostgreSQL takes each for an average
    one and walks back through the messages of all to find those of one that has none.
    """
    own = Message.objects.filter(catalog=catalog)
    newest = [
        own.filter(state=state).order_by("-id").values_list("settled_at", flat=True).first()
        for state in SENT
    ]
    return max((at for at in newest if at is not None), default=None)
