"""What the panel says about others: administrators, owners, other catalogs, and mail held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from classbell import bootstrap
from classbell.domain.connections.alert_routes import alert_warning
from classbell.domain.connections.approval import ApprovalRequest, open_approval
from classbell.domain.connections.change import ChangePlan, change_plan
from classbell.domain.connections.consent import Consent, ConsentKind, consent_state
from classbell.domain.connections.held_mail import HeldSummary, held_summary
from classbell.domain.connections.invite import Invitation, open_invitations
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.scopes import ADDITIONAL, PURPOSES, has
from classbell.domain.connections.sharing import (
    catalogs_to_offer,
    may_offer,
    offers_of,
    offers_to,
)
from classbell.domain.organisations.access import Access
from classbell.storage.models import Account, Catalog, PendingConnection, SharingOffer
from classbell.web.admin_center.approval_words import approval_badge, approval_note
from classbell.web.admin_center.words import Badge


@dataclass(frozen=True, slots=True)
class ShownApproval:
    """A request for approval, with its badge and what comes next."""

    request: ApprovalRequest
    badge: Badge
    note: str


@dataclass(frozen=True, slots=True)
class Others:
    """What other people have to do, or have offered.

    Attributes:
        approval: the open request to an administrator.
        invitations: the open invitations to an account's owner.
        offers: accounts that are offered to this catalog, each with what would change hands; None
            where nothing would.
        offered: open offers of this catalog's account.
        offer_to: catalogs that the account could be offered to, as options of a select.
        extras: permissions that only come by their own approval: name, purpose, granted.
        consent: how the connected account's consent stands; None without account.
        consent_text: for whom consent was given, in words.
        change: what a change of account would move; None where nothing changes hands.
        held: mail that an admin has to decide on.
        alert_warning: why admins could not be told of a loss; empty while they can.
    """

    approval: ShownApproval | None
    invitations: Sequence[Invitation]
    offers: Sequence[tuple[SharingOffer, ChangePlan | None]]
    offered: Sequence[SharingOffer]
    offer_to: Sequence[tuple[str, str]]
    extras: Sequence[tuple[str, str, bool]]
    consent: Consent | None
    consent_text: str
    change: ChangePlan | None
    held: HeldSummary
    alert_warning: str

    @property
    def is_under_way(self) -> bool:
        """Whether somebody else has been asked for something that is still to come."""
        return self.approval is not None or bool(self.invitations)


def others_of(
    access: Access,
    catalog: Catalog,
    *,
    account: Account | None,
    pending: PendingConnection | None,
) -> Others:
    """Read what others have to do for a catalog.

    Args:
        access: who looks.
        catalog: whose panel.
        account: the connected account.
        pending: the account that waits for Save.
    """
    ports = bootstrap.ports()
    asked = open_approval(ports, catalog)
    consents = account is not None and kind_of(account).signs_in
    state = consent_state(account) if account and consents else None
    sharable = account is not None and may_offer(access, account)
    return Others(
        approval=_shown(asked) if asked else None,
        invitations=open_invitations(ports, catalog),
        offers=[(one, change_plan(ports, catalog, one.account)) for one in offers_to(catalog)],
        offered=offers_of(account) if account else (),
        offer_to=_choices(account) if account and sharable else (),
        extras=_extras(account) if account and consents else (),
        consent=state,
        consent_text=_consent_text(state),
        change=change_plan(ports, catalog, pending) if pending else None,
        held=held_summary(ports, catalog),
        alert_warning=alert_warning(ports, catalog.organisation),
    )


def _shown(request: ApprovalRequest) -> ShownApproval:
    return ShownApproval(request, approval_badge(request.approval), approval_note(request.approval))


def _choices(account: Account) -> list[tuple[str, str]]:
    """Return the catalogs that an account could be offered to."""
    return [(one.slug, one.title) for one in catalogs_to_offer(account)]


def _extras(account: Account) -> list[tuple[str, str, bool]]:
    """Return the permissions that come later, each by its own approval."""
    return [(scope, PURPOSES[scope], has(account.granted_scopes, scope)) for scope in ADDITIONAL]


def _consent_text(state: Consent | None) -> str:
    """Return for whom consent was given, as far as it is known."""
    if state is None:
        return ""
    return {
        ConsentKind.ACCOUNT_ONLY: _("This account only"),
        ConsentKind.ORGANISATION: _("The whole organisation"),
        ConsentKind.NOT_KNOWN: _("Not known"),
    }[state.kind]
