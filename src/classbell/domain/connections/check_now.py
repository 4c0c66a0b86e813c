"""Checking a connected account when an admin asks: what it can do, as Microsoft says now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.capabilities import CapabilityResult, Card, keep_card
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.lost import account_lost, lane_verdict
from classbell.domain.connections.recovery import works_again
from classbell.domain.connections.tokens import with_mailbox
from classbell.domain.notifications.returned import ask_returns
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, ProviderFailure
from classbell.ports.mail import Mailbox
from classbell.storage.models import Account, AccountState, Catalog
from classbell.storage.queries.connections import connection_of, open_incident


def check_now(ports: Ports, *, catalog: Catalog, actor: Actor) -> Sequence[CapabilityResult]:
    """Ask Microsoft what the catalog's account can do and keep the answers. Uses the network.

    A lost account is tried, and comes back where it works again.

    Args:
        ports: the outside world.
        catalog: whose account.
        actor: who asks.

    Raises:
        InvalidInput: no account is connected.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
        ProviderFailure: the account is lost, now or still, or Microsoft does not answer.
    """
    require_actor_administers(actor, catalog)
    account = connection_of(catalog).account
    if account is None:
        raise InvalidInput("No account is connected to this catalog.", field="account")
    card = _card(ports, account, actor)
    with transaction.atomic():
        keep_card(account, card, ports.clock.now())
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="connection.checked",
            subject=f"account:{account.address}",
            after={result.capability.value: result.state.value for result in card.lines},
        )
        ask_returns(ports, account)
    if card.loss is not None:
        lane_verdict(ports, mailbox_lane(account), card.loss)
    return card.lines


def _card(ports: Ports, account: Account, actor: Actor) -> Card:
    """Ask what an account can do; one that does not work is lost from now on."""
    if account.state == AccountState.LOST:
        verdict = works_again(ports, account, open_incident(account), actor=actor)
        if verdict is not None:
            raise ProviderFailure(verdict)
    version = account.token_version
    try:
        look, afresh = partial(_asked, ports, account), kind_of(account).looks_afresh
        return with_mailbox(ports, account.pk, look, afresh=afresh)
    except ProviderFailure as failure:
        account_lost(ports, account.pk, failure.verdict, seen_version=version)
        raise


def _asked(ports: Ports, account: Account, mailbox: Mailbox) -> Card:
    """Ask with a token, and the permissions that it carries."""
    account.refresh_from_db()
    return kind_of(account).card(ports, account, mailbox)
