"""The history of an account: losses, recoveries, checks, throttling and what admins did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classbell.ports.words import marked as _
from classbell.storage.models import Account, Catalog
from classbell.storage.queries import health as rows


class Tone(StrEnum):
    """Whether a row is good or bad news."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row.

    Attributes:
        at: when, aware UTC.
        name: a stable word, such as ``lost``, ``restored``, ``checked`` or ``throttled``.
        title: what happened, for people.
        detail: one sentence, or empty.
        code: Microsoft's code, or empty.
        request_id: Microsoft's id of the exchange, for support; or empty.
        who: the admin who did it; empty where nobody did.
        tone: good or bad news.
    """

    at: datetime
    name: str
    title: str
    detail: str = ""
    code: str = ""
    request_id: str = ""
    who: str = ""
    tone: Tone = Tone.NEUTRAL


TITLES = {
    "checked": (_("Checked"), Tone.NEUTRAL),
    "renewed": (_("Sign-in renewed"), Tone.GOOD),
    "consent_changed": (_("Permissions changed"), Tone.NEUTRAL),
    "still_lost": (_("Tried again, still lost"), Tone.BAD),
    "rerouted": (_("Mail took another route"), Tone.NEUTRAL),
    "probe_mail": (_("Test message to the account itself"), Tone.NEUTRAL),
}

ACTS = {
    "connection.saved": _("Settings saved"),
    "connection.switched_on": _("Switched on"),
    "connection.switched_off": _("Switched off"),
    "connection.disconnected": _("Disconnected"),
    "connection.route_changed": _("Another route for mail chosen"),
    "connection.checked": _("Checked by an admin"),
}


def history_of(
    account: Account, *, limit: int, catalog: Catalog | None = None
) -> tuple[HistoryRow, ...]:
    """Return an account's history, newest first.

    Args:
        account: whose.
        limit: most rows.
        catalog: whose admins read it: what admins of other catalogs did is left out. None for all.
    """
    found = [
        *_incidents(account, limit),
        *_events(account, limit),
        *_throttled(account, limit),
        *_acts(account, limit, catalog),
    ]
    found.sort(key=lambda row: row.at, reverse=True)
    return tuple(found[:limit])


def _incidents(account: Account, limit: int) -> list[HistoryRow]:
    """Return losses and recoveries."""
    found: list[HistoryRow] = []
    for incident in rows.incidents(account, limit):
        facts = (incident.explanation, incident.code, incident.request_id)
        found.append(
            HistoryRow(incident.opened_at, "lost", _("Connection lost"), *facts, tone=Tone.BAD)
        )
        if incident.closed_at is not None:
            found.append(
                HistoryRow(incident.closed_at, "restored", _("Connection restored"), tone=Tone.GOOD)
            )
    return found


def _events(account: Account, limit: int) -> list[HistoryRow]:
    """Return checks, renewals and changes of permissions."""
    found: list[HistoryRow] = []
    for event in rows.events(account, limit):
        title, tone = TITLES.get(event.name, (event.name, Tone.NEUTRAL))
        found.append(
            HistoryRow(
                event.at, event.name, title, event.detail, event.code, event.request_id, tone=tone
            )
        )
    return found


def _throttled(account: Account, limit: int) -> list[HistoryRow]:
    """Return when Microsoft slowed the account down; one row for an hour and code."""
    found: dict[tuple[datetime, str], HistoryRow] = {}
    for envelope in rows.throttled(account, limit):
        hour = envelope.started_at.replace(minute=0, second=0, microsecond=0)
        found.setdefault(
            (hour, envelope.code),
            HistoryRow(
                envelope.started_at,
                "throttled",
                _("Slowed down by Microsoft"),
                envelope.explanation,
                envelope.code,
                envelope.request_id,
            ),
        )
    return list(found.values())


def _acts(account: Account, limit: int, catalog: Catalog | None) -> list[HistoryRow]:
    """Return what admins did with the connection."""
    return [
        HistoryRow(
            entry.at,
            entry.action,
            ACTS[entry.action],
            entry.catalog.title if entry.catalog else "",
            who=entry.actor_name,
        )
        for entry in rows.acts(account, tuple(ACTS), limit, catalog)
    ]
