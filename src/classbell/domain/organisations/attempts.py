"""Failed attempts to come in: counted by address and by account, in the store, and limited.

What is valid always opens, also from an address that has reached its limit: the secrets of these
doors are too long to be guessed, so a limit has to stop the load and the noise, and must never
become the means by which somebody keeps others out (docs/decisions/0036-what-is-valid-opens.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address
from uuid import UUID

import structlog
from django.db.models import F

from classbell.domain.organisations.audit import Actor, present_request, record
from classbell.network.measures import FAILED_ATTEMPTS
from classbell.ports.bundle import Ports
from classbell.ports.errors import ClassbellError, TooManyRequests
from classbell.storage.models import FailedAttempts, Organisation

SPAN = timedelta(minutes=5)
"""Counts begin anew after this, so nobody waits longer."""

MOST = 30
"""Failures in a span that one address, or one account, is told about as what they are."""

MOST_STARTED = 300
"""Sign-ins of one address that were begun in a span and are not finished."""

KEPT = timedelta(hours=2)
NETWORK_BITS = 64
"""What one customer of a provider has of IPv6; within it addresses are free to choose."""

CODE = "too_many_failures"
STARTED = "sign_in_started"
ON_RECORD = "on record"
AT_THE_DOOR = Actor(None, "Classbell", "web")

log = structlog.get_logger(__name__)


class Door(StrEnum):
    """Where somebody shows a secret, or comes back from Microsoft."""

    API = "api"
    CALENDAR = "calendar"
    FIGURES = "figures"
    LINK = "link"
    REPORT = "report"
    SIGN_IN = "sign_in"


def counted(
    ports: Ports,
    door: Door,
    error: ClassbellError,
    *,
    account: str = "",
    organisation_id: UUID | None = None,
) -> ClassbellError:
    """Count a failure, and return the error to raise: this one, or that it were too many.

    Args:
        ports: the outside world.
        door: where it happened.
        error: what is said within the limit.
        account: who failed, proven, such as an integration whose token was revoked; never what
            somebody only claims to be.
        organisation_id: whose account it is.
    """
    now = ports.clock.now()
    network = network_of(present_request().address)
    subjects = [one for one in (network, account) if one]
    results = [
        _one_more(ports, door, one, organisation_id if one == account else None) for one in subjects
    ]
    refused = not all(results)
    FAILED_ATTEMPTS.labels(door.value, "refused" if refused else "failed").inc()
    return _too_many(now) if refused else error


def has_failed_too_often(ports: Ports, door: Door) -> bool:
    """Tell whether whoever asks now has reached the limit of a door.

    For secrets that people choose and that could be guessed; all others open when they are valid.
    """
    rows = FailedAttempts.objects.filter(
        door=door.value,
        subject=network_of(present_request().address),
        begun_at=_span(ports.clock.now()),
        count__gte=MOST,
    )
    return rows.exists()


def begin_counting(ports: Ports) -> None:
    """Count a sign-in that begins; ``finished`` takes it back.

    Raises:
        TooManyRequests: too many of this address were begun and not finished.
    """
    network = network_of(present_request().address)
    if network and not _add(ports, STARTED, network, MOST_STARTED):
        FAILED_ATTEMPTS.labels(STARTED, "refused").inc()
        wait = _seconds_left(ports.clock.now())
        raise TooManyRequests(
            "Many sign-ins were started from your network and not finished.",
            retry_after=wait,
            meaning="Nothing was started. Who is signed in already stays so.",
            remedy=f"Wait for {wait} seconds, and start again.",
            code=CODE,
        )


def finished(ports: Ports) -> None:
    """Take back what was counted for a sign-in that has now come to a good end."""
    network = network_of(present_request().address)
    rows = FailedAttempts.objects.filter(door=STARTED, subject=network, count__gt=0)
    rows.filter(begun_at=_span(ports.clock.now())).update(count=F("count") - 1)


def network_of(address: str) -> str:
    """Return whose address it is: itself, or for IPv6 the network that one customer has.

    Args:
        address: of a client; empty where none is known, as on the command line.
    """
    if not address:
        return ""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, NETWORK_BITS), strict=False))
    return str(found)


def _one_more(ports: Ports, door: Door, subject: str, organisation_id: UUID | None) -> bool:
    """Count one failure; say whether there was room for it."""
    room = _add(ports, door.value, subject, MOST)
    if not room:
        _put_on_record(ports, door, subject, organisation_id)
    return room


def _add(ports: Ports, door: str, subject: str, most: int) -> bool:
    """Add one in the present span as long as there is room; beyond that nothing is written."""
    span = _span(ports.clock.now())
    row, is_new = FailedAttempts.objects.get_or_create(
        door=door, subject=subject, begun_at=span, defaults={"count": 1}
    )
    if is_new:
        FailedAttempts.objects.filter(begun_at__lt=span - KEPT).delete()
        return True
    if row.count >= most:
        return False
    rows = FailedAttempts.objects.filter(pk=row.pk, count__lt=most)
    return bool(rows.update(count=F("count") + 1))


def _put_on_record(ports: Ports, door: Door, subject: str, organisation_id: UUID | None) -> None:
    """Tell the organisation concerned of it, once an hour for each account.

    Whom a stranger failed to be is known to nobody: then every organisation is told, once an hour
    for each door, so that many addresses cannot fill the record.
    """
    hour = ports.clock.now().replace(minute=0, second=0, microsecond=0)
    whose = ON_RECORD if organisation_id is None else f"{ON_RECORD} {subject}"
    _, is_new = FailedAttempts.objects.get_or_create(
        door=door.value, subject=whose, begun_at=hour, defaults={"count": 1}
    )
    if not is_new:
        return
    log.warning("attempts_refused", door=door.value, failures=MOST)
    concerned = Organisation.objects.all()
    if organisation_id is not None:
        concerned = concerned.filter(pk=organisation_id)
    for found in concerned.values_list("pk", flat=True):
        record(
            ports,
            actor=AT_THE_DOOR,
            catalog=None,
            organisation_id=found,
            action="attempts.refused",
            subject=f"door:{door.value}",
            after={"failures": MOST, "from": subject},
        )


def _span(now: datetime) -> datetime:
    """Return when the span began that a moment lies in."""
    return now - timedelta(seconds=now.timestamp() % SPAN.total_seconds())


def _seconds_left(now: datetime) -> int:
    """Return in how many whole seconds counts begin anew; at least one."""
    return max(1, round((_span(now) + SPAN - now).total_seconds()))


def _too_many(now: datetime) -> TooManyRequests:
    wait = _seconds_left(now)
    return TooManyRequests(
        "There were too many failed attempts from your network or of this account.",
        retry_after=wait,
        meaning="Nothing was done. What is valid still works, from here as well.",
        remedy=f"Wait for {wait} seconds, and come with the newest link, address or token.",
        code=CODE,
    )
