"""How a request for an administrator's approval stands, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classbell.domain.connections.approval import ApprovalOutcome, ApprovalResult
from classbell.storage.models import Approval, ApprovalState
from classbell.web.admin_center.words import Badge
from classbell.web.translated import translated


def approval_badge(approval: Approval) -> Badge:
    """Return in a word how a request stands."""
    return {
        ApprovalState.OPEN: ("info", _("Waiting for approval")),
        ApprovalState.RETURNED: ("warning", _("Approved, not seen yet")),
        ApprovalState.REFUSED: ("danger", _("Refused")),
        ApprovalState.PROVEN: ("success", _("Approved")),
        ApprovalState.WITHDRAWN: ("", _("Withdrawn")),
    }[ApprovalState(approval.state)]


def approval_note(approval: Approval) -> str:
    """Return one sentence about what comes next."""
    return {
        ApprovalState.OPEN: _(
            "Forward the text to a Microsoft 365 administrator. The link in it works for 14 days."
        ),
        ApprovalState.RETURNED: _(
            "Microsoft said yes. The next sign-in with the account will show it: select Connect."
        ),
        ApprovalState.REFUSED: translated(approval.explanation)
        or _("The administrator did not approve."),
        ApprovalState.PROVEN: _("The account has the permissions."),
    }.get(ApprovalState(approval.state), "")


def outcome_message(outcome: ApprovalOutcome) -> tuple[str, str, str]:
    """Return kind, title and text of the page for whoever comes back from Microsoft."""
    kind, title, text = {
        ApprovalResult.PROVEN: (
            "success",
            _("Thank you: it is approved."),
            _("The connected account has the permissions. You can close this page."),
        ),
        ApprovalResult.RETURNED: (
            "success",
            _("Thank you. Microsoft reports your approval."),
            _("The next sign-in with the account will show it. You can close this page."),
        ),
        ApprovalResult.NOT_YET: (
            "warning",
            _("Microsoft reports your approval, but it does not show yet."),
            _("It can take some minutes. Nothing else is needed from you now."),
        ),
        ApprovalResult.REFUSED: (
            "warning",
            _("Nothing was approved."),
            _("The link can be opened again if that was not what you wanted."),
        ),
        ApprovalResult.OTHER_ORGANISATION: (
            "error",
            _("That was another organisation."),
            _("Open the link again, and sign in as an administrator of the organisation below."),
        ),
        ApprovalResult.OPEN: (
            "info",
            _("This request waits for an administrator."),
            _("Nobody has come back from Microsoft’s page yet."),
        ),
        ApprovalResult.OVER: (
            "error",
            _("This link does not work any more."),
            _("Ask whoever sent it to you for a new one: a link works for 14 days."),
        ),
    }[outcome.result]
    return kind, title, " ".join(filter(None, (translated(outcome.explanation), text)))
