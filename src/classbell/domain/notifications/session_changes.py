"""What has changed about a session since people were told of it, one line for each thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from classbell.domain.notifications.moments import span
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import place_in_words, session_of
from classbell.domain.notifications.words import word
from classbell.ports.words import marked as _
from classbell.storage.models import Notification

CHANGES: Mapping[str, str] = {
    "CHANGES": _(
        "what has changed, one line for each thing with what it was before; empty where that is "
        "not known"
    ),
}
"""The variable of kinds that tell of a change."""

Facts = Mapping[str, str]
"""What people are told of a session; every name of ``told_facts`` in ``domain.scheduling.mailed``.
"""


def with_changes(context: Mapping[str, str], before: Facts, now: Facts) -> dict[str, str]:
    """Return a notification's context together with what was told before and what is told now."""
    if not before:
        return dict(context)
    return {**context, "before": json.dumps(dict(before)), "now": json.dumps(dict(now))}


def changes_value(notification: Notification, reader: Reader) -> dict[str, str]:
    """Fill ``CHANGES`` for the readers of a language."""
    context = notification.context
    if "before" not in context:
        return {"CHANGES": ""}
    zone = ZoneInfo(session_of(notification).time_zone)
    before, now = json.loads(context["before"]), json.loads(context["now"])
    return {"CHANGES": "\n".join(_lines(before, now, zone, reader.language))}


def change_line(what: str, old: str, new: str, language: str) -> str:
    """Write one change.

    Args:
        what: name of a word, such as ``place``.
        old: in words; where it is empty, only the new one is said.
        new: in words.
        language: the reader's tag.
    """
    values = {"WHAT": word(what, language), "NEW": new, "OLD": old}
    return word("was" if old else "now", language, **values)


def _lines(before: Facts, now: Facts, zone: ZoneInfo, language: str) -> list[str]:
    """Return one line for each thing that differs."""

    def place(facts: Facts) -> str:
        return place_in_words(
            facts["place"], language, teams=bool(facts["teams"]), online=bool(facts["link"])
        )

    def time(facts: Facts) -> str:
        starts, ends = (datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
        return span(starts, ends, zone, language)

    ways: dict[str, Callable[[Facts], str]] = {"title": _title, "time": time, "place": place}
    found = [
        change_line(what, said(before), said(now), language)
        for what, said in ways.items()
        if said(before) != said(now)
    ]
    if before["link"] != now["link"]:
        # The former link would only be pressed by mistake.
        found.append(change_line("link", "", now["link"] or word("no_link", language), language))
    return found


def _title(facts: Facts) -> str:
    """Return course and session title, the session's alone where they are the same."""
    course, title = facts["course_title"], facts["title"]
    return title if title.casefold() == course.casefold() else f"{course}: {title}"
