"""Reads the address of the operator's mail server."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from classbell.ports.errors import ConfigurationFault

PORTS = {"smtp": 25, "smtps": 465}
SUBMISSION = 587


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how to hand mail over.

    Attributes:
        tls: encrypted from the first byte (smtps).
        starttls: encrypted after the greeting; refused if the server cannot.
    """

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    username: str = ""
    password: str = field(default="", repr=False)


def read_mail_server(url: str) -> MailServer:
    """Read ``smtp://[user:password@]host[:port][?starttls=yes]`` or ``smtps://…``.

    Args:
        url: the setting CLASSBELL_SMTP_URL; special characters of user and password are quoted as
            in any address. With a user, smtp means STARTTLS unless ``starttls=no`` says otherwise.

    Raises:
        ConfigurationFault: it cannot be read.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in PORTS or not parts.hostname or port == -1:
        raise ConfigurationFault(
            "CLASSBELL_SMTP_URL is not the address of a mail server.",
            meaning="Alerts cannot be sent by the operator's own mail server.",
            remedy="Use smtp://host:25, smtp://user:password@host:587 or smtps://host:465.",
        )
    username = unquote(parts.username or "")
    tls = parts.scheme == "smtps"
    wish = parse_qs(parts.query).get("starttls", [""])[-1].lower()
    starttls = not tls and (wish in {"yes", "true", "1"} or (wish == "" and bool(username)))
    default = SUBMISSION if starttls else PORTS[parts.scheme]
    return MailServer(
        host=parts.hostname,
        port=port or default,
        tls=tls,
        starttls=starttls,
        username=username,
        password=unquote(parts.password or ""),
    )


def mail_route(url: str, sender: str) -> str:
    """Name the mail server and sender as they are set, without user and password.

    A test that was accepted proves this route and no other.

    Args:
        url: the setting CLASSBELL_SMTP_URL.
        sender: the setting CLASSBELL_SMTP_FROM.

    Raises:
        ConfigurationFault: the address cannot be read.
    """
    server = read_mail_server(url)
    scheme = "smtps" if server.tls else "smtp"
    return f"{scheme}://{server.host}:{server.port} as {sender}"
