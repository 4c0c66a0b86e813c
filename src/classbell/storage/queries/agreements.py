"""Reads about approvals, invitations, offers of accounts and what was seen of consent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from classbell.storage.models import (
    AccountState,
    Approval,
    ApprovalState,
    Catalog,
    ConnectInvitation,
    ConsentSighting,
    OfferState,
    Person,
    SharingOffer,
    SightingKind,
    SignInJourney,
)

TELLING = (SightingKind.UNASKED, SightingKind.APPROVED, SightingKind.ASKED)
"""Observations that say something about other accounts than the one they were made of."""


def newest_sighting(organisation_id: UUID) -> ConsentSighting | None:
    """Return the last observation that tells for whom consent was given."""
    rows = ConsentSighting.objects.filter(organisation_id=organisation_id, kind__in=TELLING)
    return rows.order_by("-seen_at", "-pk").first()


def single_account_approvals(organisation_id: UUID, addresses: Iterable[str]) -> bool:
    """Say whether an administrator was ever asked to grant permissions to one of the addresses."""
    wanted = {address.casefold() for address in addresses if address}
    named = Approval.objects.filter(catalog__organisation_id=organisation_id).values_list(
        "account_address", flat=True
    )
    return any(address.casefold() in wanted for address in named)


def approval_open_for(catalog: Catalog) -> Approval | None:
    """Return the catalog's request that was neither proven nor withdrawn, however old."""
    rows = Approval.objects.select_related("catalog__organisation", "asked_by")
    return rows.filter(catalog=catalog, closed_at=None).first()


def approval_of_state(state_hash: str) -> Approval | None:
    """Return the request whose link carries this state, closed ones as well."""
    rows = Approval.objects.select_related("catalog__organisation", "asked_by")
    return rows.filter(state_hash=state_hash).first()


def approvals_to_prove(catalogs: Iterable[Catalog], granted: frozenset[str]) -> list[Approval]:
    """Return open requests of the catalogs that these permissions fulfil."""
    there = {scope.casefold() for scope in granted}
    rows = Approval.objects.select_related("catalog__organisation").filter(
        catalog__in=list(catalogs), closed_at=None
    )
    return [row for row in rows if {scope.casefold() for scope in row.scopes} <= there]


def came_back(approval: Approval) -> bool:
    """Say whether somebody returned from the organisation-wide page for this request."""
    return approval.returned_at is not None and approval.state != ApprovalState.REFUSED


def usable_invitations(catalog: Catalog, now: datetime) -> QuerySet[ConnectInvitation]:
    """Return the catalog's invitations that still work, newest first."""
    return (
        ConnectInvitation.objects.select_related("person")
        .filter(catalog=catalog, used_at=None, withdrawn_at=None, expires_at__gt=now)
        .order_by("-created_at")
    )


def invitation_of_token(token_hash: str) -> ConnectInvitation | None:
    """Return the invitation a link stands for, usable or not."""
    rows = ConnectInvitation.objects.select_related("catalog__organisation", "person__organisation")
    return rows.filter(token_hash=token_hash).first()


def open_offers() -> QuerySet[SharingOffer]:
    """Return the offers that can be accepted, newest first, with account and catalog."""
    return (
        SharingOffer.objects.select_related("account", "catalog", "offered_by")
        .filter(state=OfferState.OPEN)
        .exclude(account__state=AccountState.DISCONNECTED)
        .order_by("-opened_at")
    )


def unfinished_connect(catalog: Catalog, person: Person) -> SignInJourney | None:
    """Return the person's last way to Microsoft for this catalog if nobody came back from it.

    Microsoft's page «Need admin approval» sends nobody back, so this is how it usually looks here.
    """
    newest = (
        SignInJourney.objects.filter(catalog=catalog, person=person, purpose=SignInJourney.CONNECT)
        .order_by("-created_at")
        .first()
    )
    return newest if newest is not None and newest.used_at is None else None
