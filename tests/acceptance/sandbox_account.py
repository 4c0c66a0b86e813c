"""The sandbox's service account as the product has it: signed in, connected, its lane served."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from classbell import bootstrap
from classbell.delivery.drain import drain
from classbell.delivery.lanes import make_due, take
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.http import HttpDoor
from classbell.ports.bundle import Ports
from classbell.ports.clock import Clock
from classbell.ports.identity import Prompt, TokenSet
from classbell.storage.models import Account, Catalog, Lane, Message, MessageState, Notification
from m365sandbox.testing import Sandbox
from tests.contract.callbacks import parameters_of
from tests.support import CONTOSO, a_connected_account

SENDER = "learning@contoso.example"


def cloud_of(sandbox: Sandbox) -> Cloud:
    """Name a sandbox as if it were one of Microsoft's clouds."""
    return Cloud(sandbox.secure_url, sandbox.graph_url)


def identity_at(sandbox: Sandbox, door: HttpDoor, clock: Clock) -> EntraIdentity:
    """Speak to a sandbox's sign-in service."""
    return EntraIdentity(
        cloud=cloud_of(sandbox),
        door=door,
        clock=clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(sandbox.client_secret),
    )


def sign_in(sandbox: Sandbox, identity: EntraIdentity, scopes: frozenset[str]) -> TokenSet:
    """Sign the service account in, as its owner would in a browser."""
    request = identity.begin_connect(
        tenant_id=CONTOSO,
        scopes=scopes,
        redirect_uri="http://localhost:8000/connect/callback",
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = parameters_of(sandbox.sign_in_by_http(request.url, SENDER))
    return identity.finish_connect(CONTOSO, request.flow, answer)[1]


def connected(ports: Ports, catalog: Catalog, tokens: TokenSet, scopes: Iterable[str]) -> Account:
    """Return the account, connected to a catalog some days ago."""
    account = a_connected_account(ports, catalog, scopes=scopes)
    kept = Tokens(tokens.access_token, tokens.refresh_token)
    account.sealed_tokens = seal_tokens(ports, kept, place=account_place(account.id))
    account.connected_at = ports.clock.now() - timedelta(days=3)
    account.token_expires_at = tokens.expires_at
    account.save()
    return account


def queue_message(ports: Ports, catalog: Catalog, lane: Lane) -> Message:
    """Put a message to the account itself on a lane."""
    now = ports.clock.now()
    common = {
        "organisation": catalog.organisation,
        "catalog": catalog,
        "created_at": now,
        "due_at": now,
        "expires_at": now + timedelta(days=30),
    }
    told = Notification.objects.create(
        kind="account_connected", audience_size=1, expanded=1, **common
    )
    return Message.objects.create(
        notification=told,
        lane=lane,
        address=SENDER,
        language="en",
        time_zone="UTC",
        state=MessageState.QUEUED,
        **common,
    )


def serve(ports: Ports, lane: Lane) -> None:
    """Let a worker serve a lane and no other, as far as there is something to do now."""
    now = ports.clock.now()
    Lane.objects.exclude(pk=lane.pk).update(due_at=None)
    make_due([lane.pk], now)
    with bootstrap.use(ports):
        # On a slow machine a lane may have to make room before it is done.
        while taken := take(now, holder="test", limit=1, lease_seconds=15):
            drain(ports, taken[0], bootstrap.handlers_for(lane))
