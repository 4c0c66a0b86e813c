"""What it costs in time that a notification names its readers one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.delivery.forecast import Limits, Outlook, Spent, Waiting, forecast
from classbell.delivery.pace import Pace
from classbell.domain.connections.outlook import limits_of
from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.templates.effective import personal_variables
from classbell.domain.notifications.templates.fields import TemplateFields
from classbell.storage.models import Catalog
from classbell.storage.queries.pages_templates import largest_session

LEAST_PEOPLE = 1_000
"""A cost is told for so many people at least: what grows later was saved before."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a notification costs that goes singly and could be shared.

    Attributes:
        variables: language to the variables that name the reader in its text.
        people: for how many it is reckoned.
        singly: until the last of them has a mail of their own; None beyond a year.
        together: until the last has one of the shared mails; None beyond a year.
    """

    variables: Mapping[str, tuple[str, ...]]
    people: int
    singly: timedelta | None
    together: timedelta | None


def cost_of(
    catalog: Catalog, kind: Kind, fields: TemplateFields, *, pace: Pace, now: datetime
) -> Cost | None:
    """Reckon what variables that name the reader cost in a kind that is the same for everybody.

    It is reckoned for a route with nothing waiting and nothing spent: what the text itself costs.

    Args:
        catalog: whose route carries it, and whose largest session counts.
        kind: of the notification.
        fields: as they are to be saved.
        pace: the limits of a mailbox.
        now: business time.

    Returns:
        None where everybody gets a mail of their own anyhow, by the kind or by the route, and where
        no such variable is used.
    """
    found = personal_variables(kind, fields) if kind.shared else {}
    if not found:
        return None
    people = max(LEAST_PEOPLE, largest_session(catalog))
    limits = limits_of(catalog, pace=pace, now=now)
    if limits.recipients_per_envelope <= 1:
        return None
    singly = _last_of(limits, Waiting(personal=people)).personal_in
    together = _last_of(limits, Waiting(shared=(people,))).shared_in
    return Cost(found, people, singly, together)


def cost_to_confirm(
    catalog: Catalog,
    kind: Kind,
    before: TemplateFields,
    after: TemplateFields,
    *,
    pace: Pace,
    now: datetime,
) -> Cost | None:
    """Return the cost that an admin has not been told yet; None where there is none.

    Args:
        catalog: whose notification.
        kind: of the notification.
        before: what is saved: where that names its readers already, its cost is known.
        after: what is to be saved.
        pace: the limits of a mailbox.
        now: business time.
    """
    if personal_variables(kind, before):
        return None
    return cost_of(catalog, kind, after, pace=pace, now=now)


def _last_of(limits: Limits, waiting: Waiting) -> Outlook:
    return forecast(limits, Spent(), waiting)
