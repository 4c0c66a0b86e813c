"""What the address of the audit log asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from classbell.storage.queries.audit import Sought
from classbell.web.admin_center.delivery_filters import LONGEST_TEXT, PERIODS, ROW_ID

GROUPS: dict[str, tuple[str, ...]] = {
    "audit": ("audit",),
    "calendar": ("calendar", "events"),
    "catalog": ("backup", "catalog", "import", "organisation"),
    "connection": ("account", "alerts", "approval", "connection", "email_provider"),
    "course": ("course", "group"),
    "integration": ("calendar_feed", "integration", "webhook"),
    "message": ("held_mail", "mail", "messages", "people"),
    "person": ("attempts", "person", "role"),
    "room": ("room", "rooms"),
    "session": ("session", "sessions"),
    "template": ("template",),
}
"""What acts can be chosen by, and how their actions begin; a test compares it with the source."""


@dataclass(frozen=True, slots=True)
class ActFilters:
    """What is asked for; wrong values count as none.

    Attributes:
        who: part of a name, as typed.
        group: one of ``GROUPS``.
        subject: part of what was acted upon, as typed.
        period: days back; 0 for any time.
        before: where the page before ended.
    """

    who: str = ""
    group: str = ""
    subject: str = ""
    period: int = 0
    before: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ActFilters:
        """Read the filters from an address or a form."""
        group, period, before = (query.get(name, "") for name in ("group", "period", "before"))
        return cls(
            who=query.get("who", "").strip()[:LONGEST_TEXT],
            group=group if group in GROUPS else "",
            subject=query.get("subject", "").strip()[:LONGEST_TEXT],
            period=int(period) if period in map(str, PERIODS) else 0,
            before=int(before) if ROW_ID.fullmatch(before) else None,
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered out."""
        return replace(self, before=None) != ActFilters()

    def fields(self) -> dict[str, str]:
        """Return the filters as fields of an address or a form, without the page."""
        values = {
            "who": self.who,
            "group": self.group,
            "subject": self.subject,
            "period": str(self.period or ""),
        }
        return {name: value for name, value in values.items() if value}

    def address(self, page: str, *, before: int | None = None) -> str:
        """Return the address of the log with these filters, and another page of it."""
        values = self.fields() | ({"before": str(before)} if before else {})
        return page + (f"?{urlencode(values)}" if values else "")

    def sought(self, now: datetime) -> Sought:
        """Return what that asks of the record."""
        since = now - timedelta(days=self.period) if self.period else None
        return Sought(self.who, GROUPS.get(self.group, ()), self.subject, since, self.before)


def group_options() -> list[tuple[str, str]]:
    """Return the kinds of acts to choose from."""
    labels = {
        "audit": _("Audit log"),
        "calendar": _("Calendar entry"),
        "catalog": _("Catalogs"),
        "connection": _("Connections"),
        "course": _("Courses"),
        "integration": _("Integrations"),
        "message": _("Messages"),
        "person": _("People"),
        "room": _("Rooms"),
        "session": _("Sessions"),
        "template": _("Notifications"),
    }
    return [("", _("Any")), *((one, labels[one]) for one in GROUPS)]
