"""Access tokens of connected accounts: renewed by one process at a time, never overwritten."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import ExpressionWrapper, F, Q, QuerySet
from django.db.models.fields import DateTimeField
from django.db.models.functions import Now

from classbell.domain.connections.alarms import application_accepted, application_refused
from classbell.domain.connections.kinds import kind_of
from classbell.domain.connections.sealing import (
    Tokens,
    account_place,
    open_tokens,
    seal_tokens,
)
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.identity import TokenSet
from classbell.ports.mail import Mailbox
from classbell.storage.models import Account, AccountState, HealthEvent

MARGIN = timedelta(minutes=5)
"""A token with less left than this, in business time, is renewed before it is used."""

LONGEST_USE = timedelta(minutes=75)
"""A token is renewed at least this often, although Microsoft lets one live for a day that can be
ended at any time: withdrawn consent and new policies show at a renewal only."""

LEASE = timedelta(seconds=30)
"""How long one process may take to renew, in the database's own time; longer than its calls."""

PATIENCE_SECONDS = 20.0
"""How long to wait, in machine time, for another process that is renewing a token we need."""

LOOK_AGAIN_SECONDS = 0.05

Done = TypeVar("Done")

CONNECTED = frozenset({AccountState.CONNECTED})
NOT_GIVEN_UP = frozenset({AccountState.CONNECTED, AccountState.LOST})


def mailbox_for(ports: Ports, account_id: UUID) -> Mailbox:
    """Return the account's mailbox with a token that holds for a while. May use the network.

    Args:
        ports: the outside world.
        account_id: a connected account.

    Raises:
        ProviderFailure: ``SIGN_IN_AGAIN`` where the account is lost or disconnected; else what
            Microsoft said to the renewal.
    """
    account = _usable(account_id)
    expires_at = account.token_expires_at
    if expires_at is not None and expires_at - ports.clock.now() >= MARGIN:
        return _mailbox(ports, account, _tokens(ports, account).access_token)
    return _mailbox(ports, account, _renewed(ports, account, claims="", insist=False))


def renew(ports: Ports, account_id: UUID, *, claims: str = "") -> Mailbox:
    """Renew the account's token although it is not due, such as after Microsoft refused it.

    Where another process has just renewed it, that token serves. Uses the network.

    Args:
        ports: the outside world.
        account_id: a connected account.
        claims: a claims challenge to pass on.

    Raises:
        ProviderFailure: as ``mailbox_for``.
    """
    account = _usable(account_id)
    return _mailbox(ports, account, _renewed(ports, account, claims=claims, insist=True))


def try_lost(ports: Ports, account_id: UUID) -> Mailbox:
    """Renew the token of an account that may be lost, to see whether it works again.

    The account stays lost here; whoever asked decides by what they do with the mailbox. Uses the
    network.

    Args:
        ports: the outside world.
        account_id: a connected or lost account.

    Raises:
        ProviderFailure: what Microsoft said; ``SIGN_IN_AGAIN`` where it is disconnected.
    """
    account = _usable(account_id, NOT_GIVEN_UP)
    return _mailbox(ports, account, _renewed(ports, account, claims="", insist=True))


def widen(ports: Ports, account_id: UUID, scopes: frozenset[str]) -> frozenset[str]:
    """Renew the token with further permissions, without signing in again. Uses the network.

    Microsoft grants them where somebody consented to them meanwhile. A refusal leaves the account
    with what it had.

    Returns:
        The permissions granted now.

    Raises:
        ProviderFailure: ``CONSENT_NEEDED`` where they are not consented to; else as ``renew``.
    """
    account = _usable(account_id)
    _renewed(ports, account, claims="", insist=True, more=scopes)
    return frozenset(_usable(account_id).granted_scopes)


def with_mailbox(
    ports: Ports, account_id: UUID, action: Callable[[Mailbox], Done], *, afresh: bool = False
) -> Done:
    """Do something with the account's mailbox; a token that is refused is renewed once, silently.

    Uses the network.

    Args:
        ports: the outside world.
        account_id: a connected account.
        action: what to do; it is done again with the new token, if it comes to that.
        afresh: whether to begin with a new token.

    Raises:
        ProviderFailure: as ``mailbox_for``, or what the action raises.
    """
    try:
        first = renew(ports, account_id) if afresh else mailbox_for(ports, account_id)
        return action(first)
    except ProviderFailure as failure:
        if not failure.verdict.refresh_first:
            raise
        return action(renew(ports, account_id, claims=failure.verdict.claims))


def use_until(answer: TokenSet, now: datetime) -> datetime:
    """Return the moment from which a token is renewed before it is used."""
    return min(answer.expires_at, now + LONGEST_USE)


def _mailbox(ports: Ports, account: Account, access_token: str) -> Mailbox:
    return kind_of(account).mailbox(ports, account, access_token)


def _renewed(
    ports: Ports,
    account: Account,
    *,
    claims: str,
    insist: bool,
    more: frozenset[str] = frozenset(),
) -> str:
    """Return a new access token: ours if we get the lease, else the one another process fetched.

    Args:
        ports: the outside world.
        account: the row as seen when the need arose; its version says what «new» is.
        claims: a claims challenge to pass on.
        insist: whether the present token must not be used even if it has not run out.
        more: permissions to ask for besides those that the account has.
    """
    seen = account.token_version
    states = NOT_GIVEN_UP if account.state == AccountState.LOST else CONNECTED
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        if _take_lease(account):
            fresh = _renew_under_lease(ports, account, claims, more, insist=insist)
            if fresh is not None:
                return fresh
        account = _usable(account.id, states)
        runs = account.token_expires_at is not None and account.token_expires_at > ports.clock.now()
        if runs and (account.token_version != seen or not insist):
            return _tokens(ports, account).access_token
        if time.monotonic() > give_up_at:
            raise ProviderFailure(
                Verdict(
                    VerdictKind.RETRY,
                    code="renewal_busy",
                    explanation="Another process has been renewing this account's token for long.",
                )
            )
        # Another process is at it; its answer shows in the row, which is cheap to look at.
        time.sleep(LOOK_AGAIN_SECONDS)


def _take_lease(account: Account) -> bool:
    """Try to become the one that renews this version; False where somebody else is."""
    free = Q(refresh_lease_until=None) | Q(refresh_lease_until__lte=Now())
    until = ExpressionWrapper(Now() + LEASE, output_field=DateTimeField())
    rows = Account.objects.filter(free, pk=account.pk, token_version=account.token_version)
    return bool(rows.update(refresh_lease_until=until))


def _renew_under_lease(
    ports: Ports, account: Account, claims: str, more: frozenset[str], *, insist: bool
) -> str | None:
    """Renew and store; None where the row moved on meanwhile, so that it must be read again."""
    old = _tokens(ports, account)
    try:
        answer = kind_of(account).new_tokens(
            ports,
            account,
            old.refresh_token,
            scopes=frozenset(account.granted_scopes) | more,
            claims=claims,
            insist=insist,
        )
    except ProviderFailure as failure:
        application_refused(ports, failure.verdict)
        # A failure about tokens that were replaced meanwhile says nothing about the new ones.
        unchanged = _of_version(account).update(refresh_lease_until=None)
        if not unchanged:
            return None
        raise
    application_accepted(ports)
    return answer.access_token if _store(ports, account, old, answer) else None


def _store(ports: Ports, account: Account, old: Tokens, answer: TokenSet) -> bool:
    """Write the new tokens if the row still holds those they were made from."""
    tokens = Tokens(answer.access_token, answer.refresh_token or old.refresh_token)
    granted, now = sorted(answer.scopes) or account.granted_scopes, ports.clock.now()
    stored = _of_version(account).update(
        sealed_tokens=seal_tokens(ports, tokens, place=account_place(account.id)),
        token_version=F("token_version") + 1,
        token_expires_at=use_until(answer, now),
        granted_scopes=granted,
        refresh_lease_until=None,
        last_success_at=now,
    )
    if stored:
        _note_consent(ports, account, frozenset(granted))
    return bool(stored)


def _note_consent(ports: Ports, account: Account, granted: frozenset[str]) -> None:
    """Write into the account's history that Microsoft grants it more or less than before."""
    before = frozenset(account.granted_scopes)
    changes = (("Granted now: ", granted - before), ("Not granted any more: ", before - granted))
    words = [f"{label}{', '.join(sorted(scopes))}." for label, scopes in changes if scopes]
    if words:
        HealthEvent.objects.create(
            account=account, at=ports.clock.now(), name="consent_changed", detail=" ".join(words)
        )


def _of_version(account: Account) -> QuerySet[Account]:
    return Account.objects.filter(pk=account.pk, token_version=account.token_version)


def _tokens(ports: Ports, account: Account) -> Tokens:
    return open_tokens(ports, account.sealed_tokens, place=account_place(account.id))


def _usable(account_id: UUID, states: frozenset[AccountState] = CONNECTED) -> Account:
    """Read the account, or say that it has to be connected first."""
    account = Account.objects.select_related("organisation").filter(pk=account_id).first()
    if account is not None and account.state in states and account.sealed_tokens:
        return account
    lost = account is not None and account.state == AccountState.LOST
    raise ProviderFailure(
        Verdict(
            VerdictKind.SIGN_IN_AGAIN,
            code="account_lost" if lost else "account_disconnected",
            explanation="The connection to the account is lost; it has to be connected again."
            if lost
            else "The account is disconnected.",
        )
    )
