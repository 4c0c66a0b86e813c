"""Save and Cancel of «Microsoft 365 Connection Settings», and switching on and off."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from classbell.delivery.lanes import lock_lanes
from classbell.domain.connections.capabilities import (
    Capability,
    CapabilityResult,
    CapabilityState,
    keep,
)
from classbell.domain.connections.mail_route import (
    RouteChoice,
    choose_route,
    follow_route,
    may_mail_without_account,
    set_mail_aside,
)
from classbell.domain.connections.scopes import lacking
from classbell.domain.connections.sealing import (
    account_place,
    open_tokens,
    pending_place,
    seal_tokens,
)
from classbell.domain.connections.use import facts, look_at_sessions, tell, use_account
from classbell.domain.connections.waiting import SWITCHED_OFF, bring_back
from classbell.domain.notifications.moving import move_alone
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    Account,
    AccountState,
    CalendarWatch,
    Catalog,
    Connection,
    PendingConnection,
    Person,
)
from classbell.storage.queries.connections import pending_in_panel, pending_of

NEEDED_TO_SEND = (Capability.MAIL,)
AS_IT_IS = RouteChoice()
UNUSABLE = (CapabilityState.BLOCKED, CapabilityState.NEEDS_CONSENT)


def save_settings(
    ports: Ports,
    *,
    catalog: Catalog,
    person: Person,
    browser_key: str,
    enabled: bool,
    actor: Actor,
    route: RouteChoice = AS_IT_IS,
) -> Connection:
    """Make the panel's settings current.

    With the toggle on, an account that signed in becomes the catalog's account: it gets a
    confirmation mail, which is the first proof that it can send, and the sessions to come are
    looked at. Without one, the toggle alone changes. With the toggle off nothing is sent or
    booked; account and tokens stay. Another route for mail takes along what waits.

    Args:
        ports: the outside world.
        catalog: whose settings.
        person: whose panel is saved.
        browser_key: the browser session in which an account may have signed in.
        enabled: the toggle.
        actor: who saves.
        route: the route for mail.

    Raises:
        InvalidInput: the toggle is on and nothing is there that could send, the account cannot, or
            Azure Communication Services is chosen and not activated for the organisation.
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    now = ports.clock.now()
    pending = pending_of(catalog, person=person, browser_key=browser_key, now=now)
    if enabled and pending is not None:
        _require_can_send(pending)
    with transaction.atomic():
        connection = _locked(catalog)
        before = choose_route(connection, route)
        if enabled and pending is not None:
            account = _account_of(ports, catalog, pending, actor)
            use_account(ports, connection, account, actor=actor, signed_in=True)
        else:
            (_switch_on if enabled else _switch_off)(ports, connection, actor)
        follow_route(ports, connection, before, actor)
        if pending is not None:
            pending_in_panel(catalog, person=person, browser_key=browser_key).delete()
        connection.saved_at = now
        connection.save(update_fields=["saved_at"])
    return connection


def switch_connection(
    ports: Ports,
    *,
    catalog: Catalog,
    enabled: bool,
    actor: Actor,
    if_still: Callable[[], None] | None = None,
) -> Connection:
    """Turn the toggle alone on or off, without anybody's panel.

    Args:
        ports: the outside world.
        catalog: whose settings.
        enabled: the toggle.
        actor: who switches.
        if_still: called once nobody else can change the settings; raises to leave them alone.

    Raises:
        InvalidInput: it is turned on, and nothing is there that could send.
        NotAllowed, NotFoundHere: the actor may not act in the catalog.
    """
    require_actor_administers(actor, catalog)
    with transaction.atomic():
        connection = _locked(catalog)
        if if_still is not None:
            if_still()
        (_switch_on if enabled else _switch_off)(ports, connection, actor)
        connection.saved_at = ports.clock.now()
        connection.save(update_fields=["saved_at"])
    return connection


def cancel_pending(ports: Ports, *, catalog: Catalog, person: Person, browser_key: str) -> bool:
    """Forget an account that signed in and was not saved; what the catalog uses stays as it is.

    Returns:
        Whether there was one.
    """
    with transaction.atomic():
        rows = pending_in_panel(catalog, person=person, browser_key=browser_key)
        dropped = rows.first()
        if dropped is None:
            return False
        rows.delete()
        record(
            ports,
            actor=Actor.of(person),
            catalog=catalog,
            action="connection.cancelled",
            subject=f"catalog:{catalog.slug}",
            after={"account not saved": dropped.address},
        )
    return True


def _locked(catalog: Catalog) -> Connection:
    """Return the catalog's setting, made where it is missing, and keep others off it.

    The organisation's routes come first, as for everybody who moves mail.
    """
    move_alone(catalog.organisation_id)
    Connection.objects.get_or_create(catalog=catalog)
    rows = Connection.objects.select_for_update(of=("self",))
    return rows.select_related("account", "catalog").get(catalog=catalog)


def _require_can_send(pending: PendingConnection) -> None:
    """Refuse an account that can never send, in the words of its capability card."""
    for line in pending.capabilities:
        if line["capability"] in NEEDED_TO_SEND and line["state"] in UNUSABLE:
            raise InvalidInput(
                f"{pending.address} cannot be used: {line['evidence']}",
                field="account",
                meaning="The settings were not saved.",
                remedy=line["remedy"],
            )


def _account_of(
    ports: Ports, catalog: Catalog, pending: PendingConnection, actor: Actor
) -> Account:
    """Write the account's row: new tokens, new facts; a lost one stays lost until told back."""
    now = ports.clock.now()
    account, _ = Account.objects.get_or_create(
        organisation_id=catalog.organisation_id,
        object_id=pending.object_id,
        defaults={
            "address": pending.address,
            "name": pending.name,
            "state": AccountState.CONNECTED,
            "connected_at": now,
        },
    )
    account = Account.objects.select_for_update().get(pk=account.pk)
    tokens = open_tokens(ports, pending.sealed_tokens, place=pending_place(pending.id))
    same_kind = account.kind == pending.kind
    account.address, account.name = pending.address, pending.name
    account.kind, account.outside_address = pending.kind, pending.outside_address
    account.granted_scopes = pending.granted_scopes
    asked = frozenset(pending.asked_scopes) or frozenset(pending.granted_scopes)
    # A sign-in that asked for less than was chosen before, such as a reconnection while consent is
    # outdated, or one for another catalog that shares the account, must not hide what is missing.
    in_use = account.state != AccountState.DISCONNECTED and same_kind
    account.asked_scopes = sorted(asked.union(account.asked_scopes if in_use else ()))
    account.withheld_scopes = sorted(lacking(account.granted_scopes, asked))
    account.sealed_tokens = seal_tokens(ports, tokens, place=account_place(account.id))
    # The version tells a renewal that began with the former tokens to throw its answer away.
    account.token_version += 1
    account.token_expires_at = pending.token_expires_at
    account.refresh_lease_until = None
    account.challenged_at = None
    account.connected_at = account.last_success_at = now
    account.connected_by = actor.person
    if account.state == AccountState.DISCONNECTED:
        account.state = AccountState.CONNECTED
    account.save()
    if not same_kind:
        # How far its calendar was read is told in links that the other kind's tokens cannot open.
        CalendarWatch.objects.filter(account=account).delete()
    keep(account, [_result(line) for line in pending.capabilities], pending.created_at)
    return account


def _switch_on(ports: Ports, connection: Connection, actor: Actor) -> None:
    """Turn the toggle on for what is there to send."""
    if connection.account is None and not may_mail_without_account(connection):
        raise InvalidInput(
            "No account is connected yet.",
            field="enabled",
            meaning="Without an account nothing can be sent or booked; nothing was saved.",
            remedy="Select Connect, sign in with the account, then save.",
        )
    if connection.enabled:
        return
    before = facts(connection)
    connection.enabled = True
    connection.save(update_fields=["enabled"])
    lock_lanes(connection.catalog.organisation_id)
    bring_back(ports, connection)
    tell(ports, connection, "connection.switched_on", actor, before)
    look_at_sessions(ports, connection)


def _switch_off(ports: Ports, connection: Connection, actor: Actor) -> None:
    """Turn the toggle off; account, tokens and settings stay."""
    if not connection.enabled:
        return
    before = facts(connection)
    connection.enabled = False
    connection.save(update_fields=["enabled"])
    set_mail_aside(ports, connection, reason_code=SWITCHED_OFF)
    tell(ports, connection, "connection.switched_off", actor, before)


def _result(line: dict[str, str]) -> CapabilityResult:
    """Read a capability line as it was kept with the pending connection."""
    return CapabilityResult(
        Capability(line["capability"]),
        CapabilityState(line["state"]),
        line["evidence"],
        line["remedy"],
        line["who"],
    )
