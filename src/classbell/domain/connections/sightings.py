"""What was seen of an organisation's consent, written down as it was seen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from classbell.domain.connections.scopes import lacking
from classbell.ports.account import Profile
from classbell.storage.models import Account, ConsentSighting, Organisation, SightingKind
from classbell.storage.queries.agreements import single_account_approvals


def note_grant(
    organisation: Organisation,
    profile: Profile,
    *,
    asked: frozenset[str],
    granted: frozenset[str],
    now: datetime,
) -> None:
    """Note what an account was given at a sign-in, in the caller's transaction.

    Entra ID lists every permission that applies to an account, also those that were consented to
    without it. What an account has and was never asked for, here or before, was given by somebody
    else: for the whole organisation, unless an administrator was asked to do so for it alone.
    """
    extra = lacking(asked | _asked_before(organisation, profile.object_id), granted)
    _note(organisation, SightingKind.GRANTED, asked & granted, now, of=profile)
    alone = single_account_approvals(organisation.pk, {profile.mail, profile.username})
    if extra and not alone:
        _note(organisation, SightingKind.UNASKED, extra, now, of=profile)


def note_asked(organisation: Organisation, asked: frozenset[str], now: datetime) -> None:
    """Note that somebody was shown the page of consent: something asked for was not given yet."""
    _note(organisation, SightingKind.ASKED, asked, now)


def note_approved(organisation: Organisation, scopes: frozenset[str], now: datetime) -> None:
    """Note that an administrator approved for everybody, and that an account shows it."""
    _note(organisation, SightingKind.APPROVED, scopes, now)


def _asked_before(organisation: Organisation, object_id: UUID) -> frozenset[str]:
    """Return every permission that an account was ever asked for here."""
    seen = ConsentSighting.objects.filter(
        organisation=organisation, object_id=object_id, kind=SightingKind.GRANTED
    ).values_list("scopes", flat=True)
    accounts = Account.objects.filter(organisation=organisation, object_id=object_id)
    known = accounts.values_list("asked_scopes", "granted_scopes")
    lists = [*seen, *(names for row in known for names in row)]
    return frozenset(name for names in lists for name in names)


def _note(
    organisation: Organisation,
    kind: SightingKind,
    scopes: frozenset[str],
    now: datetime,
    *,
    of: Profile | None = None,
) -> None:
    ConsentSighting.objects.create(
        organisation=organisation,
        kind=kind,
        address=(of.mail or of.username) if of else "",
        object_id=of.object_id if of else None,
        scopes=sorted(scopes),
        seen_at=now,
    )
