"""The two kinds of account, and all that is different between them: chosen here, nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from classbell.domain.connections.application_card import try_out
from classbell.domain.connections.capabilities import Card, check
from classbell.domain.connections.scopes import needed
from classbell.ports.bundle import Ports
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.identity import TokenSet
from classbell.ports.mail import Mailbox
from classbell.storage.models import Account, AccountKind, PendingConnection


class Kind(Protocol):
    """What follows from the kind of an account.

    Attributes:
        looks_afresh: whether a look at what the account can do takes a new token, because what
            was given or taken since shows in a new one only.
        signs_in: whether somebody signs in with the account, and consents.
    """

    looks_afresh: bool
    signs_in: bool

    def new_tokens(
        self,
        ports: Ports,
        account: Account,
        refresh_token: str,
        *,
        scopes: frozenset[str],
        claims: str,
        insist: bool,
    ) -> TokenSet:
        """Ask Microsoft for tokens that replace the account's present ones. Uses the network.

        Args:
            ports: the outside world.
            account: whose.
            refresh_token: as it is kept; empty for a kind that has none.
            scopes: the permissions to ask for.
            claims: a claims challenge to pass on.
            insist: whether the present token must not be used any more.

        Raises:
            ProviderFailure: what Microsoft said.
        """
        ...

    def mailbox(self, ports: Ports, account: Account, access_token: str) -> Mailbox:
        """Return the account's mailbox, opened with a token."""
        ...

    def card(self, ports: Ports, account: Account, mailbox: Mailbox) -> Card:
        """Return what the account can do, as Microsoft says now. Uses the network.

        Raises:
            ProviderFailure: not even the account's profile can be read.
        """
        ...

    def judged(self, verdict: Verdict) -> Verdict:
        """Return what a verdict about the whole account means for this kind."""
        ...

    def needs(self, chosen: frozenset[str]) -> frozenset[str]:
        """Return the permissions that this version needs for those that admins chose."""
        ...


class Delegated:
    """Somebody signed in with the account; a refresh token keeps it signed in."""

    looks_afresh = False
    signs_in = True

    def new_tokens(
        self,
        ports: Ports,
        account: Account,
        refresh_token: str,
        *,
        scopes: frozenset[str],
        claims: str,
        insist: bool,  # noqa: ARG002 -- every answer to a refresh token is a new one
    ) -> TokenSet:
        """Redeem the refresh token."""
        return ports.identity.refresh(
            tenant_id=account.organisation.tenant_id,
            refresh_token=refresh_token,
            scopes=scopes,
            claims=claims,
        )

    def mailbox(self, ports: Ports, account: Account, access_token: str) -> Mailbox:
        """Return the mailbox of whom the token was issued to."""
        return ports.own_mailbox(access_token, frozenset(account.granted_scopes))

    def card(self, ports: Ports, account: Account, mailbox: Mailbox) -> Card:
        """Judge by the permissions that the token names, and by the licence."""
        return check(ports, mailbox, frozenset(account.granted_scopes), account.organisation)

    def judged(self, verdict: Verdict) -> Verdict:
        """Leave it: signing in again, consent and administrators all can help."""
        return verdict

    def needs(self, chosen: frozenset[str]) -> frozenset[str]:
        """Need what Connect asks for today."""
        return needed(chosen)


class ApplicationOnly:
    """An administrator opened the mailbox to the application itself.

    https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac
    """

    looks_afresh = True
    signs_in = False

    def new_tokens(
        self,
        ports: Ports,
        account: Account,
        refresh_token: str,  # noqa: ARG002 -- there is none
        *,
        scopes: frozenset[str],  # noqa: ARG002 -- a token has whatever administrators gave
        claims: str,  # noqa: ARG002 -- claims challenge people
        insist: bool,
    ) -> TokenSet:
        """Ask by the application's own proof; the token serves the whole organisation.

        What it may do does not show in it, so nothing is said about permissions.
        """
        token = ports.identity.application_token(
            tenant_id=account.organisation.tenant_id, fresh=insist
        )
        return TokenSet(token.access_token, "", token.expires_at, frozenset())

    def mailbox(self, ports: Ports, account: Account, access_token: str) -> Mailbox:
        """Return the mailbox by its object id, which survives a change of address."""
        granted = frozenset(account.granted_scopes)
        return ports.application_mailbox(str(account.object_id), access_token, granted)

    def card(self, ports: Ports, account: Account, mailbox: Mailbox) -> Card:
        """Try it, in the account's mailbox and in the one that has to be closed."""
        outside = ports.application_mailbox(
            account.outside_address, mailbox.access_token, frozenset()
        )
        return try_out(
            ports,
            mailbox,
            outside,
            account.organisation,
            outside_address=account.outside_address,
        )

    def judged(self, verdict: Verdict) -> Verdict:
        """Turn to an administrator for what a person would mend by signing in or consenting."""
        if verdict.kind in {VerdictKind.SIGN_IN_AGAIN, VerdictKind.CONSENT_NEEDED}:
            return replace(verdict, kind=VerdictKind.ADMIN_NEEDED)
        return verdict

    def needs(self, chosen: frozenset[str]) -> frozenset[str]:
        """Need what was proved when the account was connected, for nobody can be asked for more."""
        return chosen


_KINDS: dict[str, Kind] = {
    AccountKind.DELEGATED: Delegated(),
    AccountKind.APPLICATION: ApplicationOnly(),
}


def kind_of(account: Account | PendingConnection) -> Kind:
    """Return what follows from the kind of an account, connected or waiting for Save."""
    return _KINDS[account.kind]
