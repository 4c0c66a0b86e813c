"""Asking a Microsoft 365 administrator to approve permissions, and believing it when it shows."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from classbell.domain.connections.approval_proof import look, state_hash
from classbell.domain.connections.approval_return import (
    ApprovalOutcome,
    ApprovalResult,
    approval_outcome,
    approval_returned,
    is_approval_answer,
)
from classbell.domain.connections.approval_text import NO_ACCOUNT, approval_text
from classbell.domain.connections.remedies import asks_for_approval
from classbell.domain.connections.scopes import ADDITIONAL, FULL, lacking, needed
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import checked_address
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.errors import ApprovalNeeded, ClassbellError, InvalidInput
from classbell.storage.models import (
    Account,
    AccountState,
    Approval,
    ApprovalState,
    Catalog,
    Person,
)
from classbell.storage.queries.agreements import approval_open_for
from classbell.storage.queries.connections import connection_of, open_incident

__all__ = [
    "ApprovalOutcome",
    "ApprovalRequest",
    "ApprovalResult",
    "approval_outcome",
    "approval_returned",
    "ask_for_approval",
    "check_approval",
    "is_approval_answer",
    "needs_an_administrator",
    "open_approval",
    "withdraw_approval",
]

LIFETIME = timedelta(days=14)
"""How long a link that was forwarded is recognised when somebody comes back by it."""

KNOWN = FULL | frozenset(ADDITIONAL)

STATE_EXPIRED = "state_expired"


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A request as it is shown: everything to forward to an administrator.

    Attributes:
        approval: the stored request: state, opened_at, asked_by, scopes, account_address.
        text: the whole text to forward, plain, both routes in it, the lesser first.
        url: Microsoft's page for the organisation-wide consent.
        graph_powershell: the command that grants the permissions to the one account.
    """

    approval: Approval
    text: str = field(repr=False)
    url: str = field(repr=False)
    graph_powershell: str


def ask_for_approval(
    ports: Ports,
    *,
    catalog: Catalog,
    actor: Actor,
    person: Person | None = None,
    scopes: frozenset[str] | None = None,
    account_address: str = "",
) -> ApprovalRequest:
    """Open the request for a catalog, or return the one that is open and asks for the same.

    This is how the state «needs an administrator» is entered: Microsoft's page «Need admin
    approval» usually sends nobody back. The link may be forwarded to anybody for 14 days; it is
    bound to no browser and confers nothing by itself.

    Args:
        ports: the outside world.
        catalog: for which.
        actor: who asks.
        person: whom the text names as the one who asks; the actor's person where it is None.
        scopes: the permissions; where None, those the connected account lacks of what it needs,
            or of ``FULL``; all it needs where it is lost for want of them; ``FULL`` for a catalog
            without account. See ``scopes.ADDITIONAL`` for the others.
        account_address: the account that shall work for the catalog, for the lesser of the two
            routes; the connected account's where it is empty.

    Raises:
        InvalidInput: a permission that Classbell has no use for, an unusable address, or nothing
            is lacking.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    account = connection_of(catalog).account
    wanted = _wanted(account, scopes)
    address = account_address.strip() or (account.address if account else "")
    address = checked_address(address) if address else ""
    with transaction.atomic():
        # The catalog's row makes two admins who ask at once wait for one another.
        Catalog.objects.select_for_update().get(pk=catalog.pk)
        there = approval_open_for(catalog)
        if there is not None and _serves(ports, there, wanted, address):
            return shown(ports, there)
        if there is not None:
            _close(ports, there, actor)
        approval = _open(ports, catalog, person or actor.person, wanted, address)
        _tell(ports, approval, "approval.asked", actor)
    return shown(ports, approval)


def open_approval(ports: Ports, catalog: Catalog) -> ApprovalRequest | None:
    """Return the catalog's open request with its texts, or None where there is none (any more)."""
    approval = approval_open_for(catalog)
    if approval is None or approval.expires_at <= ports.clock.now():
        return None
    return shown(ports, approval)


def withdraw_approval(ports: Ports, *, catalog: Catalog, actor: Actor) -> bool:
    """Close the catalog's open request; a link forwarded before then changes nothing here.

    Returns:
        Whether there was one.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    with transaction.atomic():
        approval = approval_open_for(catalog)
        return approval is not None and _close(ports, approval, actor)


def check_approval(ports: Ports, *, catalog: Catalog, actor: Actor) -> ApprovalRequest | None:
    """Look now whether the connected account has what was asked for. Uses the network.

    Returns:
        The request, proven or still open; None where none is open.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
        ProviderFailure: Microsoft cannot be reached, or wants a new sign-in.
    """
    require_actor_administers(actor, catalog)
    approval = approval_open_for(catalog)
    if approval is None:
        return None
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="approval.checked",
        subject=f"approval:{approval.pk}",
    )
    look(ports, approval, patient=False)
    approval.refresh_from_db()
    return shown(ports, approval)


def needs_an_administrator(error: ClassbellError) -> bool:
    """Say whether a sign-in that failed should lead to the explanation of «needs an administrator».

    So do Microsoft's own words for it, and a sign-in that took longer than its time: whoever sees
    «Need admin approval» is not sent back, and comes back late or not at all.
    """
    return isinstance(error, ApprovalNeeded) or error.code == STATE_EXPIRED


def shown(ports: Ports, approval: Approval) -> ApprovalRequest:
    """Return a stored request with everything to forward."""
    catalog, scopes = approval.catalog, frozenset(approval.scopes)
    sealed = bytes(approval.sealed_state)
    state = ports.cipher.open(sealed, bound_to=_place(approval.pk)).decode()
    tenant_id = catalog.organisation.tenant_id
    url = ports.identity.admin_consent_url(
        tenant_id=tenant_id,
        scopes=scopes,
        redirect_uri=f"{ports.base_url}/connect/callback",
        state=state,
    )
    commands = ports.identity.single_account_grant(
        tenant_id=tenant_id,
        account_address=approval.account_address or NO_ACCOUNT,
        scopes=scopes,
    )
    text = approval_text(
        catalog=catalog,
        asked_by=approval.asked_by.name if approval.asked_by else "An admin of Classbell",
        base_url=ports.base_url,
        account_address=approval.account_address,
        scopes=scopes,
        commands=commands,
        url=url,
    )
    return ApprovalRequest(approval, text, url, commands)


def _wanted(account: Account | None, scopes: frozenset[str] | None) -> frozenset[str]:
    """Return the permissions to ask for."""
    if scopes is not None and (not scopes or lacking(KNOWN, scopes)):
        names = ", ".join(sorted(lacking(KNOWN, scopes))) or "nothing"
        raise InvalidInput(f"Classbell has no use for {names}.", field="scopes")
    if scopes is not None:
        return scopes
    if account is None or account.state == AccountState.DISCONNECTED:
        return FULL
    granted, chosen = account.granted_scopes, needed(account.asked_scopes or account.granted_scopes)
    incident = open_incident(account)
    if incident is not None and asks_for_approval(incident.verdict, incident.code):
        # Microsoft does not say which of them were withdrawn.
        return chosen
    wanted = lacking(granted, chosen) or lacking(granted, FULL)
    if not wanted:
        raise InvalidInput(
            f"{account.address} has every permission that is needed.",
            field="scopes",
            remedy="There is nothing to approve.",
        )
    return wanted


def _serves(ports: Ports, approval: Approval, wanted: frozenset[str], address: str) -> bool:
    """Say whether an open request asks for just this, and for some time still."""
    same = frozenset(approval.scopes) == wanted and approval.account_address == address
    return same and approval.expires_at > ports.clock.now()


def _open(
    ports: Ports, catalog: Catalog, person: Person | None, wanted: frozenset[str], address: str
) -> Approval:
    now, state, approval_id = ports.clock.now(), secrets.token_urlsafe(32), uuid.uuid4()
    return Approval.objects.create(
        id=approval_id,
        catalog=catalog,
        asked_by=person,
        account_address=address,
        scopes=sorted(wanted),
        state_hash=state_hash(ports, state),
        sealed_state=ports.cipher.seal(state.encode(), bound_to=_place(approval_id)),
        opened_at=now,
        expires_at=now + LIFETIME,
    )


def _close(ports: Ports, approval: Approval, actor: Actor) -> bool:
    """Withdraw a request, if it is open still."""
    rows = Approval.objects.filter(pk=approval.pk, closed_at=None)
    if not rows.update(state=ApprovalState.WITHDRAWN, closed_at=ports.clock.now()):
        return False
    _tell(ports, approval, "approval.withdrawn", actor)
    return True


def _tell(ports: Ports, approval: Approval, action: str, actor: Actor) -> None:
    """Write record and event of an admin's act."""
    catalog = approval.catalog
    facts = {"permissions": list(approval.scopes), "account": approval.account_address}
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"approval:{approval.pk}",
        after=facts,
    )
    emit(
        ports,
        catalog=catalog,
        name=action,
        payload={"catalog": catalog.slug, "approval": str(approval.pk), **facts},
    )


def _place(approval_id: uuid.UUID) -> str:
    """Return the words that bind a state to its row."""
    return f"approval.state:{approval_id}"
