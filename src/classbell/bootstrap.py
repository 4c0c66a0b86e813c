"""The one room that names concrete adapters: it builds the ports and hands them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from django.conf import settings as django_settings
from django.db import DatabaseError, InterfaceError, connection

from classbell.config import Settings, missing
from classbell.delivery.doorbell import LaneDoorbell
from classbell.delivery.handlers import Handlers
from classbell.delivery.lanes import TakenLane
from classbell.delivery.pace import UNLIMITED, Pace
from classbell.delivery.service import LaneService
from classbell.domain.connections.alerts import STILL_LOST, still_lost
from classbell.domain.connections.connect import FORGET_PENDING, forget_pending
from classbell.domain.connections.daily import (
    OPERATOR_CHECK,
    ask_operator_check,
    daily_check,
    operator_check,
)
from classbell.domain.connections.daily_times import DAILY_CHECK
from classbell.domain.connections.lost import lane_verdict
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import EXPAND
from classbell.domain.notifications.render import render
from classbell.domain.notifications.routes import REROUTE, reroute
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.request import RECONCILE
from classbell.domain.scheduling.rooms import REFRESH_ROOMS, refresh_rooms
from classbell.engine.alone import OnlyWorker
from classbell.engine.loop import Engine
from classbell.engine.wake_postgresql import Listener
from classbell.engine.wake_sqlite import DataVersion
from classbell.microsoft.clouds import cloud_for
from classbell.microsoft.entra import (
    ClientCertificate,
    ClientCredential,
    ClientSecret,
    EntraIdentity,
    FederatedAssertion,
    Proofs,
    read_certificate,
)
from classbell.microsoft.graph import (
    GraphAccount,
    GraphCalendar,
    GraphClient,
    GraphMail,
    GraphRooms,
    own_mailbox,
)
from classbell.network.clock import CLOCK_TIMEOUTS, HttpClock
from classbell.network.http import HttpDoor, watch_nothing
from classbell.network.logs import configure_logging
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.bundle import HeldMailRule, Ports
from classbell.ports.clock import Clock, SystemClock
from classbell.ports.errors import ConfigurationFault
from classbell.ports.installation import Credential, Installation
from classbell.ports.mail import Accepted, Mail, SystemMailer
from classbell.smtp.mailer import SmtpMailer
from classbell.smtp.settings import mail_route
from classbell.storage.encryption import key_ring
from classbell.storage.models import Lane, LaneKind
from classbell.storage.queries.delivery import CHANNEL

_replacement: list[Ports] = []


class CalledInTransaction(Exception):
    """A fault of ours; of no kind that a library raises, so that nobody takes it for theirs."""


def settings() -> Settings:
    """Return the typed settings of this process."""
    loaded: Settings = django_settings.CLASSBELL
    return loaded


def ports() -> Ports:
    """Return the outside world of this process, built once.

    Raises:
        ConfigurationFault: a required setting is missing or unusable.
    """
    return _replacement[-1] if _replacement else _built()


@contextmanager
def use(replacement: Ports) -> Iterator[Ports]:
    """Hand out other ports for a while, such as fakes in tests."""
    _replacement.append(replacement)
    try:
        yield replacement
    finally:
        _replacement.pop()


@cache
def _built() -> Ports:
    """Build the ports from this process's settings."""
    return build(settings())


def build(
    chosen: Settings, *, observe: Callable[[HttpRequest, HttpAnswer], None] = watch_nothing
) -> Ports:
    """Build the ports for given settings.

    Args:
        chosen: the settings, usually those of the environment.
        observe: told each exchange with a provider.

    Raises:
        ConfigurationFault: a required setting is missing or unusable.
    """
    for variable, hint in missing(chosen).items():
        raise ConfigurationFault(f"{variable} is not set.", remedy=hint)
    configure_logging()
    door = HttpDoor(
        before_call=refuse_inside_transaction, observe=observe, max_connections=wires(chosen)
    )
    cloud = cloud_for(chosen.cloud, login_url=chosen.login_url, graph_url=chosen.graph_url)
    clock = _clock(chosen)
    proofs = _proofs(chosen)
    graph = GraphClient(cloud, door, clock)
    return Ports(
        base_url=chosen.base_url,
        secret_key=chosen.secret_key,
        clock=clock,
        cipher=key_ring(chosen.encryption_keys),
        doorbell=LaneDoorbell(clock),
        identity=EntraIdentity(
            cloud=cloud,
            door=door,
            clock=clock,
            client_id=chosen.client_id,
            credential=Proofs(proofs),
        ),
        mail=GraphMail(graph),
        calendar=GraphCalendar(graph),
        rooms=GraphRooms(graph),
        account_facts=GraphAccount(graph),
        own_mailbox=own_mailbox,
        system_mailer=_system_mailer(chosen, clock),
        installation=_installation(chosen, proofs),
        held_mail=HeldMailRule(
            chosen.held_decision_messages, timedelta(days=chosen.held_decision_days)
        ),
    )


def _clock(chosen: Settings) -> Clock:
    """Build business time: the machine's, or what an address tells through a door of its own."""
    if not chosen.clock_url:
        return SystemClock()
    return HttpClock(chosen.clock_url, HttpDoor(timeouts=CLOCK_TIMEOUTS))


def _proofs(chosen: Settings) -> list[ClientCredential]:
    """Return all that the application can prove itself with, in the order of use."""
    found: list[ClientCredential] = []
    if chosen.client_certificate:
        certificate, key = Path(chosen.client_certificate), Path(chosen.client_certificate_key)
        found.append(read_certificate(certificate, key))
    if chosen.client_assertion_file:
        found.append(FederatedAssertion(Path(chosen.client_assertion_file)))
    secrets = (chosen.client_secret, chosen.client_secret_next)
    return [*found, *(ClientSecret(secret) for secret in secrets if secret)]


def _installation(chosen: Settings, proofs: list[ClientCredential]) -> Installation:
    """Gather what may be known and shown of this installation."""
    kind: str
    expires_at: datetime | None
    match proofs[0]:
        case ClientCertificate() as first:
            kind, expires_at = "certificate", first.expires_at
        case FederatedAssertion():
            kind, expires_at = "federated", None
        case _:
            kind, expires_at = "secret", chosen.secret_expires_at
    return Installation(
        version=version("classbell"),
        cloud=chosen.cloud,
        operator_address=chosen.operator_address,
        mail_route=mail_route(chosen.smtp_url, chosen.smtp_from) if chosen.smtp_url else "",
        credential=Credential(kind, expires_at, has_next=len(proofs) > 1),
    )


def _system_mailer(chosen: Settings, clock: Clock) -> SystemMailer | None:
    """Build the system mailer, where the operator has set one."""
    if not chosen.smtp_url:
        return None
    return SmtpMailer(
        chosen.smtp_url,
        sender=chosen.smtp_from,
        clock=clock,
        before_call=refuse_inside_transaction,
    )


def refuse_inside_transaction() -> None:
    """Refuse a network call while a transaction is open.

    A call may take seconds; rows locked meanwhile would stop everybody else.

    Raises:
        CalledInTransaction: always a fault of ours, so it is not worded for people.
    """
    if connection.in_atomic_block:
        raise CalledInTransaction("A network call was made inside a database transaction.")


def pace() -> Pace:
    """Return the figures that the operator set for a mailbox."""
    chosen = settings()
    return Pace(
        messages_per_minute=chosen.messages_per_minute,
        recipients_per_day=chosen.recipients_per_day,
        urgent_reserve=chosen.recipients_reserve,
        requests_in_flight=chosen.requests_in_flight,
    )


def handlers_for(lane: Lane) -> Handlers:
    """Return what the work of a lane needs: rendering, sending, verdicts and work items."""
    outside = ports()
    is_mailbox = lane.kind == LaneKind.MAILBOX
    return Handlers(
        render=partial(render, outside),
        send=partial(_send_as_account if is_mailbox else _send_by_system_mailer, outside),
        on_account_verdict=partial(lane_verdict, outside),
        work={
            DAILY_CHECK: partial(daily_check, outside),
            EXPAND: partial(expand_notification, outside),
            FORGET_PENDING: partial(forget_pending, outside),
            OPERATOR_CHECK: partial(operator_check, outside),
            RECONCILE: partial(reconcile, outside),
            REFRESH_ROOMS: partial(refresh_rooms, outside),
            REROUTE: partial(reroute, outside),
            STILL_LOST: partial(still_lost, outside),
        },
        # The limits are Exchange Online's; the operator's own mail server has none of ours.
        pace=pace() if is_mailbox else UNLIMITED,
    )


def wires(chosen: Settings) -> int:
    """Return how many calls to providers one process has under way at most."""
    return chosen.worker_threads * chosen.requests_in_flight


def begin_daily_work() -> None:
    """Ask for the installation's daily work; a worker does so when it starts."""
    ask_operator_check(ports())


def engine() -> Engine[TakenLane]:
    """Return the worker's loop for this process's store.

    Raises:
        ConfigurationFault: a required setting is missing or unusable.
    """
    chosen = settings()
    path = chosen.sqlite_path
    return Engine(
        LaneService(ports(), handlers_for),
        wake=DataVersion(path) if path else Listener(chosen.database_url, CHANNEL),
        threads=chosen.worker_threads,
        wires=wires(chosen),
        recoverable=(DatabaseError, InterfaceError, ConfigurationFault),
        alone=OnlyWorker(path) if path else None,
    )


def _send_as_account(outside: Ports, lane: Lane, mail: Mail) -> Accepted:
    """Send as the account whose lane it is."""
    return outside.mail.send(mailbox_for(outside, UUID(lane.key)), mail)


def _send_by_system_mailer(outside: Ports, _lane: Lane, mail: Mail) -> Accepted:
    """Send through the operator's system mailer; housekeeping lanes never have mail."""
    if outside.system_mailer is None:
        raise ConfigurationFault("CLASSBELL_SMTP_URL is not set.")
    return outside.system_mailer.send(mail)
