"""What an account can do, line by line, in the words that admins read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from classbell.storage.models import CapabilityCheck

CapabilityRow = tuple[str, str, str, str, str]
"""Icon, label, note, kind of badge, text of badge."""


def kept_lines(checks: Iterable[CapabilityCheck]) -> list[Mapping[str, str]]:
    """Return the kept answers in the form in which a sign-in brings fresh ones."""
    return [
        {
            "capability": check.capability,
            "state": check.state,
            "evidence": check.evidence,
            "remedy": check.remedy,
            "who": check.who,
        }
        for check in checks
    ]


def capability_rows(
    lines: Iterable[Mapping[str, str]], *, paused: bool = False
) -> list[CapabilityRow]:
    """Return the lines of the capability card.

    Args:
        lines: the answers, as ``kept_lines`` returns them.
        paused: whether nothing can be done at the moment, whatever the answers were.
    """
    return [_row(line, paused=paused) for line in lines]


def _row(line: Mapping[str, str], *, paused: bool) -> CapabilityRow:
    """Return one line of the card: ready lines are short, the others say what to do."""
    icon, label = {
        "permissions": ("shield_checkmark", _("Permissions")),
        "mail": ("mail", _("Email notifications")),
        "calendar": ("calendar", _("Invitations and calendar")),
        "teams": ("video", _("Teams meetings")),
        "rooms": ("door", _("Room booking")),
    }.get(line["capability"], ("info", line["capability"].replace("_", " ").capitalize()))
    if paused:
        return icon, label, "", "danger", _("Paused")
    kind, text = {
        "ready": ("success", _("Ready")),
        "needs_consent": ("warning", _("Needs consent")),
        "needs_admin": ("warning", _("Needs an administrator")),
        "needs_licence": ("warning", _("Needs a licence")),
        "blocked": ("danger", _("Blocked")),
    }.get(line["state"], ("", _("Not checked")))
    note = " ".join(part for part in (line.get("evidence", ""), line.get("remedy", "")) if part)
    return icon, label, "" if line["state"] == "ready" else note, kind, text
