"""Budget used and time to the last message, in words, for each route of a catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classbell import bootstrap
from classbell.delivery.forecast import Outlook
from classbell.domain.connections.outlook import RouteOutlook, outlook_of
from classbell.storage.models import Catalog
from classbell.web.admin_center.words import route_name
from classbell.web.components import moments
from classbell.web.components.environment import number
from classbell.web.components.moments import Viewer


@dataclass(frozen=True, slots=True)
class RouteBudget:
    """One route, as people read it.

    Attributes:
        id: names it within the page.
        title: what carries the mail, and from which address.
        used, limit: figures of the meter; ``limit`` is 0 where nothing limits the route.
        used_text: the same in words.
        moves: whether any of it goes out by itself, so that the figures change.
        wait: what waits and how long it takes; one sentence for each sort.
    """

    id: str
    title: str
    used: int
    limit: int
    used_text: str
    moves: bool
    wait: tuple[str, ...]


def route_budgets(catalog: Catalog, viewer: Viewer) -> list[RouteBudget]:
    """Return what a catalog's pages say of each of its routes."""
    found = outlook_of(catalog, now=viewer.now, pace=bootstrap.pace())
    return [_budget(one, viewer) for one in found]


def _budget(route: RouteOutlook, viewer: Viewer) -> RouteBudget:
    outlook = route.outlook
    return RouteBudget(
        id=f"budget-{route.kind.value}",
        title=_("%(route)s, %(sender)s")
        % {"route": route_name(route.kind), "sender": route.sender},
        used=min(outlook.used, outlook.limit),
        limit=outlook.limit,
        used_text=_used(outlook, viewer),
        moves=route.works and outlook.waiting > 0,
        wait=_wait(route, viewer),
    )


def _used(outlook: Outlook, viewer: Viewer) -> str:
    """Say how much of the budget is used."""
    figures = {"used": number(outlook.used, viewer), "limit": number(outlook.limit, viewer)}
    if outlook.by_the_day:
        return _("%(used)s of %(limit)s recipients used in 24 hours") % figures
    return _("%(used)s of %(limit)s messages used in an hour") % figures if outlook.limit else ""


def _wait(route: RouteOutlook, viewer: Viewer) -> tuple[str, ...]:
    """Say what waits, and how long it takes until the last of it goes out."""
    outlook = route.outlook
    if not outlook.waiting:
        return (_("Nothing waits."),)
    waiting = number(outlook.waiting, viewer)
    if not route.works:
        text = ngettext(
            "%(num)s message waits until the route works again.",
            "%(num)s messages wait until the route works again.",
            outlook.waiting,
        )
        return (text % {"num": waiting},)
    both = bool(outlook.personal and outlook.shared)
    singly = _("%(time)s for %(num)s going singly.") if both else _("%(time)s for %(num)s waiting.")
    together = _("%(time)s for %(num)s sharing envelopes.")
    said = []
    if outlook.personal:
        said.append(_sentence(singly, outlook.personal, outlook.personal_in, viewer))
    if outlook.shared:
        said.append(_sentence(together, outlook.shared, outlook.shared_in, viewer))
    if route.more:
        said.append(_("More wait than were counted, so it takes longer."))
    return tuple(said)


def _sentence(text: str, people: int, time: timedelta | None, viewer: Viewer) -> str:
    length = _("More than a year")
    if time is not None:
        length = _("About %(time)s") % {"time": moments.span(viewer, time)}
    return text % {"time": length, "num": number(people, viewer)}
