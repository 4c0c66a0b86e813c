"""What proves an approval: an account that really was given the permissions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from classbell.domain.connections.capabilities import keep_card
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.recovery import works_again
from classbell.domain.connections.scopes import CALENDARS, has, lacking
from classbell.domain.connections.sightings import note_approved
from classbell.domain.connections.tokens import mailbox_for, widen
from classbell.domain.organisations.audit import CLASSBELL, record
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.request import request_all
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import Account, AccountState, Approval, ApprovalState, Catalog
from classbell.storage.queries.agreements import approvals_to_prove, came_back
from classbell.storage.queries.connections import (
    catalogs_served,
    connection_of,
    open_incident,
)

PAUSE = timedelta(seconds=30)
"""How long the next look waits: a link anybody may open must not become many token requests."""

NOT_GRANTED = (VerdictKind.CONSENT_NEEDED, VerdictKind.ADMIN_NEEDED)


def state_hash(ports: Ports, state: str) -> str:
    """Return the keyed hash by which a request is found from its state parameter."""
    return keyed_hash(ports.secret_key, "approval.state", state)


def prove(
    ports: Ports, catalogs: Iterable[Catalog], granted: frozenset[str], *, shown_by: str
) -> int:
    """Close the catalogs' requests that these permissions fulfil, in the caller's transaction.

    Args:
        ports: the outside world.
        catalogs: for which the permissions were granted.
        granted: what Microsoft granted.
        shown_by: address of the account that shows it.

    Returns:
        How many requests were proven.
    """
    now, proven = ports.clock.now(), 0
    for approval in approvals_to_prove(catalogs, granted):
        rows = Approval.objects.filter(pk=approval.pk, closed_at=None)
        if not rows.update(state=ApprovalState.PROVEN, closed_at=now, code="", explanation=""):
            continue
        proven += 1
        if came_back(approval):
            note_approved(approval.catalog.organisation, frozenset(approval.scopes), now)
        tell(ports, approval, "approval.proven", {"shown by": shown_by})
    return proven


def look(ports: Ports, approval: Approval, *, patient: bool) -> None:
    """Ask Microsoft whether the catalog's account has what was asked for. Uses the network.

    A lost account is tried first: the approval may be what brings it back.

    Args:
        ports: the outside world.
        approval: an open request; it is proven by this or stays as it is.
        patient: whether a look of a moment ago serves.

    Raises:
        ProviderFailure: Microsoft cannot be reached, or the account needs a new sign-in.
    """
    account = connection_of(approval.catalog).account
    if account is None or account.state == AccountState.DISCONNECTED:
        return
    now, wanted = ports.clock.now(), frozenset(approval.scopes)
    rows = Approval.objects.filter(pk=approval.pk)
    if patient:
        rows = rows.exclude(probed_at__gt=now - PAUSE)
    if not rows.update(probed_at=now):
        return
    if account.state == AccountState.LOST and works_again(ports, account, open_incident(account)):
        return
    try:
        granted = widen(ports, account.pk, wanted)
    except ProviderFailure as failure:
        if failure.verdict.kind in NOT_GRANTED:
            return
        raise
    _take_up(ports, account, granted, wanted)


def _take_up(
    ports: Ports, account: Account, granted: frozenset[str], wanted: frozenset[str]
) -> None:
    """Let the account use what it was given now, and look again at what it can do."""
    had_calendar = has(account.granted_scopes, CALENDARS)
    served = list(catalogs_served(account))
    with transaction.atomic():
        row = Account.objects.select_for_update().get(pk=account.pk)
        row.asked_scopes = sorted({*row.asked_scopes, *(wanted - lacking(granted, wanted))})
        row.withheld_scopes = sorted(lacking(granted, row.withheld_scopes))
        row.save(update_fields=["asked_scopes", "withheld_scopes"])
        prove(ports, served, granted, shown_by=account.address)
        if has(granted, CALENDARS) and not had_calendar:
            for catalog in served:
                request_all(ports, catalog)
    _check_again(ports, account)


def _check_again(ports: Ports, account: Account) -> None:
    """Renew the capability card; where Microsoft does not answer, the daily check does it."""
    try:
        mailbox = mailbox_for(ports, account.pk)
        account.refresh_from_db()
        card = kind_of(account).card(ports, account, mailbox)
    except ProviderFailure:
        # The approval is proven by the token alone; an old card is no reason to deny that.
        return
    with transaction.atomic():
        keep_card(account, card, ports.clock.now())


def tell(ports: Ports, approval: Approval, action: str, facts: dict[str, object]) -> None:
    """Write record and event of what Classbell observed about a request."""
    catalog = approval.catalog
    after = {"permissions": list(approval.scopes), **facts}
    record(
        ports,
        actor=CLASSBELL,
        catalog=catalog,
        action=action,
        subject=f"approval:{approval.pk}",
        after=after,
    )
    emit(
        ports,
        catalog=catalog,
        name=action,
        payload={"catalog": catalog.slug, "approval": str(approval.pk), **after},
    )
