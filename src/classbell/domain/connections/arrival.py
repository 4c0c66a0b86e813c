"""An account arrives from Microsoft: who it is, what it was granted, and kept until Save."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction

from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.work import ask
from classbell.domain.connections.alarms import watching_the_application
from classbell.domain.connections.approval_proof import prove
from classbell.domain.connections.capabilities import CapabilityResult, check
from classbell.domain.connections.scopes import FULL
from classbell.domain.connections.sealing import pending_place, seal_tokens
from classbell.domain.connections.sightings import note_asked, note_grant
from classbell.domain.connections.tokens import use_until
from classbell.domain.organisations.journeys import NOTHING_CHANGED, Journey
from classbell.ports.account import Profile
from classbell.ports.bundle import Ports
from classbell.ports.errors import SignInCancelled, StateInvalid, WrongOrganisation
from classbell.ports.identity import SignedInPerson, TokenSet
from classbell.storage.models import (
    AccountKind,
    Catalog,
    ConnectInvitation,
    Organisation,
    PendingConnection,
    Person,
)

PENDING_LIFETIME = timedelta(minutes=30)
"""How long an account that signed in waits for Save before it is forgotten."""

INVITED_LIFETIME = timedelta(days=3)
"""How long it waits where its owner signed in by invitation: the inviter may be away."""

FORGET_PENDING = "forget_pending"
"""Kind of the work item that removes the tokens of what nobody saved."""

CONSENT_DECLINED = "consent_declined"
"""Code of a cancellation on the page of consent."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a finished journey brought along, or what was tried without one.

    ``outside_address`` is a mailbox that an application-only account must not reach.
    """

    profile: Profile
    tokens: TokenSet
    asked: frozenset[str]
    results: tuple[CapabilityResult, ...]
    kind: AccountKind = AccountKind.DELEGATED
    outside_address: str = ""


def receive(
    ports: Ports, organisation: Organisation, journey: Journey, answer: Mapping[str, str]
) -> Arrived:
    """Redeem a callback, make sure whose account it is, and look at what it can do.

    Uses the network; nothing is connected by it.

    Raises:
        SignInCancelled: somebody turned back at Microsoft.
        WrongOrganisation: the account belongs to another organisation.
        StateInvalid: Microsoft named two different accounts.
        ProviderFailure: Microsoft refused or cannot be reached.
    """
    asked = frozenset(str(journey.memo.get("asked", "")).split()) or FULL
    try:
        with watching_the_application(ports):
            signed_in, tokens = ports.identity.finish_connect(
                organisation.tenant_id, journey.flow, answer
            )
    except SignInCancelled as cancelled:
        if cancelled.code == CONSENT_DECLINED:
            note_asked(organisation, asked, ports.clock.now())
        raise
    _require_ours(organisation, signed_in)
    mailbox = ports.own_mailbox(tokens.access_token, tokens.scopes)
    profile = ports.account_facts.profile(mailbox)
    if profile.object_id != signed_in.object_id:
        raise StateInvalid(
            "Microsoft named two different accounts for one sign-in.",
            meaning=NOTHING_CHANGED,
            remedy="Go back to Classbell and start again.",
            code="account_mismatch",
        )
    card = check(ports, mailbox, tokens.scopes, organisation, asked=asked, profile=profile)
    return Arrived(profile, tokens, asked, card.lines)


def keep_until_saved(
    ports: Ports,
    arrived: Arrived,
    *,
    catalog: Catalog,
    person: Person,
    browser_key: str,
    invitation: ConnectInvitation | None = None,
) -> PendingConnection:
    """Keep an account that signed in until Save, and note what its arrival shows of consent.

    Joins the caller's transaction where there is one. The arguments are those of ``wait_for_save``.
    """
    with transaction.atomic():
        pending = wait_for_save(
            ports,
            arrived,
            catalog=catalog,
            person=person,
            browser_key=browser_key,
            invitation=invitation,
        )
        _note(ports, catalog, arrived)
    return pending


def wait_for_save(
    ports: Ports,
    arrived: Arrived,
    *,
    catalog: Catalog,
    person: Person,
    browser_key: str,
    invitation: ConnectInvitation | None = None,
) -> PendingConnection:
    """Keep an account until Save; what this panel kept for the catalog before is dropped.

    Args:
        ports: the outside world.
        arrived: as ``receive`` returned it.
        catalog: which it shall work for.
        person: in whose panel it waits.
        browser_key: the browser it waits in; empty for an invited one, which waits in any.
        invitation: by which its owner came.
    """
    pending = _row(ports, arrived)
    pending.catalog, pending.person, pending.invitation = catalog, person, invitation
    pending.browser_key = browser_key
    pending.expires_at += INVITED_LIFETIME if invitation else PENDING_LIFETIME
    with transaction.atomic():
        PendingConnection.objects.filter(
            catalog=catalog, person=person, browser_key=browser_key
        ).delete()
        pending.save(force_insert=True)
        ask(
            ports,
            housekeeping_lane(catalog.organisation_id),
            kind=FORGET_PENDING,
            subject=str(pending.pk),
            due_at=pending.expires_at,
        )
    return pending


def _row(ports: Ports, arrived: Arrived) -> PendingConnection:
    """Return an unsaved row of what arrived; whose it is, and how long it waits, comes later."""
    now, pending_id = ports.clock.now(), uuid.uuid4()
    profile, tokens = arrived.profile, arrived.tokens
    return PendingConnection(
        id=pending_id,
        object_id=profile.object_id,
        kind=arrived.kind,
        outside_address=arrived.outside_address,
        address=profile.mail or profile.username,
        name=profile.display_name or profile.username,
        asked_scopes=sorted(arrived.asked),
        granted_scopes=sorted(tokens.scopes),
        sealed_tokens=seal_tokens(ports, tokens, place=pending_place(pending_id)),
        token_expires_at=use_until(tokens, now),
        capabilities=[
            {**asdict(result), "checked_at": now.isoformat()} for result in arrived.results
        ],
        created_at=now,
        expires_at=now,
    )


def _note(ports: Ports, catalog: Catalog, arrived: Arrived) -> None:
    """Write down what this arrival shows of consent and approval."""
    granted = arrived.tokens.scopes
    note_grant(
        catalog.organisation,
        arrived.profile,
        asked=arrived.asked,
        granted=granted,
        now=ports.clock.now(),
    )
    prove(ports, [catalog], granted, shown_by=arrived.profile.mail or arrived.profile.username)


def _require_ours(organisation: Organisation, signed_in: SignedInPerson) -> None:
    if signed_in.tenant_id != organisation.tenant_id:
        raise WrongOrganisation(
            f"The account {signed_in.username} does not belong to {organisation.name}.",
            meaning=NOTHING_CHANGED,
            remedy=f"Connect again and choose an account of {organisation.name}.",
        )
