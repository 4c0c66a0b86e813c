"""What helps and who can do it, in the words that admins read; and a loss told with both."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from classbell.domain.connections.remedies import Remedy, asks_for_approval, remedy_for
from classbell.ports.errors import Audience, VerdictKind
from classbell.storage.queries.pages_shell import ConnectionStatus
from classbell.web.translated import translated

SOMEBODY_ELSE = (Audience.ACCOUNT_OWNER, Audience.TENANT_ADMIN)


@dataclass(frozen=True, slots=True)
class Loss:
    """A lost connection.

    Attributes:
        address: of the account.
        cause: one sentence; empty where none is known.
        waiting: messages of the catalog that wait for it.
        mail_goes_on: whether its mail goes through Azure Communication Services meanwhile.
        helps: what helps, and who can do it.
        by_consent: whether the account has to consent; else it signs in again, or somebody mends
            the cause elsewhere.
        mended_here: whether a button of ours mends it.
        for_want_of_approval: whether an administrator's approval would mend it.
    """

    address: str
    cause: str
    waiting: int
    helps: str
    by_consent: bool
    mended_here: bool
    for_want_of_approval: bool
    mail_goes_on: bool


def loss_of(status: ConnectionStatus) -> Loss | None:
    """Describe the loss that a catalog suffers; None where it suffers none."""
    if not status.is_lost or status.account is None:
        return None
    incident = status.incident
    verdict, code = (incident.verdict, incident.code) if incident else (VerdictKind.RETRY, "")
    return Loss(
        address=status.account.address,
        cause=translated(incident.explanation) if incident else "",
        waiting=status.waiting,
        helps=helps(remedy_for(verdict, code)) if incident else "",
        by_consent=verdict == VerdictKind.CONSENT_NEEDED,
        mended_here=verdict in {VerdictKind.SIGN_IN_AGAIN, VerdictKind.CONSENT_NEEDED},
        for_want_of_approval=asks_for_approval(verdict, code),
        mail_goes_on=status.mails_by_provider,
    )


def helps(remedy: Remedy) -> str:
    """Return what helps, and who can do it where that is somebody else than the reader."""
    if remedy.who not in SOMEBODY_ELSE:
        return translated(remedy.text)
    return _("%(remedy)s Who can do it: %(who)s.") % {
        "remedy": translated(remedy.text),
        "who": who_text(remedy.who),
    }


def who_text(audience: Audience) -> str:
    """Return who can carry out a remedy, as readers know them; empty where it is the reader."""
    return {
        Audience.CATALOG_ADMIN: "",  # The remedy itself says so.
        Audience.ACCOUNT_OWNER: _("Whoever owns the account that was used"),
        Audience.TENANT_ADMIN: _("Your Microsoft 365 administrator"),
        Audience.OPERATOR: _("Whoever runs this installation of Classbell"),
        Audience.NOBODY: _("Nobody needs to: it mends itself"),
    }[audience]
