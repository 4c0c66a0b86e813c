"""Connecting a mailbox that the application uses by itself, up to «not saved»."""

from __future__ import annotations

from classbell.domain.connections.alarms import watching_the_application
from classbell.domain.connections.application_card import try_out
from classbell.domain.connections.arrival import Arrived, wait_for_save
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.domain.organisations.audit import Actor
from classbell.ports.account import Profile
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    Audience,
    InvalidInput,
    NotAllowed,
    ProviderFailure,
    VerdictKind,
)
from classbell.ports.identity import TokenSet
from classbell.storage.models import AccountKind, Catalog, Organisation, PendingConnection, Person

NOTHING_CHANGED = "Nothing was changed."


def connect_application_only(
    ports: Ports,
    *,
    catalog: Catalog,
    person: Person,
    browser_key: str,
    address: str,
    outside_address: str,
) -> PendingConnection:
    """Try a mailbox that an administrator opened to the application, and keep it until Save.

    What the catalog uses now stays as it is until Save. Uses the network; nothing leaves by it.

    Args:
        ports: the outside world.
        catalog: which it shall work for.
        person: an admin of it.
        browser_key: the browser session in whose panel it waits.
        address: of the mailbox; a shared one will do.
        outside_address: of a mailbox of the organisation that has to be closed to the application,
            so that a grant without a scope is noticed.

    Raises:
        InvalidInput: an address is unusable, or there is no such mailbox.
        NotAllowed, NotFoundHere: the person is no admin of the catalog, or the operator does not
            let the organisation use such accounts.
        ProviderFailure: Microsoft refuses the application there, or cannot be reached.
    """
    require_actor_administers(Actor.of(person), catalog)
    require_permitted(catalog)
    address = _checked(address, "address")
    outside_address = _outside(outside_address, address)
    arrived = _tried(ports, catalog.organisation, address, outside_address)
    return wait_for_save(ports, arrived, catalog=catalog, person=person, browser_key=browser_key)


def _tried(ports: Ports, organisation: Organisation, address: str, outside_address: str) -> Arrived:
    """Find the mailbox and try it with a new token of the application."""
    with watching_the_application(ports):
        token = ports.identity.application_token(tenant_id=organisation.tenant_id, fresh=True)
    key = token.access_token
    profile = _profile(ports, organisation, address, key)
    card = try_out(
        ports,
        ports.application_mailbox(str(profile.object_id), key, frozenset()),
        ports.application_mailbox(outside_address, key, frozenset()),
        organisation,
        outside_address=outside_address,
        profile=profile,
    )
    return Arrived(
        profile,
        TokenSet(key, "", token.expires_at, card.proved),
        card.proved,
        card.lines,
        kind=AccountKind.APPLICATION,
        outside_address=outside_address,
    )


def _profile(ports: Ports, organisation: Organisation, address: str, key: str) -> Profile:
    """Read whose mailbox an address is."""
    try:
        return ports.account_facts.profile(ports.application_mailbox(address, key, frozenset()))
    except ProviderFailure as failure:
        if failure.verdict.kind not in {VerdictKind.NOT_FOUND, VerdictKind.MAILBOX_UNUSABLE}:
            raise
        raise InvalidInput(
            f"{organisation.name} has no mailbox {address}.",
            field="address",
            meaning=NOTHING_CHANGED,
            remedy="Check the address. A new mailbox can take half an hour to appear.",
        ) from failure


def require_permitted(catalog: Catalog) -> None:
    """Let pass where the operator allows such accounts.

    Raises:
        NotAllowed: the operator does not.
    """
    if not catalog.organisation.application_accounts:
        raise NotAllowed(
            "Application-only accounts are not allowed for your organisation.",
            meaning=NOTHING_CHANGED,
            remedy="Connect an account by signing in with it, or ask whoever runs this "
            "installation of Classbell to allow them.",
            who=Audience.OPERATOR,
        )


def _checked(address: str, field: str) -> str:
    """Return an address, or refuse it by the name of its field."""
    try:
        return checked_address(address)
    except InvalidInput as error:
        error.field = field
        raise


def _outside(text: str, address: str) -> str:
    """Return the address of the mailbox that has to be closed, which is another one."""
    outside = _checked(text, "outside_address")
    if address_key(address) == address_key(outside):
        raise InvalidInput(
            "The mailbox outside has to be another one.",
            field="outside_address",
            meaning=NOTHING_CHANGED,
            remedy="Give the address of a person's mailbox that Classbell must not reach.",
        )
    return outside
