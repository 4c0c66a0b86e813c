"""The outside world of a process: settings, adapters, and the ports they fulfil."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings as django_settings
from django.db import connection

from classbell.config import Settings, missing
from classbell.delivery.doorbell import LaneDoorbell
from classbell.microsoft.acs import AcsMail, EventGridReports
from classbell.microsoft.clouds import cloud_for
from classbell.microsoft.entra import (
    PAGE_TIMEOUTS,
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
    GraphCalendarWatching,
    GraphClient,
    GraphMail,
    GraphMeetings,
    GraphRooms,
    application_mailbox,
    own_mailbox,
)
from classbell.microsoft.licences import licence_lists
from classbell.network.clock import CLOCK_TIMEOUTS, HttpClock
from classbell.network.http import HttpDoor, watch_nothing
from classbell.network.logs import configure_logging
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.network.tracing import trace_to
from classbell.ports.account import LicenceLists
from classbell.ports.bundle import HeldMailRule, Ports
from classbell.ports.clock import Clock, SystemClock
from classbell.ports.errors import ConfigurationFault
from classbell.ports.installation import Credential, Installation
from classbell.ports.mail import SystemMailer
from classbell.ports.webhooks import WebhookSender
from classbell.smtp.mailer import SmtpMailer
from classbell.smtp.oauth import AccessTokens, TokenSource
from classbell.smtp.settings import mail_route
from classbell.storage.databases import release
from classbell.storage.encryption import key_ring
from classbell.webhooks import webhook_sender

LANES_FOR_A_THREAD = 16
"""How many lanes may wait for a hanging provider for each that is worked on."""

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


def begin_process(name: str) -> None:
    """Set up what a process of the product needs beside its ports: its log, and its spans.

    Args:
        name: ``web`` or ``worker``.

    Raises:
        ConfigurationFault: a setting is missing or unusable.
    """
    chosen, built = settings(), ports()
    if chosen.traces_url:
        trace_to(chosen.traces_url, process=name, version=built.installation.version)


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
    configure_logging(level=chosen.log_level, form=chosen.log_format)
    door = HttpDoor(before_call=leave_the_store, observe=observe, max_connections=wires(chosen))
    cloud = cloud_for(chosen.cloud, login_url=chosen.login_url, graph_url=chosen.graph_url)
    clock, proofs = _clock(chosen), _proofs(chosen)
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
            page_door=_page_door(observe),
        ),
        mail=GraphMail(graph),
        calendar=GraphCalendar(graph),
        meetings=GraphMeetings(graph),
        watching=GraphCalendarWatching(graph),
        rooms=GraphRooms(graph),
        account_facts=GraphAccount(graph),
        own_mailbox=own_mailbox,
        application_mailbox=application_mailbox,
        system_mailer=_system_mailer(chosen, clock, door),
        email_service=AcsMail(door, clock),
        report_reader=EventGridReports(),
        webhooks=_webhooks(chosen, clock),
        public_url=chosen.reports_url,
        installation=_installation(chosen, proofs),
        licences=_licences(chosen),
        held_mail=_held_mail(chosen),
    )


def _held_mail(chosen: Settings) -> HeldMailRule:
    """Return when admins decide about mail that was held."""
    return HeldMailRule(chosen.held_decision_messages, timedelta(days=chosen.held_decision_days))


def _page_door(observe: Callable[[HttpRequest, HttpAnswer], None]) -> HttpDoor:
    """Build the door for calls that somebody waits for in front of a page."""
    return HttpDoor(before_call=leave_the_store, observe=observe, timeouts=PAGE_TIMEOUTS)


def _webhooks(chosen: Settings, clock: Clock) -> WebhookSender:
    """Build what sends events to addresses that admins named."""
    return webhook_sender(
        clock,
        private=chosen.webhook_networks,
        before_call=leave_the_store,
        max_connections=wires(chosen),
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
        activation_contact=chosen.activation_contact,
        mail_route=mail_route(chosen.smtp_url, chosen.smtp_from) if chosen.smtp_url else "",
        credential=Credential(kind, expires_at, has_next=len(proofs) > 1),
    )


def _system_mailer(chosen: Settings, clock: Clock, door: HttpDoor) -> SystemMailer | None:
    """Build the system mailer, where the operator has set one."""
    if not chosen.smtp_url:
        return None
    return SmtpMailer(
        chosen.smtp_url,
        sender=chosen.smtp_from,
        clock=clock,
        tokens=_mail_tokens(chosen, door),
        before_call=leave_the_store,
    )


def _licences(chosen: Settings) -> LicenceLists:
    """Return which service plans mean what, with those that the operator adds."""
    return licence_lists(
        mail=chosen.exchange_plans,
        too_small=chosen.exchange_plans_too_small,
        teams=chosen.teams_plans,
    )


def _mail_tokens(chosen: Settings, door: HttpDoor) -> AccessTokens | None:
    """Build what signs in to the mail server, where the operator uses tokens for that."""
    if not chosen.smtp_token_url:
        return None
    return AccessTokens(
        door,
        TokenSource(
            chosen.smtp_token_url,
            chosen.smtp_client_id or chosen.client_id,
            chosen.smtp_client_secret or chosen.client_secret,
            chosen.smtp_token_scope,
        ),
    )


def leave_the_store() -> None:
    """Refuse a network call while a transaction is open, and else give the connection back.

    A call may take seconds: rows locked meanwhile would stop everybody else, and so would
    connections that wait together with the threads that hold them.

    Raises:
        CalledInTransaction: always a fault of ours, so it is not worded for people.
    """
    if connection.in_atomic_block:
        raise CalledInTransaction("A network call was made inside a database transaction.")
    release()


def wires(chosen: Settings) -> int:
    """Return how many calls to providers one process has under way at most."""
    return most_lanes(chosen) * chosen.requests_in_flight


def most_lanes(chosen: Settings) -> int:
    """Return how many lanes a worker holds at most, those that wait for a provider included."""
    return chosen.worker_threads * LANES_FOR_A_THREAD
