"""Activating Azure Communication Services for an organisation, and ending that: the operator's."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.db import transaction

from classbell.delivery.hold import release
from classbell.delivery.lanes import lock_lanes
from classbell.domain.connections.alarms import end_provider_alarm
from classbell.domain.connections.rerouting import (
    hold_until_activated,
    leave_alerts,
    reroute_catalog,
)
from classbell.domain.connections.waiting import keep_much_or_old
from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.notifications.moving import move_alone, watch
from classbell.domain.organisations.addresses import checked_address
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.providers.resource import key_place
from classbell.ports.bundle import Ports
from classbell.ports.errors import Audience, InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import EmailProvider, Organisation
from classbell.storage.queries.email_provider import connections_of, provider_of

REPORT_KEY = "email_provider.report_key"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Approved:
    """The resource as the operator was given it.

    Attributes:
        endpoint: its address, such as ``https://contoso.europe.communication.azure.com``.
        sender_address: the fixed sender, of a domain that is linked to it.
        access_key: base64; empty where the application proves itself by Microsoft Entra ID.
        messages_per_minute, messages_per_hour: the rates that Microsoft approved.
    """

    endpoint: str
    sender_address: str
    messages_per_minute: int
    messages_per_hour: int
    access_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Activated:
    """What an activation came to.

    Attributes:
        provider: the row.
        report_key: what delivery reports have to carry; told this once, empty where none was made.
        released: messages that had waited for it and go out now.
    """

    provider: EmailProvider
    report_key: str = field(default="", repr=False)
    released: int = 0


@dataclass(frozen=True, slots=True)
class Deactivated:
    """What a deactivation concerned.

    Attributes:
        moved: messages that take another route instead.
        held: messages that wait for it until they expire.
    """

    moved: int
    held: int


def activate(
    ports: Ports,
    organisation: Organisation,
    approved: Approved,
    *,
    actor: Actor,
    with_report_key: bool = False,
) -> Activated:
    """Let an organisation's catalogs send through Azure Communication Services; or change how.

    Mail that waited for it goes out. Done again, it replaces endpoint, sender, proof and rates; a
    report key stays unless another is made.

    Args:
        ports: the outside world.
        organisation: whose catalogs may choose it.
        approved: the resource.
        actor: the operator.
        with_report_key: whether to make a key for delivery reports, which ends the former one.

    Raises:
        InvalidInput: endpoint, sender, key or a rate cannot be used.
        NotAllowed: somebody else than the operator acts.
    """
    _require_operator(actor)
    sender = checked_address(approved.sender_address)
    endpoint = _checked_endpoint(approved)
    _check_key(approved.access_key)
    _check_rates(approved)
    report_key = secrets.token_urlsafe(32) if with_report_key else ""
    with transaction.atomic():
        move_alone(organisation.pk)
        former = provider_of(organisation.pk)
        before = provider_facts(former) if former is not None else {}
        provider = former or EmailProvider(organisation=organisation)
        provider.endpoint, provider.sender_address = endpoint, sender
        provider.sealed_key = _sealed(ports, provider, approved.access_key)
        provider.messages_per_minute = approved.messages_per_minute
        provider.messages_per_hour = approved.messages_per_hour
        provider.active, provider.activated_at = True, ports.clock.now()
        if report_key:
            provider.report_key_hash = report_key_hash(ports, report_key)
        provider.save()
        lock_lanes(organisation.pk)
        _tell(ports, provider, "email_provider.activated", actor, before)
        released = _let_go(ports, provider)
    return Activated(provider, report_key, released)


def deactivate(ports: Ports, organisation: Organisation, *, actor: Actor) -> Deactivated:
    """End an organisation's use of Azure Communication Services.

    Mail of catalogs that may fall over takes their account, alerts take their next route, and the
    rest waits until it expires, its reason beside it. What is on the wire settles by itself.

    Raises:
        NotFoundHere: it is not activated.
        NotAllowed: somebody else than the operator acts.
    """
    _require_operator(actor)
    with transaction.atomic():
        move_alone(organisation.pk)
        provider = provider_of(organisation.pk)
        if provider is None or not provider.active:
            raise NotFoundHere(
                f"Azure Communication Services is not activated for {organisation.name}.",
                remedy="Nothing is to be done.",
            )
        before = provider_facts(provider)
        provider.active = False
        provider.save(update_fields=["active"])
        lock_lanes(organisation.pk)
        _tell(ports, provider, "email_provider.deactivated", actor, before)
        lane = provider_lane(provider)
        moved = sum(reroute_catalog(ports, one) for one in connections_of(organisation.pk))
        moved += leave_alerts(ports, lane)
        held = hold_until_activated(ports, lane)
        # Expansions and retries that began before may still put mail there.
        watch(ports, lane)
        end_provider_alarm(ports, provider)
    return Deactivated(moved, held)


def report_key_hash(ports: Ports, report_key: str) -> str:
    """Return the keyed hash by which a report key is recognised."""
    return keyed_hash(ports.secret_key, REPORT_KEY, report_key)


def provider_facts(provider: EmailProvider) -> dict[str, object]:
    """Return what the record says about a resource; never its key."""
    return {
        "endpoint": provider.endpoint,
        "sender": provider.sender_address,
        "proof": "access key" if provider.sealed_key else "Microsoft Entra ID",
        "messages per minute": provider.messages_per_minute,
        "messages per hour": provider.messages_per_hour,
        "delivery reports": bool(provider.report_key_hash),
        "active": provider.active,
    }


def _let_go(ports: Ports, provider: EmailProvider) -> int:
    """Let go what waited for the resource, and what may fall over to it now."""
    lane = provider_lane(provider)
    end_provider_alarm(ports, provider)
    keep_much_or_old(ports, lane)
    released = release(ports, lane, ports.clock.now())
    return released + sum(
        reroute_catalog(ports, one) for one in connections_of(provider.organisation_id)
    )


def _require_operator(actor: Actor) -> None:
    """Refuse everybody who signs in: what is approved and paid for is not theirs to say."""
    if actor.person is not None:
        raise NotAllowed(
            "Only whoever runs this installation activates Azure Communication Services.",
            meaning="Nothing was changed.",
            who=Audience.OPERATOR,
        )


def _checked_endpoint(approved: Approved) -> str:
    """Return the endpoint without a slash at its end."""
    endpoint = approved.endpoint.strip().rstrip("/")
    parts = urlsplit(endpoint)
    # A key's signature is as good over http, but nobody but a sandbox on this machine offers it.
    allowed = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK and bool(approved.access_key)
    )
    if not allowed or not parts.hostname or parts.path or parts.query or "@" in parts.netloc:
        raise InvalidInput(
            f"«{approved.endpoint}» is no endpoint of Azure Communication Services.",
            field="endpoint",
            remedy="Copy it from the resource's page Keys: https://NAME.communication.azure.com.",
        )
    return endpoint


def _check_key(access_key: str) -> None:
    """Refuse a key that cannot sign anything; the message does not repeat it."""
    try:
        base64.b64decode(access_key, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise InvalidInput(
            "The access key is not base64.",
            field="key",
            remedy="Copy the primary or secondary key, not the connection string.",
        ) from cause


def _check_rates(approved: Approved) -> None:
    """Refuse rates that nothing could leave by."""
    if approved.messages_per_minute < 1 or approved.messages_per_hour < 1:
        raise InvalidInput(
            "The approved rates are whole numbers, 1 or more.",
            field="rate",
            remedy="Without an approval they are 30 a minute and 100 an hour.",
        )


def _sealed(ports: Ports, provider: EmailProvider, access_key: str) -> bytes:
    """Seal a key for the row; no key seals to nothing."""
    if not access_key:
        return b""
    return ports.cipher.seal(access_key.encode(), bound_to=key_place(provider.pk))


def _tell(
    ports: Ports, provider: EmailProvider, action: str, actor: Actor, before: dict[str, object]
) -> None:
    """Write record and event."""
    organisation_id, after = provider.organisation_id, provider_facts(provider)
    record(
        ports,
        actor=actor,
        organisation_id=organisation_id,
        catalog=None,
        action=action,
        subject=f"organisation:{organisation_id}",
        before=before,
        after=after,
    )
    emit(ports, organisation_id=organisation_id, catalog=None, name=action, payload=after)
