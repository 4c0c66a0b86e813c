"""What an account may do, what it needs, and what is known of its organisation's consent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from classbell.domain.connections.connect import begin_connect
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.scopes import NEEDS_ADMIN, lacking
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, VerdictKind
from classbell.storage.models import Account, Catalog, ConsentSighting, Person, SightingKind
from classbell.storage.queries.agreements import newest_sighting
from classbell.storage.queries.connections import connection_of, open_incident

NOTHING_SEEN = (
    "Microsoft does not tell whether consent was given for the organisation, and nothing has shown "
    "it so far."
)


class ConsentKind(StrEnum):
    """For whom consent was given, as far as it can be known from outside."""

    ACCOUNT_ONLY = "account only"
    ORGANISATION = "organisation"
    NOT_KNOWN = "not known"


_BY_SIGHTING = {
    SightingKind.UNASKED: (
        ConsentKind.ORGANISATION,
        "On {day} {address} was given {names} without having been asked for it.",
    ),
    SightingKind.APPROVED: (
        ConsentKind.ORGANISATION,
        (
            "On {day} somebody came back from Microsoft's page for the organisation's consent to "
            "{names}, and an account showed it."
        ),
    ),
    SightingKind.ASKED: (
        ConsentKind.ACCOUNT_ONLY,
        (
            "On {day} Microsoft asked for consent to {names}, or some of it; with consent for the "
            "organisation it would not have."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Consent:
    """How consent stands for an account.

    Attributes:
        kind: for whom it was given, judged by its effect only.
        evidence: what that rests on, one sentence; never more than was seen.
        missing: permissions that are needed and not granted, by name.
        outdated: whether something that was granted, or was not needed, is missing now. One
            consent mends it; nothing may have failed yet.
        narrower: whether Microsoft granted less than was asked for when the account was connected.
        needs_admin: whether one of the missing permissions usually takes an administrator.
    """

    kind: ConsentKind
    evidence: str
    missing: frozenset[str] = frozenset()
    outdated: bool = False
    narrower: bool = False
    needs_admin: bool = False


def needed_scopes(account: Account) -> frozenset[str]:
    """Return the permissions that this version of Classbell needs for what admins chose.

    Mail only needs ``EMAIL_ONLY``; everything else needs ``FULL`` as it is today, which may be more
    than when the account was connected, and whatever was approved for it besides.
    """
    chosen = frozenset(account.asked_scopes or account.granted_scopes)
    return kind_of(account).needs(chosen)


def consent_state(account: Account) -> Consent:
    """Say how consent stands for an account. Reads only.

    Microsoft does not tell an application who consented to what
    (https://learn.microsoft.com/en-us/entra/identity-platform/permissions-consent-overview), so
    consent for the organisation is recognised by its effect: an account of it was given
    permissions that it was never asked for, or an administrator came back from Microsoft's page
    and an account showed it. Consent for accounts one by one is recognised by the page of consent
    being shown to another account. Neither is claimed without such an observation.
    """
    kind, evidence = _kind(newest_sighting(account.organisation_id))
    missing = lacking(account.granted_scopes, needed_scopes(account))
    incident = open_incident(account)
    withdrawn = incident is not None and incident.verdict == VerdictKind.CONSENT_NEEDED
    return Consent(
        kind,
        evidence,
        missing=missing,
        outdated=withdrawn or bool(lacking(account.withheld_scopes, missing)),
        narrower=bool(missing) and bool(missing - lacking(account.withheld_scopes, missing)),
        needs_admin=kind is not ConsentKind.ORGANISATION and bool(missing & NEEDS_ADMIN),
    )


def begin_consent(ports: Ports, *, catalog: Catalog, person: Person, browser_key: str) -> str:
    """Return where to send the browser so that the connected account consents. Uses the network.

    It is an ordinary sign-in as the connected account that names every needed permission, so
    Microsoft asks only where something is missing. The way back is that of a connection.

    Raises:
        InvalidInput: no account is connected.
        NotAllowed, NotFoundHere: the person is no admin of the catalog.
        ProviderFailure: Microsoft cannot be reached.
    """
    require_actor_administers(Actor.of(person), catalog)
    account = connection_of(catalog).account
    if account is None:
        raise InvalidInput("No account is connected to this catalog.", field="account")
    return begin_connect(
        ports,
        catalog=catalog,
        person=person,
        browser_key=browser_key,
        scopes=needed_scopes(account) | frozenset(account.granted_scopes),
        reconnect=True,
    )


def _kind(seen: ConsentSighting | None) -> tuple[ConsentKind, str]:
    """Read the last observation that tells something about the organisation."""
    if seen is None:
        return ConsentKind.NOT_KNOWN, NOTHING_SEEN
    kind, evidence = _BY_SIGHTING[SightingKind(seen.kind)]
    return kind, evidence.format(
        day=seen.seen_at.date().isoformat(), names=", ".join(seen.scopes), address=seen.address
    )
