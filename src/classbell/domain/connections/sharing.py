"""Sharing one account between catalogs: offered, accepted, on the record."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from classbell.domain.connections.use import use_account
from classbell.domain.notifications.moving import move_alone
from classbell.domain.organisations.access import (
    Access,
    access_of,
    require_actor_administers,
    whom_to_ask,
)
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    Connection,
    OfferState,
    SharingOffer,
)
from classbell.storage.queries.agreements import open_offers
from classbell.storage.queries.connections import catalogs_served
from classbell.storage.scope import Scope


def may_offer(access: Access, account: Account) -> bool:
    """Say whether somebody may offer an account: who connected it, or an LMS admin.

    Who connected it has to administer a catalog still that uses it.
    """
    if access.person.organisation_id != account.organisation_id:
        return False
    if access.is_lms_admin:
        return True
    served = catalogs_served(account)
    connector = account.connected_by_id == access.person.pk
    return connector and any(access.is_catalog_admin(one.pk) for one in served)


def catalogs_to_offer(account: Account) -> list[Catalog]:
    """Return the organisation's catalogs that neither use the account nor were offered it."""
    rows = Scope(account.organisation_id).of(Catalog).exclude(connection__account=account)
    offered = open_offers().filter(account=account).values("catalog_id")
    return list(rows.exclude(pk__in=offered).order_by("title", "pk"))


def offer(ports: Ports, *, account: Account, to_catalog: Catalog, actor: Actor) -> SharingOffer:
    """Offer an account to another catalog of its organisation; offering twice changes nothing.

    Args:
        ports: the outside world.
        account: an account that works for a catalog.
        to_catalog: whom to offer it.
        actor: who connected the account for a catalog that they still administer, an LMS admin, or
            the operator.

    Raises:
        InvalidInput: the catalog uses the account already, or the account was disconnected.
        NotAllowed: the actor may not offer this account.
        NotFoundHere: account or catalog are not of the actor's organisation, or not of the same.
    """
    _require_may_offer(actor, account)
    if to_catalog.organisation_id != account.organisation_id:
        raise NotFoundHere(f"There is no catalog «{to_catalog.slug}» in this organisation.")
    if account.state == AccountState.DISCONNECTED:
        raise InvalidInput(
            f"{account.address} is disconnected.", field="account", remedy="Connect it first."
        )
    if catalogs_served(account).filter(pk=to_catalog.pk).exists():
        raise InvalidInput(f"«{to_catalog.title}» uses {account.address} already.", field="catalog")
    with transaction.atomic():
        made, created = SharingOffer.objects.get_or_create(
            account=account,
            catalog=to_catalog,
            state=OfferState.OPEN,
            defaults={
                "offered_by": actor.person,
                "offered_by_name": actor.name,
                "opened_at": ports.clock.now(),
            },
        )
        if created:
            _tell(ports, made, "account.offered", actor)
    return made


def offers_to(catalog: Catalog) -> list[SharingOffer]:
    """Return the offers that the catalog's admins can accept, newest first, account loaded."""
    return list(open_offers().filter(catalog=catalog))


def offers_of(account: Account) -> list[SharingOffer]:
    """Return the open offers of an account, newest first, catalog loaded."""
    return list(open_offers().filter(account=account))


def find_offer(access: Access, offer_id: UUID) -> SharingOffer:
    """Return an offer of the person's organisation.

    Raises:
        NotFoundHere: there is none.
    """
    rows = Scope(access.person.organisation_id).of(SharingOffer)
    found = rows.select_related("account", "catalog").filter(pk=offer_id).first()
    if found is None:
        raise NotFoundHere("There is no such offer in your organisation.")
    return found


def accept(ports: Ports, *, offer: SharingOffer, actor: Actor) -> Connection:
    """Use the offered account for the catalog: same tokens, same lane, same incident.

    The toggle is switched on, the account gets a confirmation mail that names the catalog, and an
    account used before is left as on a change of account.

    Raises:
        InvalidInput: the offer is not open any more, or the account was disconnected meanwhile.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, offer.catalog)
    with transaction.atomic():
        move_alone(offer.catalog.organisation_id)
        Connection.objects.get_or_create(catalog=offer.catalog)
        rows = Connection.objects.select_for_update(of=("self",)).select_related("account")
        connection = rows.get(catalog=offer.catalog)
        account = Account.objects.select_for_update().get(pk=offer.account_id)
        if account.state == AccountState.DISCONNECTED:
            raise InvalidInput(
                f"{account.address} was disconnected meanwhile.",
                field="account",
                meaning="Nothing was changed.",
                remedy="Connect an account yourself, or ask for a new offer.",
            )
        _close(ports, offer, OfferState.ACCEPTED, "account.offer_accepted", actor)
        use_account(ports, connection, account, actor=actor, signed_in=False)
        connection.saved_at = ports.clock.now()
        connection.save(update_fields=["saved_at"])
    return connection


def decline(ports: Ports, *, offer: SharingOffer, actor: Actor) -> SharingOffer:
    """Turn an offer down; it can be made again.

    Raises:
        InvalidInput: the offer is not open any more.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, offer.catalog)
    with transaction.atomic():
        return _close(ports, offer, OfferState.DECLINED, "account.offer_declined", actor)


def withdraw(ports: Ports, *, offer: SharingOffer, actor: Actor) -> SharingOffer:
    """Take an offer back before it is accepted; catalogs that use the account keep it.

    Raises:
        InvalidInput: the offer is not open any more.
        NotAllowed, NotFoundHere: the actor may not offer this account.
    """
    _require_may_offer(actor, offer.account)
    with transaction.atomic():
        return _close(ports, offer, OfferState.WITHDRAWN, "account.offer_withdrawn", actor)


def _require_may_offer(actor: Actor, account: Account) -> None:
    """Let the act pass, or refuse it; the operator passes."""
    if actor.person is None:
        return
    access = access_of(actor.person)
    if access.person.organisation_id != account.organisation_id:
        raise NotFoundHere("There is no such account in your organisation.")
    if not may_offer(access, account):
        raise NotAllowed(
            f"You may not offer {account.address} to other catalogs.",
            meaning="Only who connected it, and LMS admins, may; nothing was changed.",
            remedy=whom_to_ask(account.organisation_id),
        )


def _close(
    ports: Ports, offer: SharingOffer, state: OfferState, action: str, actor: Actor
) -> SharingOffer:
    """Close an open offer, once."""
    now = ports.clock.now()
    rows = SharingOffer.objects.filter(pk=offer.pk, state=OfferState.OPEN)
    if not rows.update(state=state, closed_at=now):
        raise InvalidInput(
            "This offer is not open any more.",
            field="offer",
            meaning="It was accepted, declined or withdrawn meanwhile; nothing was changed.",
        )
    offer.state, offer.closed_at = state, now
    _tell(ports, offer, action, actor)
    return offer


def _tell(ports: Ports, offer: SharingOffer, action: str, actor: Actor) -> None:
    """Write record and event with the catalog that was offered the account."""
    catalog = offer.catalog
    after = {"account": offer.account.address, "offered by": offer.offered_by_name}
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"account:{offer.account.address}",
        after=after,
    )
    emit(
        ports,
        catalog=catalog,
        name=action,
        payload={"catalog": catalog.slug, **after},
    )
