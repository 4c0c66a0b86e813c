"""The connection of a catalog to Microsoft 365: never a token, nor a link that signs in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from classbell import bootstrap
from classbell.api.v1.answers import answer, idempotent, nothing, require_unchanged
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.people import PersonGiven, one_person
from classbell.api.v1.routes import operation
from classbell.domain.connections.health import health_of
from classbell.domain.connections.invite import invite_owner, withdraw_invitation
from classbell.domain.connections.remedies import Remedy
from classbell.domain.connections.save import switch_connection
from classbell.domain.integrations.scopes import ApiScope
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import ConnectInvitation, Connection
from classbell.storage.queries.agreements import usable_invitations
from classbell.storage.queries.connections import capabilities, connection_of

router = Router(tags=["connection"])
CONNECTION = "/catalogs/{slug}/connection"


class AccountOut(Schema):
    """The Microsoft 365 account that a catalog uses."""

    address: str
    name: str
    kind: str = Field(description="`delegated` or `application`")
    state: str = Field(description="`connected`, `lost` or `disconnected`")
    granted_permissions: list[str]


class CapabilityOut(Schema):
    """One thing that the account can or cannot do, as last checked."""

    capability: str
    state: str = Field(
        description="`ready`, `needs_consent`, `needs_admin`, `needs_licence`, `blocked` or "
        "`not_checked`"
    )
    evidence: str
    remedy: str
    who: str
    checked_at: datetime


class ConnectionOut(Schema):
    """How a catalog is connected."""

    enabled: bool = Field(description="the switch: off, nothing is sent or booked")
    account: AccountOut | None
    mail_by_email_provider: bool
    connected_at: datetime | None
    capabilities: list[CapabilityOut]


class ConnectionIn(Schema):
    """What can be changed of it."""

    enabled: bool


class RemedyOut(Schema):
    """What helps, and who can do it."""

    text: str
    who: str


class HealthOut(Schema):
    """How the account is doing."""

    status: str = Field(
        description="`working`, `limited`, `halted`, `lost`, `disconnected` or `none`"
    )
    summary: str
    remedy: RemedyOut | None
    lost_since: datetime | None
    waiting: int = Field(description="messages that are neither sent nor given up")
    sent_24h: int = Field(description="recipients that Microsoft accepted in 24 hours")
    last_success_at: datetime | None
    next_check_at: datetime | None
    checked_at: datetime | None


class InvitationOut(Schema):
    """An invitation to sign in with an account. Its link is mailed to it, and shown nowhere."""

    id: str
    address: str
    admin: str = Field(description="in whose panel the account will wait for Save")
    created_at: datetime
    expires_at: datetime


class InvitationIn(Schema):
    """Whom to invite."""

    address: str = Field(max_length=254, description="the account that shall be connected")
    admin: PersonGiven = Field(description="the admin of the catalog who will press Save")


class Invitations(Schema):
    """The invitations that still work, newest first."""

    items: list[InvitationOut]


def shown(connection: Connection) -> ConnectionOut:
    """Return a connection as it is shown."""
    account = connection.account
    lines = capabilities(account) if account else ()
    return ConnectionOut(
        enabled=connection.enabled,
        account=None
        if account is None
        else AccountOut(
            address=account.address,
            name=account.name,
            kind=account.kind,
            state=account.state,
            granted_permissions=sorted(account.granted_scopes),
        ),
        mail_by_email_provider=connection.use_acs,
        connected_at=connection.connected_at,
        capabilities=[
            CapabilityOut(
                capability=line.capability,
                state=line.state,
                evidence=line.evidence,
                remedy=line.remedy,
                who=line.who,
                checked_at=line.checked_at,
            )
            for line in lines
        ],
    )


@operation(router, "GET", CONNECTION, scope=ApiScope.CONNECTIONS_READ, returns=ConnectionOut)
def read_connection(request: HttpRequest, slug: Slug) -> HttpResponse:
    """Read which account the catalog uses, and what it can do."""
    return answer(request, shown(connection_of(caller(request).catalog(slug))))


@operation(
    router,
    "PATCH",
    CONNECTION,
    name="switch_connection",
    scope=ApiScope.CONNECTIONS_WRITE,
    returns=ConnectionOut,
    headers=("If-Match",),
)
def switch(request: HttpRequest, slug: Slug, wanted: ConnectionIn) -> HttpResponse:
    """Switch the connection on or off; account, tokens and settings stay.

    Off, nothing is sent or booked. On needs an account, or an email provider.
    """
    asking, ports = caller(request), bootstrap.ports()
    catalog = asking.catalog(slug)
    switch_connection(
        ports,
        catalog=catalog,
        enabled=wanted.enabled,
        actor=asking.actor,
        if_still=lambda: require_unchanged(request, lambda: shown(connection_of(catalog))),
    )
    return answer(request, shown(connection_of(catalog)))


@operation(
    router, "GET", f"{CONNECTION}/health", scope=ApiScope.CONNECTIONS_READ, returns=HealthOut
)
def read_health(request: HttpRequest, slug: Slug) -> HttpResponse:
    """Read how the account is doing, from what is known here; nobody outside is asked."""
    catalog = caller(request).catalog(slug)
    account = connection_of(catalog).account
    if account is None:
        return answer(request, _no_health())
    health = health_of(bootstrap.ports(), account, limit=0, catalog=catalog)
    return answer(
        request,
        HealthOut(
            status=health.status.value,
            summary=health.summary,
            remedy=_remedy(health.remedy),
            lost_since=health.incident.opened_at if health.incident else None,
            waiting=health.waiting,
            sent_24h=health.sent_24h,
            last_success_at=health.last_success_at,
            next_check_at=health.next_check_at,
            checked_at=health.checked_at,
        ),
    )


@operation(
    router,
    "GET",
    f"{CONNECTION}/invitations",
    scope=ApiScope.CONNECTIONS_READ,
    returns=Invitations,
)
def list_invitations(request: HttpRequest, slug: Slug) -> HttpResponse:
    """List the invitations to connect an account that still work."""
    catalog = caller(request).catalog(slug)
    rows = usable_invitations(catalog, bootstrap.ports().clock.now())
    return answer(request, Invitations(items=[_invitation(row) for row in rows]))


@operation(
    router,
    "POST",
    f"{CONNECTION}/invitations",
    name="invite_owner",
    scope=ApiScope.CONNECTIONS_WRITE,
    returns=InvitationOut,
    status=201,
    headers=("Idempotency-Key",),
)
@idempotent()
def invite(request: HttpRequest, slug: Slug, wanted: InvitationIn) -> HttpResponse:
    """Invite the owner of an account to sign in with it.

    The link goes to the account by mail and is never shown here. Invitations of the catalog to the
    same address stop working.
    """
    asking, ports = caller(request), bootstrap.ports()
    catalog = asking.catalog(slug)
    if ports.system_mailer is None:
        raise InvalidInput(
            "This installation has no system mailer, so the link could not be mailed.",
            meaning="Nobody was invited.",
            remedy="Invite from the Admin Center, where the link can be copied.",
        )
    host = one_person(catalog.organisation, wanted.admin, field="admin")
    made = invite_owner(
        ports, catalog=catalog, address=wanted.address, actor=asking.actor, person=host
    )
    return answer(request, _invitation(made.row), status=201)


@operation(
    router,
    "DELETE",
    f"{CONNECTION}/invitations/{{invitation_id}}",
    name="withdraw_invitation",
    scope=ApiScope.CONNECTIONS_WRITE,
    returns=None,
    status=204,
)
def withdraw(request: HttpRequest, slug: Slug, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation; an account that signed in by it already stays in the panel."""
    asking = caller(request)
    catalog = asking.catalog(slug)
    row = ConnectInvitation.objects.filter(catalog=catalog, pk=invitation_id).first()
    if row is None:
        raise NotFoundHere("There is no such invitation in this catalog.")
    withdraw_invitation(bootstrap.ports(), invitation=row, actor=asking.actor)
    return nothing()


def _invitation(row: ConnectInvitation) -> InvitationOut:
    return InvitationOut(
        id=str(row.pk),
        address=row.address,
        admin=row.person.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _remedy(remedy: Remedy | None) -> RemedyOut | None:
    return None if remedy is None else RemedyOut(text=remedy.text, who=remedy.who.value)


def _no_health() -> HealthOut:
    return HealthOut(
        status="none",
        summary="No account is connected.",
        remedy=None,
        lost_since=None,
        waiting=0,
        sent_24h=0,
        last_success_at=None,
        next_check_at=None,
        checked_at=None,
    )
