"""Who calls the REST API: from a token to an integration and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.integrations.tokens import PREFIX, is_well_formed, token_hash
from classbell.domain.organisations.attempts import Door, counted
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    ClassbellError,
    NotAllowed,
    NotFoundHere,
    ScopeMissing,
    Unidentified,
)
from classbell.storage.models import ApiToken, Catalog, Integration, Organisation
from classbell.storage.scope import Scope

EXPIRED, REVOKED = "token_expired", "token_revoked"
UNKNOWN = "token_unknown"
ENTRA_UNKNOWN = "application_not_registered"


@dataclass(frozen=True, slots=True)
class Caller:
    """An integration at the door.

    Attributes:
        integration: who it is.
        scope: what its reads may touch.
        expires_at: until when what it showed is good for, aware UTC.
        read_at: the store's clock when the integration was read, aware UTC.
    """

    integration: Integration
    scope: Scope
    expires_at: datetime
    read_at: datetime

    @property
    def actor(self) -> Actor:
        """Who an audit row names for its acts."""
        name = f"Integration «{self.integration.name}»"
        return Actor(None, name, "api", self.scope.catalog_ids or frozenset())

    def require(self, wanted: ApiScope) -> None:
        """Let pass what the integration was given the scope for.

        Raises:
            ScopeMissing: it was not.
        """
        if wanted not in self.integration.scopes:
            raise ScopeMissing(
                f"This needs the scope {wanted}.",
                meaning="The integration was not given it, and nothing was done.",
                remedy="Ask an admin of the catalog for an integration that has it.",
            )

    def catalog(self, slug: str) -> Catalog:
        """Return a catalog that the integration is for.

        Raises:
            NotFoundHere: there is none in its organisation.
            NotAllowed: there is, but the integration is not for it.
        """
        rows = Scope(self.scope.organisation_id).of(Catalog).select_related("organisation")
        found = rows.filter(slug=slug).first()
        if found is None:
            raise NotFoundHere("There is no such catalog in the integration’s organisation.")
        if found.pk not in (self.scope.catalog_ids or frozenset()):
            raise NotAllowed(
                "The integration is not for this catalog.",
                meaning="Nothing was done.",
                remedy="Ask an admin of that catalog for an integration of its own.",
            )
        return found


def identify(ports: Ports, token: str) -> Caller:
    """Return who shows this token. Uses the network for tokens of Microsoft's.

    Args:
        ports: the outside world.
        token: of ours, or an access token that Microsoft issued to a registered application.

    Raises:
        Unidentified: it is none, or does not hold any more; ``code`` says why.
        TooManyRequests: there were too many such from this network or of this integration.
        ProviderFailure: Microsoft's keys cannot be read now.
    """
    if not token:
        raise Unidentified(
            "This address needs a token.",
            remedy="Send it in the header «Authorization: Bearer …».",
        )
    if token.startswith(PREFIX):
        return _by_token(ports, token)
    return _by_application(ports, token)


def _by_token(ports: Ports, token: str) -> Caller:
    """Find one of our tokens in one read; its use is noted once a minute."""
    if not is_well_formed(token):
        raise _unknown(ports)
    rows = list(
        ApiToken.objects.filter(token_hash=token_hash(ports, token))
        .select_related("integration")
        .annotate(for_catalog=F("integration__catalogs__id"), read_at=Now())
    )
    if not rows:
        raise _unknown(ports)
    row, now = rows[0], ports.clock.now()
    if row.revoked_at is not None:
        revoked = Unidentified(
            "This token was revoked.", remedy="Ask an admin of the catalog.", code=REVOKED
        )
        raise _no_more(ports, row.integration, revoked)
    if row.expires_at <= now:
        expired = Unidentified(
            "This token has expired.",
            remedy="Ask an admin of the catalog to rotate it.",
            code=EXPIRED,
        )
        raise _no_more(ports, row.integration, expired)
    minute = now.replace(second=0, microsecond=0)
    if row.last_used_at is None or row.last_used_at < minute:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=minute)
        _note_use(row.integration, minute)
    catalogs = frozenset(
        found for found in (one.for_catalog for one in rows) if isinstance(found, UUID)
    )
    scope = Scope(row.integration.organisation_id, catalogs)
    return Caller(row.integration, scope, row.expires_at, row.read_at)


def _by_application(ports: Ports, token: str) -> Caller:
    """Find the integration of an application that Microsoft vouches for."""
    shown = ports.identity.calling_application(
        token, serves=lambda tenant: Organisation.objects.filter(tenant_id=tenant).exists()
    )
    if shown is None:
        raise _unknown(ports)
    now = ports.clock.now()
    found = (
        Integration.objects.filter(
            organisation__tenant_id=shown.tenant_id,
            application_id=shown.application_id,
            revoked_at=None,
        )
        .annotate(read_at=Now())
        .first()
    )
    if found is None:
        stranger = Unidentified(
            "Microsoft vouches for this application, but no catalog has registered it.",
            remedy="Ask an admin of the catalog to register its application id.",
            code=ENTRA_UNKNOWN,
        )
        account = f"application:{shown.tenant_id}/{shown.application_id}"
        raise counted(ports, Door.API, stranger, account=account)
    if found.expires_at <= now:
        late = Unidentified(
            "The registration of this application has expired.",
            remedy="Ask an admin of the catalog to register it again.",
            code=EXPIRED,
        )
        raise _no_more(ports, found, late)
    minute = now.replace(second=0, microsecond=0)
    _note_use(found, minute)
    catalogs = frozenset(found.catalogs.values_list("pk", flat=True))
    scope = Scope(found.organisation_id, catalogs)
    return Caller(found, scope, found.expires_at, found.read_at)


def _note_use(integration: Integration, minute: datetime) -> None:
    """Note that it was used in this minute; the first request of a minute writes."""
    if integration.last_used_at is None or integration.last_used_at < minute:
        never_or_before = Q(last_used_at=None) | Q(last_used_at__lt=minute)
        rows = Integration.objects.filter(never_or_before, pk=integration.pk)
        rows.update(last_used_at=minute)


def _unknown(ports: Ports) -> ClassbellError:
    """Count a token that is none, and return what to raise."""
    unknown = Unidentified(
        "This token is not known here.",
        remedy="Check that it was copied in full, or ask an admin of the catalog for another.",
        code=UNKNOWN,
    )
    return counted(ports, Door.API, unknown)


def _no_more(ports: Ports, integration: Integration, error: Unidentified) -> ClassbellError:
    """Count what an integration may not use any more, and return what to raise."""
    return counted(
        ports,
        Door.API,
        error,
        account=f"integration:{integration.pk}",
        organisation_id=integration.organisation_id,
    )
