"""Signing in and staying connected, in our words: what an identity provider does for us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Prompt(StrEnum):
    """What Microsoft should show first."""

    SELECT_ACCOUNT = "select_account"
    NONE_GIVEN = ""


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """Who came back from Microsoft, as its checked ID token says.

    ``tenant_id`` and ``object_id`` identify; ``name`` and ``username`` are for display only.
    """

    tenant_id: UUID
    object_id: UUID
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One journey to Microsoft.

    Attributes:
        url: where to send the browser.
        flow: what is needed to finish (nonce, PKCE verifier, redirect address); a secret that
            stays on the server, JSON-serialisable.
    """

    url: str
    flow: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one account.

    ``scopes`` are the permissions granted, short names without resource prefix, such as
    ``Mail.Send``; openid, profile and offline_access are left out. ``expires_at`` is business time.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ApplicationToken:
    """A token of the application itself, without any person. ``expires_at`` is business time."""

    access_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CallingApplication:
    """An application that calls us, as a checked access token of the sign-in service says."""

    tenant_id: UUID
    application_id: UUID


class IdentityProvider(Protocol):
    """Microsoft Entra ID, as far as Classbell needs it.

    All methods raise ``ProviderFailure`` with a verdict, and the two finish methods also
    ``SignInCancelled`` and ``WrongOrganisation``.
    """

    def authorization_origin(self) -> str:
        """Return scheme and host of the authorize page, for the content security policy."""
        ...

    def begin_sign_in(self, *, redirect_uri: str, state: str) -> AuthorizationRequest:
        """Start a sign-in to the Admin Center (work accounts of any organisation)."""
        ...

    def finish_sign_in(
        self, flow: Mapping[str, object], answer: Mapping[str, str]
    ) -> SignedInPerson:
        """Redeem the callback's parameters; the tokens are discarded after the check."""
        ...

    def begin_connect(
        self,
        *,
        tenant_id: UUID,
        scopes: frozenset[str],
        redirect_uri: str,
        state: str,
        prompt: Prompt,
        login_hint: str = "",
        claims: str = "",
    ) -> AuthorizationRequest:
        """Start connecting an account of the organisation ``tenant_id``."""
        ...

    def finish_connect(
        self, tenant_id: UUID, flow: Mapping[str, object], answer: Mapping[str, str]
    ) -> tuple[SignedInPerson, TokenSet]:
        """Redeem the callback's parameters for the account's tokens."""
        ...

    def refresh(
        self, *, tenant_id: UUID, refresh_token: str, scopes: frozenset[str], claims: str = ""
    ) -> TokenSet:
        """Exchange a refresh token; the answer may carry a new one, which replaces the old."""
        ...

    def admin_consent_url(
        self, *, tenant_id: UUID, scopes: frozenset[str], redirect_uri: str, state: str
    ) -> str:
        """Return the page on which an administrator approves permissions for everybody.

        Whoever comes back brings ``state`` and what the page says; nothing of it is proof.
        """
        ...

    def single_account_grant(
        self, *, tenant_id: UUID, account_address: str, scopes: frozenset[str]
    ) -> str:
        """Return the commands with which an administrator grants permissions for one account."""
        ...

    def application_grant(self, *, tenant_id: UUID, address: str, outside_address: str) -> str:
        """Return the commands with which administrators open one mailbox to the application.

        Args:
            tenant_id: the organisation.
            address: of the mailbox.
            outside_address: of one that has to stay closed, for the test at their end.
        """
        ...

    def application_token(self, *, tenant_id: UUID, fresh: bool) -> ApplicationToken:
        """Return a token with which the application itself uses mailboxes of an organisation.

        Cheap to call: one token serves the whole organisation for a while. Nobody can sign in
        again or consent for it, so no verdict says so.

        Args:
            tenant_id: the organisation.
            fresh: whether one that is kept must not be used, as after it was refused.
        """
        ...

    def email_service_token(self, *, tenant_id: UUID) -> ApplicationToken:
        """Return a token with which the application uses the e-mail service of an organisation.

        It stands in for a resource's access key. Cheap to call: a token is kept for a while.
        """
        ...

    def calling_application(
        self, token: str, *, serves: Callable[[UUID], bool]
    ) -> CallingApplication | None:
        """Return which application an access token that was issued for us proves.

        Args:
            token: as it came with a request; anything at all.
            serves: whether the organisation with this tenant id is served here; asked before
                anything is read from the network.

        Returns:
            None where it is not genuine, not meant for us, a person's, not valid at this time, or
            of a tenant that is not served.
        """
        ...
