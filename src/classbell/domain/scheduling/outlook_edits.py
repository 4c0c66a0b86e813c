"""What somebody did to an event in Outlook that may be meant, and so waits for a decision.

A changed title, place, text or list of attendees is repaired: nobody runs a course in Outlook. An
event that was moved, or deleted, is something else. Somebody with the account's calendar in front
of them may have meant that the session moves or does not take place, and everybody on the event
has been told so by Outlook already; writing our own times back would tell them the opposite. So
nothing is written to the calendar until an admin decides (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classbell.domain.scheduling.applied import Applied
from classbell.domain.scheduling.entry_problems import Problem
from classbell.domain.scheduling.repairs import Repairs
from classbell.ports.calendar import DesiredEntry, EntrySnapshot
from classbell.ports.words import marked as _

MOVED_IN_OUTLOOK = "moved_in_outlook"
DELETED_IN_OUTLOOK = "deleted_in_outlook"
REWRITTEN_IN_OUTLOOK = "rewritten_in_outlook"

NAMES = {
    "subject": _("title"),
    "place": _("place"),
    "text": _("text"),
    "attendees": _("list of attendees"),
}
"""What admins call the fields that may be rewritten."""

REWRITTEN = {
    "subject": "The title is another.",
    "place": "The place is another.",
    "text": "The text is another.",
    "attendees": "The list of attendees is another.",
}
"""What is said of each of them."""


class EditKind(StrEnum):
    """What was done to the event."""

    MOVED = "moved"
    DELETED = "deleted"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class OutlookEdit:
    """One thing done in Outlook that waits for a decision.

    Attributes:
        noticed_at: business time.
        starts_at, ends_at: where the event was moved to, aware UTC; None where it was not.
        fields: what is changed in Outlook again and again.
    """

    kind: EditKind
    noticed_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    fields: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What tells this edit from another one of the same entry."""
        if self.fields:
            return " ".join((self.kind.value, *self.fields))
        if self.starts_at is None or self.ends_at is None:
            return self.kind.value
        return f"{self.kind.value} {self.starts_at.isoformat()} {self.ends_at.isoformat()}"

    def stored(self) -> dict[str, object]:
        """Return what ``Entry.edited`` holds."""
        moments = {
            "noticed_at": self.noticed_at,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }
        given = {name: one.isoformat() for name, one in moments.items() if one is not None}
        fields = {"fields": list(self.fields)} if self.fields else {}
        return {"kind": self.kind.value, **given, **fields}

    @property
    def problem(self) -> Problem:
        """Say what happened and what to do, for lists, commands and logs."""
        if self.kind is EditKind.DELETED:
            return Problem(
                DELETED_IN_OUTLOOK,
                "Somebody deleted or cancelled this event in Outlook. A catalog admin decides on "
                "the session's page: cancel the session, or put the event back.",
            )
        if self.kind is EditKind.REWRITTEN:
            what = " ".join(REWRITTEN[name] for name in self.fields if name in REWRITTEN)
            return Problem(
                REWRITTEN_IN_OUTLOOK,
                f"Somebody or an add-in changes this event in Outlook again and again. {what} "
                "It is left so, for every repair mails everybody on the event. "
                "A catalog admin decides on the session's page: leave it, or put it back.",
            )
        return Problem(
            MOVED_IN_OUTLOOK,
            "Somebody moved this event to another time in Outlook. A catalog admin decides on the "
            "session's page: keep the new time, or put the event back.",
        )


def outlook_edit(stored: Mapping[str, object]) -> OutlookEdit | None:
    """Read what ``Entry.edited`` holds; None where nothing waits."""
    if not stored:
        return None
    moments = {
        name: datetime.fromisoformat(str(stored[name]))
        for name in ("noticed_at", "starts_at", "ends_at")
        if name in stored
    }
    return OutlookEdit(
        EditKind(str(stored["kind"])),
        moments["noticed_at"],
        moments.get("starts_at"),
        moments.get("ends_at"),
        tuple(map(str, fields)) if isinstance(fields := stored.get("fields"), list) else (),
    )


def noticed(
    wanted: DesiredEntry,
    current: EntrySnapshot | None,
    applied: Applied,
    now: datetime,
) -> OutlookEdit | None:
    """Return what was done in Outlook and nobody has decided about.

    Whoever has changed the times in Classbell since the last write has decided.

    Args:
        wanted: our wish.
        current: the event as it is; None where it is gone.
        applied: the memory of the last write.
        now: business time.
    """
    if not applied.seen or applied.wish.get("times") != _times(wanted):
        return None
    if current is None:
        return OutlookEdit(EditKind.DELETED, now)
    if _times(current) in (applied.seen.get("times"), _times(wanted)):
        return None
    return OutlookEdit(EditKind.MOVED, now, current.starts_at, current.ends_at)


def rewritten(repairs: Repairs, before: Mapping[str, object], now: datetime) -> OutlookEdit | None:
    """Return what is left as it is in Outlook and waits for a decision; None where nothing is.

    Args:
        repairs: the event's repairs.
        before: what waited before, as stored.
        now: business time.
    """
    if not repairs.left:
        return None
    edit = OutlookEdit(EditKind.REWRITTEN, now, fields=repairs.left)
    known = outlook_edit(before)
    return known if known is not None and known.mark == edit.mark else edit


def decided(applied: Mapping[str, object]) -> dict[str, object]:
    """Return the memory of the last write from which our times are written anew."""
    memory = Applied.read(applied)
    wish = {name: value for name, value in memory.wish.items() if name != "times"}
    return Applied(wish, memory.seen, memory.repairs).stored()


def taken(applied: Mapping[str, object], edit: OutlookEdit) -> dict[str, object]:
    """Return the memory of the last write as if we had moved the event to where it is.

    So nothing is written for it, of which Outlook would tell everybody once more, and another move
    is noticed again.
    """
    if edit.starts_at is None or edit.ends_at is None:
        return dict(applied)
    memory = Applied.read(applied)
    times = {"times": [edit.starts_at.isoformat(), edit.ends_at.isoformat()]}
    return Applied({**memory.wish, **times}, {**memory.seen, **times}, memory.repairs).stored()


def was_decided(applied: Applied) -> bool:
    """Tell whether somebody decided to put the event back, and that was not done yet."""
    return bool(applied.wish) and "times" not in applied.wish


def _times(one: DesiredEntry | EntrySnapshot) -> list[str]:
    """Return the times as ``Applied`` keeps them."""
    return [one.starts_at.isoformat(), one.ends_at.isoformat()]
