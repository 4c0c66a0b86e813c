"""Reads of the record of who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from classbell.storage.models import AuditEntry
from classbell.storage.scope import Scope


@dataclass(frozen=True, slots=True)
class Sought:
    """Which acts are asked for; what is empty does not matter.

    Attributes:
        who: part of the name of whoever did it.
        groups: how the action may begin, such as ``connection``.
        subject: part of what was acted upon.
        since: done at or after this moment.
        before: older than the act of this id: where the page before ended.
    """

    who: str = ""
    groups: tuple[str, ...] = ()
    subject: str = ""
    since: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ActPage:
    """Some acts, newest first; ``before`` is where the next page begins, None on the last."""

    rows: Sequence[AuditEntry]
    before: int | None


def acts_in(scope: Scope, sought: Sought) -> QuerySet[AuditEntry]:
    """Return what is asked for of the record within a scope, in no order.

    Args:
        scope: an organisation (LMS admins) or some of its catalogs (catalog admins).
        sought: the filters.
    """
    rows = scope.of(AuditEntry)
    if sought.who:
        rows = rows.filter(actor_name__icontains=sought.who)
    if sought.groups:
        begins = [Q(action__startswith=f"{one}.") for one in sought.groups]
        rows = rows.filter(reduce(or_, begins))
    if sought.subject:
        rows = rows.filter(subject__icontains=sought.subject)
    if sought.since is not None:
        rows = rows.filter(at__gte=sought.since)
    return rows if sought.before is None else rows.filter(id__lt=sought.before)


def act_page(scope: Scope, sought: Sought, *, size: int) -> ActPage:
    """Return one page of the record, newest first.

    Args:
        scope: whose record.
        sought: the filters, and where the page before ended.
        size: most rows of a page.
    """
    rows = acts_in(scope, sought).select_related("catalog").order_by("-id")[: size + 1]
    found = list(rows)
    return ActPage(found[:size], found[size - 1].pk if len(found) > size else None)
