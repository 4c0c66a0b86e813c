"""Inviting an account's owner to sign in with it; the admin who invited them presses Save."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.db import transaction

from classbell.domain.connections.arrival import keep_until_saved, receive
from classbell.domain.connections.connect import request_for_account
from classbell.domain.connections.scopes import FULL
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import checked_address
from classbell.domain.organisations.attempts import Door, counted
from classbell.domain.organisations.audit import CLASSBELL, Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.organisations.journeys import NOTHING_CHANGED, arrive, find, start
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotAllowed, StateInvalid
from classbell.ports.mail import Address
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import (
    Catalog,
    ConnectInvitation,
    PendingConnection,
    Person,
    SignInJourney,
)
from classbell.storage.queries.agreements import invitation_of_token, usable_invitations

LIFETIME = timedelta(days=7)

PURPOSES = frozenset({SignInJourney.INVITED})


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its admins see it.

    Attributes:
        row: the stored one: address, person (who invited), created_at, expires_at, used_at.
        link: the page to open, ``{base_url}/invited/{token}``.
    """

    row: ConnectInvitation
    link: str = field(repr=False)


def invite_owner(
    ports: Ports,
    *,
    catalog: Catalog,
    address: str,
    actor: Actor,
    person: Person | None = None,
    scopes: frozenset[str] | None = None,
) -> Invitation:
    """Invite the owner of an account to sign in with it. The link is mailed and returned.

    Invitations of the catalog to the same address stop working. The mail goes by the system
    mailer; where there is none, the link still can be handed over.

    Args:
        ports: the outside world.
        catalog: the catalog it shall work for.
        address: the account's address.
        actor: who invites.
        person: the admin in whose panel the account will wait for Save; the actor's person where
            it is None.
        scopes: the permissions to ask for; ``FULL`` where it is None.

    Raises:
        InvalidInput: the address is unusable, or nobody is named in whose panel it shall wait.
        NotAllowed, NotFoundHere: the actor or the person is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    host = _host(catalog, person or actor.person)
    address, now, token = checked_address(address), ports.clock.now(), secrets.token_urlsafe(32)
    row = ConnectInvitation(
        catalog=catalog,
        person=host,
        address=address,
        scopes=sorted(scopes or FULL),
        token_hash=_hash(ports, token),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    row.sealed_token = ports.cipher.seal(token.encode(), bound_to=_place(row.pk))
    with transaction.atomic():
        former = usable_invitations(catalog, now).filter(address__iexact=address)
        former.update(withdrawn_at=now)
        row.save(force_insert=True)
        _mail(ports, row)
        _tell(ports, row, "connection.owner_invited", actor)
    return Invitation(row, _link(ports, token))


def open_invitations(ports: Ports, catalog: Catalog) -> list[Invitation]:
    """Return the catalog's invitations that can be used, newest first."""
    return [_shown(ports, row) for row in usable_invitations(catalog, ports.clock.now())]


def withdraw_invitation(ports: Ports, *, invitation: ConnectInvitation, actor: Actor) -> None:
    """Make an invitation unusable; an account that signed in by it already stays in the panel.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, invitation.catalog)
    rows = ConnectInvitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
    with transaction.atomic():
        if rows.update(withdrawn_at=ports.clock.now()):
            _tell(ports, invitation, "connection.invitation_withdrawn", actor)


def open_invitation(ports: Ports, token: str) -> ConnectInvitation:
    """Return the invitation a link stands for, with catalog, organisation and person loaded.

    Raises:
        StateInvalid: there is none, it was used or withdrawn, or it is older than seven days.
        TooManyRequests: there were too many such from this network.
    """
    return _require_usable(ports, invitation_of_token(_hash(ports, token)))


def begin_invited(
    ports: Ports, *, token: str, browser_key: str, choose_account: bool = False
) -> str:
    """Return where to send the browser of whoever opened an invitation. Uses the network.

    Args:
        ports: the outside world.
        token: from the link.
        browser_key: identifies the browser session; the same must come back.
        choose_account: let Microsoft show its list of accounts, rather than naming the invited
            address; for owners whose sign-in name is another one.

    Raises:
        StateInvalid: the invitation cannot be used any more.
        ProviderFailure: Microsoft cannot be reached.
    """
    row = open_invitation(ports, token)
    wanted = frozenset(row.scopes)
    address = "" if choose_account else row.address
    return start(
        ports,
        purpose=SignInJourney.INVITED,
        browser_key=browser_key,
        catalog=row.catalog,
        memo={"asked": " ".join(sorted(wanted)), "invitation": str(row.pk)},
        request_for=partial(request_for_account, ports, row.catalog, address, wanted),
    )


def is_invited_answer(ports: Ports, *, browser_key: str, answer: Mapping[str, str]) -> bool:
    """Say whether the parameters of ``/connect/callback`` finish an invitation in this browser.

    Ask this before asking who is signed in: the owner may have no Classbell account.
    """
    row = find(ports, browser_key=browser_key, answer=answer)
    return row is not None and row.purpose == SignInJourney.INVITED


def finish_invited(
    ports: Ports, *, browser_key: str, answer: Mapping[str, str]
) -> PendingConnection:
    """Take the callback's parameters; the account then waits in the inviter's panel.

    Nothing is connected before the inviter presses Save; nobody is signed in to Classbell by this.
    Uses the network. The result's ``invitation`` names whom to thank and where it waits.

    Raises:
        StateInvalid: the callback does not belong to an invitation opened in this browser, or the
            invitation was used or withdrawn meanwhile.
        SignInCancelled: the owner turned back at Microsoft; the invitation still works.
        WrongOrganisation: the account belongs to another organisation; the invitation still works.
        NotAllowed: who invited them is no admin of the catalog any more.
        ProviderFailure: Microsoft refused or cannot be reached; the invitation still works.
    """
    journey = arrive(ports, purposes=PURPOSES, browser_key=browser_key, answer=answer)
    rows = ConnectInvitation.objects.select_related("catalog__organisation", "person")
    found = rows.filter(pk=uuid.UUID(str(journey.memo["invitation"]))).first()
    invitation = _require_usable(ports, found)
    _require_host(invitation)
    arrived = receive(ports, invitation.catalog.organisation, journey, answer)
    with transaction.atomic():
        # Of two browsers that finish at once, one uses the invitation up.
        unused = rows.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
        if not unused.update(used_at=ports.clock.now()):
            raise _spent()
        pending = keep_until_saved(
            ports,
            arrived,
            catalog=invitation.catalog,
            person=invitation.person,
            browser_key="",
            invitation=invitation,
        )
        _tell(ports, invitation, "connection.owner_signed_in", CLASSBELL, account=pending.address)
    return pending


def _host(catalog: Catalog, person: Person | None) -> Person:
    """Return the admin in whose panel the account will wait for Save."""
    if person is None:
        raise InvalidInput(
            "Nobody is named in whose panel the account shall wait for Save.",
            field="person",
            remedy="Name an admin of the catalog.",
        )
    require_actor_administers(Actor.of(person), catalog)
    return person


def _require_usable(ports: Ports, row: ConnectInvitation | None) -> ConnectInvitation:
    if row is None or row.used_at or row.withdrawn_at or row.expires_at <= ports.clock.now():
        raise counted(ports, Door.LINK, _spent())
    return row


def _require_host(invitation: ConnectInvitation) -> None:
    """Refuse where nobody could press Save: an account must not wait in nobody's panel."""
    try:
        require_actor_administers(Actor.of(invitation.person), invitation.catalog)
    except NotAllowed as cause:
        raise NotAllowed(
            f"{invitation.person.name}, who invited you, is no admin of the catalog any more.",
            meaning=NOTHING_CHANGED,
            remedy="Ask whoever administers the catalog now to invite you.",
        ) from cause


def _mail(ports: Ports, row: ConnectInvitation) -> None:
    """Mail the link; its token stays sealed until the mail is rendered."""
    notify(
        ports,
        kind="connect_invitation",
        organisation_id=row.catalog.organisation_id,
        catalog=row.catalog,
        audience=[Address(row.address, "")],
        context={"invitation": str(row.pk)},
    )


def _shown(ports: Ports, row: ConnectInvitation) -> Invitation:
    sealed = bytes(row.sealed_token)
    return Invitation(
        row, _link(ports, ports.cipher.open(sealed, bound_to=_place(row.pk)).decode())
    )


def _link(ports: Ports, token: str) -> str:
    return f"{ports.base_url}/invited/{token}"


def _hash(ports: Ports, token: str) -> str:
    return keyed_hash(ports.secret_key, "connect_invitation.token", token)


def _place(invitation_id: uuid.UUID) -> str:
    """Return the words that bind a token to its invitation."""
    return f"connect_invitation.token:{invitation_id}"


def _tell(ports: Ports, row: ConnectInvitation, action: str, actor: Actor, **facts: str) -> None:
    """Write record and event, never the token."""
    catalog = row.catalog
    after = {"invited": row.address, "by": row.person.name, **facts}
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"catalog:{catalog.slug}",
        after=after,
    )
    emit(
        ports,
        catalog=catalog,
        name=action,
        payload={"catalog": catalog.slug, **after},
    )


def _spent() -> StateInvalid:
    return StateInvalid(
        "This invitation does not work any more.",
        meaning="An invitation works once, for seven days, and only the newest one. "
        + NOTHING_CHANGED,
        remedy="Ask whoever invited you to send a new one.",
        code="invitation_spent",
    )
