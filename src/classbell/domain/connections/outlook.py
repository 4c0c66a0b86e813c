"""How much of their budget the routes of a catalog have used, and when the last mail goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.delivery.forecast import Limits, Outlook, Spent, Waiting, forecast
from classbell.delivery.pace import Pace, approved, in_force
from classbell.domain.scheduling.request import account_serving
from classbell.storage.models import (
    AccountState,
    Catalog,
    Connection,
    EmailProvider,
    Lane,
    LaneKind,
    Organisation,
)
from classbell.storage.queries import budget

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
WARN_FROM = 0.8


@dataclass(frozen=True, slots=True)
class RouteOutlook:
    """One route of a catalog.

    Attributes:
        kind: what carries the mail.
        sender: the address it comes from.
        works: whether anything goes out there now, as far as the account's state tells.
        outlook: budget and time, for everything on the route, whichever catalog it is of.
        more: whether more waits than was counted, so that it takes longer.
    """

    kind: LaneKind
    sender: str
    works: bool
    outlook: Outlook
    more: bool


@dataclass(frozen=True, slots=True)
class ExternalUse:
    """How much an organisation has used of what Microsoft lets a tenant send to others.

    Attributes:
        used: recipients outside the organisation that Classbell's mailboxes wrote to in 24 hours.
        limit: what the operator has set for a tenant's external recipients.
    """

    used: int
    limit: int

    @property
    def is_exceeded(self) -> bool:
        """Whether nothing is left."""
        return self.used >= self.limit


def outlook_of(catalog: Catalog, *, now: datetime, pace: Pace) -> list[RouteOutlook]:
    """Return what people are told of each route that carries the catalog's mail.

    Args:
        catalog: which.
        now: business time.
        pace: the limits of a mailbox.
    """
    found = []
    account = account_serving(catalog)
    if account is not None:
        lane = budget.lane_of(LaneKind.MAILBOX, str(account.pk))
        outlook, more = lane_outlook(lane, pace, now)
        works = account.state == AccountState.CONNECTED
        found.append(RouteOutlook(LaneKind.MAILBOX, account.address, works, outlook, more))
    provider = _provider_of(catalog)
    if provider is not None:
        lane = budget.lane_of(LaneKind.ACS, str(provider.pk))
        outlook, more = lane_outlook(lane, _approved(provider), now)
        sender = provider.sender_address
        found.append(RouteOutlook(LaneKind.ACS, sender, provider.active, outlook, more))
    return found


def recipients_by_hour(catalog: Catalog, *, now: datetime) -> list[int]:
    """Return whom the catalog's mailbox wrote to, for whichever catalog, hour by hour.

    Args:
        catalog: which.
        now: business time.

    Returns:
        Recipients of each of the last 24 hours, the latest hour first; empty where no account
        serves the catalog, or nothing was ever sent from it.
    """
    account = account_serving(catalog)
    lane = budget.lane_of(LaneKind.MAILBOX, str(account.pk)) if account else None
    return budget.recipients_by_hour(lane, now) if lane else []


def limits_of(catalog: Catalog, *, now: datetime, pace: Pace) -> Limits:
    """Return the limits of the route that a catalog has chosen, a mailbox's where it has none.

    Args:
        catalog: which.
        now: business time.
        pace: the limits of a mailbox.
    """
    provider = _provider_of(catalog)
    if provider is not None:
        lane = budget.lane_of(LaneKind.ACS, str(provider.pk))
        return Limits.of(in_force(lane, _approved(provider), now))
    account = account_serving(catalog)
    lane = budget.lane_of(LaneKind.MAILBOX, str(account.pk)) if account else None
    return Limits.of(in_force(lane, pace, now))


def lane_outlook(
    lane: Lane | None, pace: Pace, now: datetime, *, further: int = 0
) -> tuple[Outlook, bool]:
    """Reckon for one lane.

    Args:
        lane: which; None where nothing was ever sent there.
        pace: the figures of its provider; those of the lane itself, and what it has learned, count
            as well.
        now: business time.
        further: messages that go singly and are yet to be written.

    Returns:
        The outlook, and whether more waits than was counted.
    """
    limits = Limits.of(in_force(lane, pace, now))
    if lane is None:
        return forecast(limits, Spent(), Waiting(further)), False
    queue = budget.queue_of(lane)
    waiting = Waiting(queue.personal + further, queue.shared)
    return forecast(limits, _spent(lane, limits, waiting, now), waiting), queue.more


def external_use(organisation: Organisation, now: datetime) -> ExternalUse | None:
    """Return an organisation's use of its external recipients once it is worth a warning.

    Args:
        organisation: whose.
        now: business time.

    Returns:
        None while the operator has set no limit, or little of it is used.
    """
    limit = organisation.external_recipients_per_day
    if not limit:
        return None
    used = budget.external_recipients(organisation, now - DAY)
    return ExternalUse(used, limit) if used >= limit * WARN_FROM else None


def _spent(lane: Lane, limits: Limits, waiting: Waiting, now: datetime) -> Spent:
    """Read of what a lane has sent as much as its limits make count."""
    if not limits.recipients_per_day:
        hourly = limits.messages_per_hour
        return Spent(last_hour=budget.envelopes_since(lane, now - HOUR) if hourly else 0)
    used = budget.recipients_since(lane, now - DAY)
    if used + waiting.people <= limits.recipients_for_all:
        return Spent(by_hour=(used,))  # When it was spent only matters where it stands in the way.
    return Spent(by_hour=budget.recipients_by_hour(lane, now))


def _provider_of(catalog: Catalog) -> EmailProvider | None:
    """Return the Azure Communication Services resource that the catalog has chosen, if any."""
    if not Connection.objects.filter(catalog=catalog, use_acs=True).exists():
        return None
    return EmailProvider.objects.filter(
        organisation_id=catalog.organisation_id, active=True
    ).first()


def _approved(provider: EmailProvider) -> Pace:
    """Return the pace that Microsoft has approved for a resource."""
    return approved(provider.messages_per_minute, provider.messages_per_hour)
