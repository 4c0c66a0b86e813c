"""An administrator of the sandbox's organisation opens mailboxes to the application itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from classbell.domain.connections.save import save_settings
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.identity import IdentityProvider
from classbell.storage.models import Account, AccountKind
from m365sandbox.testing import CONTOSO, Sandbox
from tests.domain.people import Cast

SHARED = "info@contoso.example"
OUTSIDE = "zoe.dubois@contoso.example"
DIRECTORY = ("User.Read.All", "Place.Read.All")
ROLES = ("Application Mail.Send", "Application Calendars.ReadWrite")


def control(sandbox: Sandbox, act: str, **members: object) -> None:
    """Do something as an administrator of Entra ID or Exchange Online."""
    body = {"client_id": sandbox.client_id, "tenant": CONTOSO.tenant_id, **members}
    sandbox.control.ask("POST", f"/application-access/{act}", body)


def consent(sandbox: Sandbox, *names: str) -> None:
    """Consent in Entra ID to these app roles and no others."""
    control(sandbox, "app-roles", roles=list(names))


def at_once(sandbox: Sandbox) -> None:
    """Let Exchange act by what changes from now on without its delay."""
    sandbox.control.ask("POST", "/application-access", {"delay_seconds": 0})


def open_mailbox(
    sandbox: Sandbox, *addresses: str, roles: Sequence[str] = ROLES, delayed: bool = False
) -> None:
    """Do what the guide says, for these mailboxes; for every mailbox where there is none."""
    consent(sandbox, *DIRECTORY)
    if not delayed:
        at_once(sandbox)
    for role in roles:
        control(sandbox, "assignments", role=role, mailboxes=list(addresses) or None)


def close_mailboxes(sandbox: Sandbox) -> None:
    """Take every role of Exchange back."""
    at_once(sandbox)
    there = sandbox.control.ask("GET", "/application-access")["assignments"]
    for one in there:
        path = f"/application-access/assignments/{one['assignment_id']}"
        sandbox.control.ask("DELETE", path)


def used_by_itself(
    sandbox: Sandbox,
    ports: Ports,
    account: Account,
    identity: IdentityProvider,
    scopes: Iterable[str],
) -> None:
    """Let the application use a connected account's mailbox by itself, as if set up and saved."""
    open_mailbox(sandbox, account.address)
    token = identity.application_token(tenant_id=account.organisation.tenant_id, fresh=True)
    account.kind, account.outside_address = AccountKind.APPLICATION, OUTSIDE
    account.granted_scopes = account.asked_scopes = sorted(scopes)
    account.token_expires_at = token.expires_at
    account.sealed_tokens = seal_tokens(
        ports, Tokens(token.access_token, ""), place=account_place(account.id)
    )
    account.save()


def saved_by_owner(ports: Ports, cast: Cast, browser_key: str) -> Account:
    """Save what waits in the owner's panel, and return the account that is used then."""
    saved = save_settings(
        ports,
        catalog=cast.catalog,
        person=cast.owner,
        browser_key=browser_key,
        enabled=True,
        actor=Actor.of(cast.owner),
    )
    assert saved.account is not None
    return saved.account
