"""Typed settings: everything an operator can set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from classbell.ports.errors import ConfigurationFault

ORIGIN = re.compile(r"https://(\*\.)?[a-z0-9.-]+(:\d+)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set; each field is the variable of that name in capitals.

    Attributes:
        base_url: public address of the Admin Center, without a trailing slash.
        secret_key: signs cookies and keyed hashes; at least 32 characters.
        database_url: ``sqlite:///path`` or ``postgresql://user:password@host:port/name``.
        database_listen_url: PostgreSQL itself, where ``database_url`` leads to a connection pooler:
            what wakes the workers does not pass through one.
        encryption_keys: ``id:base64`` pairs separated by commas, 32 bytes each; the first seals.
        cloud: ``global``, ``us-government``, ``dod`` or ``china``.
        login_url: replaces the cloud's sign-in host, such as the sandbox's.
        graph_url: replaces the cloud's Graph host, without ``/v1.0``.
        client_id: the application's id in Microsoft Entra ID.
        client_secret: the application's secret.
        client_secret_next: a second secret that stands by while the first is changed.
        client_secret_expires: the date on which the secret runs out, such as ``2027-01-31``.
        client_certificate: file of the application's certificate (PEM), instead of a secret.
        client_certificate_key: file of the certificate's private key (PEM).
        client_assertion_file: file of a federated credential's token, instead of a secret; read
            anew for every use.
        operator_address: where alarms for whoever runs this installation go.
        activation_contact: whom admins ask to activate Azure Communication Services.
        clock_url: where business time is read; empty for the machine's clock.
        smtp_url: the operator's system mailer, ``smtp://[user:password@]host:port``; may be empty.
        smtp_from: the address that system mail comes from.
        smtp_token_url: token endpoint, where the mail server takes OAuth 2.0 and no password.
        smtp_client_id: the application that asks there; the one above where it is empty.
        smtp_client_secret: its secret; the one above where it is empty.
        smtp_token_scope: what the token is asked for; Exchange Online's by default.
        messages_per_minute: most messages a mailbox sends in any minute.
        recipients_per_day: most recipients a mailbox sends to in any 24 hours.
        recipients_reserve: how many of those only urgent kinds may use.
        recipients_per_envelope: most people who share one mail that names nobody.
        requests_in_flight: most requests under way for one mailbox.
        worker_threads: how many lanes one worker works on at once; many more may wait for a
            provider that does not answer.
        database_connections: most connections of one process to PostgreSQL; more than its threads.
        retention_days: for how many days what became of messages is kept; 0 for ever.
        audit_retention_days: for how many days the record of acts is kept; 0 for ever.
        trusted_proxies: networks of the proxies before this installation, separated by commas;
            only their word about a client's address is taken.
        exchange_plans: ids of further service plans with Exchange Online Plan 1 or better,
            separated by commas.
        exchange_plans_too_small: ids of further Exchange plans below that.
        teams_plans: ids of further service plans with Teams.
        held_decision_messages: above so many held messages of a catalog its admins decide.
        held_decision_days: with held mail that is late by more days than this they decide as well.
        watch_minutes: after how many minutes calendars are read again for changes made in Outlook.
        public_url: the https address at which Microsoft reaches this installation, so that changes
            made in Outlook are reported at once; empty where it cannot.
        frame_ancestors: origins whose pages may show the Admin Center in a frame, separated by
            spaces, such as those of Microsoft Teams; empty for none.
        api_requests_per_minute: most requests of one integration in a minute, of all processes.
        webhook_private_addresses: networks that webhooks may lead to although they are private,
            such as ``10.1.0.0/16``, separated by commas; http is allowed there. Empty for none.
        metrics_token: whoever brings it reads ``/metrics``; empty where nobody may.
        worker_metrics_port: port of the loopback at which a worker shows its figures; 0 for none.
        log_format: ``auto`` (readable on a terminal, JSON elsewhere), ``json`` or ``text``.
        log_level: the least severe lines to write: ``debug``, ``info``, ``warning`` or ``error``.
        stop_seconds: for how many seconds the web application goes on serving, not ready any more,
            before it leaves.
        traces_url: where OpenTelemetry's spans go; empty for nowhere.
        debug: shows error details in pages; never for production.
    """

    base_url: str = "http://localhost:8000"
    secret_key: str = field(default="", repr=False)
    database_url: str = field(default="sqlite:///var/classbell.sqlite3", repr=False)
    database_listen_url: str = field(default="", repr=False)
    encryption_keys: str = field(default="", repr=False)
    cloud: str = "global"
    login_url: str = ""
    graph_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_secret_next: str = field(default="", repr=False)
    client_secret_expires: str = ""
    client_certificate: str = ""
    client_certificate_key: str = ""
    client_assertion_file: str = ""
    operator_address: str = ""
    activation_contact: str = ""
    clock_url: str = ""
    smtp_url: str = field(default="", repr=False)
    smtp_from: str = "classbell@localhost"
    smtp_token_url: str = ""
    smtp_client_id: str = ""
    smtp_client_secret: str = field(default="", repr=False)
    smtp_token_scope: str = "https://outlook.office365.com/.default"  # noqa: S105 -- a name
    messages_per_minute: int = 28
    recipients_per_day: int = 9000
    recipients_reserve: int = 500
    recipients_per_envelope: int = 500
    requests_in_flight: int = 3
    worker_threads: int = 16
    database_connections: int = 40
    retention_days: int = 365
    audit_retention_days: int = 0
    trusted_proxies: str = ""
    exchange_plans: str = ""
    exchange_plans_too_small: str = ""
    teams_plans: str = ""
    held_decision_messages: int = 1000
    held_decision_days: int = 7
    watch_minutes: int = 5
    public_url: str = ""
    frame_ancestors: str = ""
    api_requests_per_minute: int = 600
    webhook_private_addresses: str = ""
    metrics_token: str = field(default="", repr=False)
    worker_metrics_port: int = 0
    log_format: str = "auto"
    log_level: str = "info"
    stop_seconds: int = 0
    traces_url: str = ""
    debug: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether the Admin Center is served over https, so that cookies may insist on it."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def origin(self) -> str:
        """The origin of the Admin Center, as browsers name it: scheme, host and port."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        """The host name of the Admin Center."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks whose word about a client's address is taken.

        Raises:
            ConfigurationFault: one of them is no network.
        """
        named = [one.strip() for one in self.trusted_proxies.split(",") if one.strip()]
        try:
            return tuple(ip_network(one, strict=False) for one in named)
        except ValueError as cause:
            raise ConfigurationFault(
                f"CLASSBELL_TRUSTED_PROXIES is «{self.trusted_proxies}», which names no networks.",
                remedy="Write them as 10.0.0.0/8,127.0.0.1.",
            ) from cause

    @property
    def secret_expires_at(self) -> datetime | None:
        """The moment from which Microsoft refuses the secret, UTC; None where it is not set.

        Raises:
            ConfigurationFault: it is not a date.
        """
        text = self.client_secret_expires
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError as cause:
            raise ConfigurationFault(
                f"CLASSBELL_CLIENT_SECRET_EXPIRES is «{text}», which is not a date.",
                remedy="Write it as 2027-01-31.",
            ) from cause
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)

    @property
    def reports_url(self) -> str:
        """Where Microsoft can bring reports, without a trailing slash; empty where it cannot.

        Raises:
            ConfigurationFault: it is no https address, nor one of this machine for the sandbox.
        """
        text = self.public_url.rstrip("/")
        parts = urlsplit(text)
        at_home = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if text and not (parts.hostname and (parts.scheme == "https" or at_home)):
            raise ConfigurationFault(
                f"CLASSBELL_PUBLIC_URL is «{text}», and Microsoft reports to https addresses only.",
                remedy="Write it as https://learn.example.com, or leave it empty.",
            )
        return text

    @property
    def frame_origins(self) -> tuple[str, ...]:
        """The origins whose pages may show the Admin Center in a frame.

        Raises:
            ConfigurationFault: one is no https origin, or the Admin Center itself is not on https,
                without which browsers keep no sign-in inside a frame.
        """
        origins = tuple(self.frame_ancestors.replace(",", " ").split())
        wrong = [one for one in origins if not ORIGIN.fullmatch(one)]
        if wrong:
            raise ConfigurationFault(
                f"CLASSBELL_FRAME_ANCESTORS names «{wrong[0]}», which is no https origin.",
                remedy="Write origins like https://teams.microsoft.com, separated by spaces.",
            )
        if origins and not self.is_secure:
            raise ConfigurationFault(
                "CLASSBELL_FRAME_ANCESTORS needs the Admin Center on https.",
                remedy="Set CLASSBELL_BASE_URL to its https address, or leave frames out.",
            )
        return origins

    @property
    def webhook_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks that webhooks may lead to.

        Raises:
            ConfigurationFault: one is not a network.
        """
        texts = self.webhook_private_addresses.replace(",", " ").split()
        try:
            return tuple(ip_network(text) for text in texts)
        except ValueError as cause:
            raise ConfigurationFault(
                f"CLASSBELL_WEBHOOK_PRIVATE_ADDRESSES holds what is no network: {cause}.",
                remedy="Write networks like 10.1.0.0/16 or 127.0.0.0/8, separated by commas.",
            ) from cause

    @property
    def listen_url(self) -> str:
        """Where the workers hear that lanes are due: PostgreSQL itself, never a pooler."""
        return self.database_listen_url or self.database_url

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, where the database is SQLite."""
        if not self.database_url.startswith("sqlite:///"):
            return None
        return Path(self.database_url.removeprefix("sqlite:///"))
