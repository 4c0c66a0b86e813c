"""What an account can do, line by line, in the words that admins read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from classbell.domain.connections.capability import BY_THE_WAY, meaning
from classbell.ports.errors import Audience
from classbell.storage.models import CapabilityCheck
from classbell.web.remedy_words import SOMEBODY_ELSE, who_text
from classbell.web.translated import translated

CapabilityRow = tuple[str, str, str, str, str]
"""Icon, label, note (evidence, meaning, remedy and who), kind of badge, text of badge."""


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
    shown = (line for line in lines if not (paused and line["capability"] in BY_THE_WAY))
    return [_row(line, paused=paused) for line in shown]


def _row(line: Mapping[str, str], *, paused: bool) -> CapabilityRow:
    """Return one line of the card."""
    icon, label = {
        "permissions": ("shield_checkmark", _("Permissions")),
        "mailbox": ("person", _("Kind of mailbox")),
        "mail": ("mail", _("Email notifications")),
        "calendar": ("calendar", _("Invitations and calendar")),
        "teams": ("video", _("Teams meetings")),
        "rooms": ("door", _("Room booking")),
        "scope": ("shield_checkmark", _("Confined to its mailboxes")),
        "shared_calendar": ("calendar", _("Organization calendar")),
        "meeting_options": ("video", _("Co-organisers and lobby")),
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
    return icon, label, _note(line), kind, text


def _note(line: Mapping[str, str]) -> str:
    """Return what was seen, what it means, what to do and who can do it."""
    meant = meaning(line["capability"], line["state"])
    said = map(translated, (line.get("evidence", ""), meant, line.get("remedy", "")))
    parts = (*said, _who(line.get("who", "")))
    return " ".join(part for part in parts if part)


def _who(audience: str) -> str:
    """Return who can do it, as a sentence; nothing where that is the reader or nobody."""
    if audience not in SOMEBODY_ELSE:
        return ""
    return _("Who can do it: %(who)s.") % {"who": who_text(Audience(audience))}
