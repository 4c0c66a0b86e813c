"""Connecting an account: to Microsoft and back, up to «signed in, not saved»."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from classbell.domain.connections.arrival import FORGET_PENDING, keep_until_saved, receive
from classbell.domain.connections.scopes import FULL
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.journeys import (
    NOTHING_CHANGED,
    Journey,
    arrive,
    find,
    start,
)
from classbell.ports.bundle import Ports
from classbell.ports.errors import StateInvalid
from classbell.ports.identity import AuthorizationRequest, Prompt
from classbell.storage.models import (
    Account,
    Catalog,
    Lane,
    PendingConnection,
    Person,
    SignInJourney,
)
from classbell.storage.queries.connections import connection_of, open_incident

__all__ = [
    "FORGET_PENDING",
    "begin_connect",
    "catalog_of_answer",
    "finish_connect",
    "forget_pending",
    "request_for_account",
]

PURPOSES = frozenset({SignInJourney.CONNECT})


def begin_connect(
    ports: Ports,
    *,
    catalog: Catalog,
    person: Person,
    browser_key: str,
    scopes: frozenset[str] | None = None,
    reconnect: bool = False,
) -> str:
    """Return where to send the browser so that an account is signed in. Uses the network.

    A first connection and a change of account show Microsoft's list of accounts; a reconnection
    and a request for consent name the connected account instead, and pass on what Microsoft asked
    for when the account was lost, such as a second factor.

    Args:
        ports: the outside world.
        catalog: the catalog to connect.
        person: an admin of it.
        browser_key: identifies the browser session; the same must come back.
        scopes: the permissions to ask for; ``FULL`` where it is None, and for a reconnection those
            that the account had.
        reconnect: whether the account connected now shall sign in again.

    Raises:
        NotAllowed, NotFoundHere: the person is no admin of the catalog.
        ProviderFailure: Microsoft cannot be reached.
    """
    require_actor_administers(Actor.of(person), catalog)
    account = connection_of(catalog).account if reconnect else None
    wanted = scopes or _scopes_of(account) or FULL
    incident = open_incident(account) if account else None
    return start(
        ports,
        purpose=SignInJourney.CONNECT,
        browser_key=browser_key,
        person=person,
        catalog=catalog,
        memo={"asked": " ".join(sorted(wanted))},
        request_for=partial(
            request_for_account,
            ports,
            catalog,
            account.address if account else "",
            wanted,
            claims=incident.claims if incident else "",
        ),
    )


def finish_connect(
    ports: Ports, *, person: Person, browser_key: str, answer: Mapping[str, str]
) -> PendingConnection:
    """Take the callback's parameters; the account then is signed in, not saved. Uses the network.

    What the catalog uses now stays as it is until Save. The tokens stay on the server.

    Args:
        ports: the outside world.
        person: who is signed in to the Admin Center in this browser.
        browser_key: identifies the browser session.
        answer: the parameters of the callback's address.

    Raises:
        StateInvalid: the callback does not belong to a journey of this person in this browser.
        SignInCancelled: somebody turned back at Microsoft.
        WrongOrganisation: the account belongs to another organisation than the catalog.
        NotAllowed, NotFoundHere: the person is no admin of the catalog any more.
        ProviderFailure: Microsoft refused or cannot be reached.
    """
    journey = arrive(ports, purposes=PURPOSES, browser_key=browser_key, answer=answer)
    catalog = _catalog_of(journey, person)
    require_actor_administers(Actor.of(person), catalog)
    arrived = receive(ports, catalog.organisation, journey, answer)
    return keep_until_saved(ports, arrived, catalog=catalog, person=person, browser_key=browser_key)


def catalog_of_answer(
    ports: Ports, *, person: Person, browser_key: str, answer: Mapping[str, str]
) -> Catalog | None:
    """Return the catalog a callback is about, for the page that shows its outcome.

    Uses nothing up; None where the callback is not this person's in this browser.
    """
    row = find(ports, browser_key=browser_key, answer=answer)
    if row is None or row.person_id != person.id:
        return None
    return row.catalog


def forget_pending(ports: Ports, _lane: Lane, _subject: str) -> datetime | None:
    """Remove what signed in and was not saved in time, tokens included; a work handler.

    Returns:
        None: every pending connection asks for its own removal.
    """
    PendingConnection.objects.filter(expires_at__lte=ports.clock.now()).delete()
    return None


def request_for_account(
    ports: Ports,
    catalog: Catalog,
    address: str,
    wanted: frozenset[str],
    state: str,
    *,
    claims: str = "",
) -> AuthorizationRequest:
    """Ask for the address to go to; a known account is named, else the person chooses.

    Args:
        ports: the outside world; its network is used.
        catalog: for which.
        address: of the account, empty where the person shall choose.
        wanted: the permissions to ask for.
        state: comes back unchanged.
        claims: a claims challenge to pass on.
    """
    return ports.identity.begin_connect(
        tenant_id=catalog.organisation.tenant_id,
        scopes=wanted,
        redirect_uri=f"{ports.base_url}/connect/callback",
        state=state,
        prompt=Prompt.NONE_GIVEN if address else Prompt.SELECT_ACCOUNT,
        login_hint=address,
        claims=claims,
    )


def _scopes_of(account: Account | None) -> frozenset[str]:
    return frozenset(account.granted_scopes) if account else frozenset()


def _catalog_of(journey: Journey, person: Person) -> Catalog:
    """Return the journey's catalog if the journey is this person's."""
    if journey.catalog is None or journey.person is None or journey.person.pk != person.pk:
        raise StateInvalid(
            "This sign-in was started by somebody else.",
            meaning=NOTHING_CHANGED,
            remedy="Go back to Classbell and start again.",
            code="state_other_person",
        )
    return journey.catalog
