"""What the address of the delivery log asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds import REGISTRY
from classbell.storage.models import LaneKind
from classbell.storage.queries.message_log import GROUPS, Group, Wanted
from classbell.web.admin_center.words import route_name

ROUTES = (LaneKind.MAILBOX, LaneKind.ACS, LaneKind.SYSTEM_MAILER)
PERIODS = (1, 7, 30, 90)
"""In days."""

RETRYING = "retrying"
"""The chip for a part of what waits: what is tried again after a try that failed."""

SHORTEST_TEXT = 2
LONGEST_TEXT = 200
ROW_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; wrong values count as none.

    Attributes:
        status: the chip; one of ``Group`` or ``RETRYING``.
        text: part of a name or address, as typed.
        kind: name of a kind of notification.
        route: one of ``ROUTES``.
        period: days back; 0 for any time.
        before: where the page before ended.
    """

    status: str = ""
    text: str = ""
    kind: str = ""
    route: str = ""
    period: int = 0
    before: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """Read the filters from an address or a form."""
        status, before = query.get("status", ""), query.get("before", "")
        kind, route, period = (query.get(name, "") for name in ("kind", "route", "period"))
        return cls(
            status=status if status in {*Group, RETRYING} else "",
            text=query.get("q", "").strip()[:LONGEST_TEXT],
            kind=kind if kind in REGISTRY else "",
            route=route if route in ROUTES else "",
            period=int(period) if period in map(str, PERIODS) else 0,
            before=int(before) if ROW_ID.fullmatch(before) else None,
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered out."""
        return replace(self, before=None) != Filters()

    @property
    def text_is_short(self) -> bool:
        """Whether the text is too short to look for: nearly everybody has each single letter."""
        return 0 < len(self.text) < SHORTEST_TEXT

    def fields(self) -> dict[str, str]:
        """Return the filters as fields of an address or a form, without the page."""
        values = {
            "status": self.status,
            "q": self.text,
            "kind": self.kind,
            "route": self.route,
            "period": str(self.period or ""),
        }
        return {name: value for name, value in values.items() if value}

    def address(self, slug: str, *, before: int | None = None) -> str:
        """Return the log's address with these filters, and another page."""
        values = self.fields() | ({"before": str(before)} if before else {})
        return reverse("deliveries", args=[slug]) + (f"?{urlencode(values)}" if values else "")

    def wanted(self, now: datetime) -> Wanted:
        """Return what that asks of the log."""
        return Wanted(
            states=GROUPS[Group(self.status)] if self.status in set(Group) else (),
            retrying=self.status == RETRYING,
            text="" if self.text_is_short else self.text,
            kind=self.kind,
            route=self.route,
            since=now - timedelta(days=self.period) if self.period else None,
            before=self.before,
        )


def kind_options() -> list[tuple[str, str]]:
    """Return the kinds to choose from."""
    return [("", _("Any")), *((kind.name, _(kind.title)) for kind in REGISTRY.values())]


def route_options() -> list[tuple[str, str]]:
    """Return the routes to choose from."""
    return [("", _("Any")), *((route.value, route_name(route)) for route in ROUTES)]


def period_options() -> list[tuple[str, str]]:
    """Return the periods to choose from."""
    labels = (_("Last 24 hours"), _("Last 7 days"), _("Last 30 days"), _("Last 90 days"))
    chosen = zip(map(str, PERIODS), labels, strict=True)
    return [("", _("Any time")), *chosen]
