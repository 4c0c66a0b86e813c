"""Registering integrations, giving them tokens, and taking both back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from classbell.domain.integrations.scopes import checked_scopes
from classbell.domain.integrations.tokens import new_token, token_hash
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import ClassbellError, InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import ApiToken, Catalog, Integration
from classbell.storage.scope import Scope

MOST_DAYS = 365
"""Nobody remembers for longer what a token is for; whoever still needs it rotates it."""

OVERLAP = timedelta(days=1)
"""So long a token still works after it was rotated, so that nothing stops meanwhile."""

NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; ``token`` is in plain text here and nowhere else, so show it now."""

    integration: Integration
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An integration as somebody asks for it, see ``create_integration``."""

    catalogs: tuple[Catalog, ...]
    name: str
    scopes: frozenset[str]
    days: int


def create_integration(
    ports: Ports,
    *,
    catalogs: Sequence[Catalog],
    name: str,
    scopes: Collection[str],
    days: int,
    actor: Actor,
) -> Issued:
    """Let another program act in some catalogs, with a token of ours.

    Args:
        ports: the outside world.
        catalogs: where; all of one organisation, at least one.
        name: what admins call it, 1 to 80 characters.
        scopes: what it may do, see ``ApiScope``.
        days: for how many days, 1 to 365.
        actor: who lets it; an admin of every one of the catalogs, or the operator.

    Raises:
        InvalidInput: name, scopes, catalogs or days cannot be used.
        NotAllowed, NotFoundHere: the actor does not administer one of the catalogs.
    """
    wanted = Wanted(tuple(catalogs), name, frozenset(scopes), days)
    with transaction.atomic():
        integration = _register(ports, wanted, actor)
        token = _issue(ports, integration)
        _record(ports, integration, "integration.created", actor)
    return Issued(integration, token)


def register_application(
    ports: Ports,
    *,
    catalogs: Sequence[Catalog],
    name: str,
    scopes: Collection[str],
    days: int,
    application_id: UUID,
    actor: Actor,
) -> Integration:
    """Let an application of the organisation's own tenant act, with tokens that Microsoft issues.

    Args:
        ports: the outside world.
        catalogs: as for ``create_integration``.
        name: as for ``create_integration``.
        scopes: as for ``create_integration``.
        days: as for ``create_integration``.
        application_id: its application (client) id in Microsoft Entra ID.
        actor: as for ``create_integration``.

    Raises:
        InvalidInput: as for ``create_integration``, or the application is registered already.
        NotAllowed, NotFoundHere: as for ``create_integration``.
    """
    wanted = Wanted(tuple(catalogs), name, frozenset(scopes), days)
    try:
        with transaction.atomic():
            integration = _register(ports, wanted, actor)
            integration.application_id = application_id
            integration.save(update_fields=["application_id"])
            _record(ports, integration, "integration.created", actor)
    except IntegrityError as cause:
        raise InvalidInput(
            f"The application {application_id} is registered in this organisation already.",
            field="application_id",
            remedy="Revoke the integration that has it first.",
        ) from cause
    return integration


def rotate_token(ports: Ports, *, integration: Integration, days: int, actor: Actor) -> Issued:
    """Give an integration a new token; those it has end after a day at the latest.

    Raises:
        InvalidInput: it was revoked, uses Microsoft's tokens, or the days cannot be used.
        NotAllowed, NotFoundHere: the actor does not administer every catalog of it.
    """
    for catalog in integration.catalogs.all():
        require_actor_administers(actor, catalog)
    now, until = ports.clock.now(), _until(ports, days)
    with transaction.atomic():
        locked = Integration.objects.select_for_update().get(pk=integration.pk)
        if locked.revoked_at is not None:
            raise InvalidInput("The integration was revoked.", remedy="Create another one.")
        if locked.application_id is not None:
            raise InvalidInput("This integration uses Microsoft’s tokens and has none of ours.")
        working = locked.tokens.filter(revoked_at=None)
        working.filter(expires_at__gt=now + OVERLAP).update(expires_at=now + OVERLAP)
        locked.expires_at = until
        locked.save(update_fields=["expires_at"])
        token = _issue(ports, locked)
        _record(ports, locked, "integration.rotated", actor)
    return Issued(locked, token)


def revoke_integration(ports: Ports, *, integration: Integration, actor: Actor) -> None:
    """Let an integration act no more, from this moment on. Twice is once.

    Whoever administers one of its catalogs may do that: it only takes rights away.

    Raises:
        NotAllowed, NotFoundHere: the actor administers none of its catalogs.
    """
    _require_one_of(actor, list(integration.catalogs.all()))
    now = ports.clock.now()
    with transaction.atomic():
        if Integration.objects.filter(pk=integration.pk, revoked_at=None).update(revoked_at=now):
            ApiToken.objects.filter(integration=integration, revoked_at=None).update(revoked_at=now)
            _record(ports, integration, "integration.revoked", actor)


def integrations_of(catalog: Catalog) -> QuerySet[Integration]:
    """Return a catalog's integrations that were not revoked, newest first, tokens along."""
    rows = Integration.objects.filter(catalogs=catalog, revoked_at=None)
    return rows.prefetch_related("tokens", "catalogs").order_by("-created_at", "id")


def integration_in(catalog: Catalog, integration_id: UUID) -> Integration:
    """Return one integration of a catalog.

    Raises:
        NotFoundHere: there is none with this id.
    """
    rows = Scope(catalog.organisation_id).narrowed_to(catalog.pk).of(Integration)
    found = rows.filter(pk=integration_id).first()
    if found is None:
        raise NotFoundHere("There is no such integration in this catalog.")
    return found


def _register(ports: Ports, wanted: Wanted, actor: Actor) -> Integration:
    """Write the row of a new integration in the caller's transaction."""
    catalogs = wanted.catalogs
    for catalog in catalogs:
        require_actor_administers(actor, catalog)
    if len({catalog.organisation_id for catalog in catalogs}) != 1:
        raise InvalidInput(
            "An integration needs at least one catalog, all of one organisation.", field="catalogs"
        )
    if actor.catalog_ids is not None:
        raise NotAllowed("An integration cannot register another one.")
    name = " ".join(wanted.name.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInput(f"The name must have 1 to {NAME_LENGTH} characters.", field="name")
    integration = Integration.objects.create(
        organisation_id=catalogs[0].organisation_id,
        name=name,
        scopes=checked_scopes(wanted.scopes),
        created_by=actor.person,
        created_at=ports.clock.now(),
        expires_at=_until(ports, wanted.days),
    )
    integration.catalogs.set(catalogs)
    return integration


def _until(ports: Ports, days: int) -> datetime:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A token is valid for 1 to {MOST_DAYS} days.", field="days")
    return ports.clock.now() + timedelta(days=days)


def _issue(ports: Ports, integration: Integration) -> str:
    """Write a token's hash and return the token."""
    token = new_token()
    ApiToken.objects.create(
        integration=integration,
        token_hash=token_hash(ports, token),
        ending=token[-4:],
        created_at=ports.clock.now(),
        expires_at=integration.expires_at,
    )
    return token


def _require_one_of(actor: Actor, catalogs: Sequence[Catalog]) -> None:
    """Let an act pass that needs one of some catalogs, or refuse it in the words of the last."""
    refusal: ClassbellError | None = None
    for catalog in catalogs:
        try:
            require_actor_administers(actor, catalog)
        except (NotAllowed, NotFoundHere) as error:
            refusal = error
        else:
            return
    if refusal is not None:
        raise refusal


def _record(ports: Ports, integration: Integration, action: str, actor: Actor) -> None:
    """Write one audit row in each catalog that the integration is for."""
    for catalog in integration.catalogs.all():
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action=action,
            subject=f"integration:{integration.pk}",
            after={
                "name": integration.name,
                "scopes": integration.scopes,
                "expires_at": integration.expires_at.isoformat(),
            },
        )
