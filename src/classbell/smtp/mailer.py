"""Hands mail to the operator's own server and says honestly what came of it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import structlog

from classbell.ports.clock import Clock
from classbell.ports.errors import ConfigurationFault, ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Accepted, Mail
from classbell.smtp.compose import Unsendable, compose, is_international
from classbell.smtp.oauth import AccessTokens, sign_in_words
from classbell.smtp.settings import MailServer, read_mail_server

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0
"""For connecting and for each answer; well below the time a worker holds a lane."""

# Reply codes: https://www.rfc-editor.org/rfc/rfc5321#section-4.2
_START_DATA = 354
_PERMANENT = 500


class SmtpMailer:
    """Implements ``ports.mail.SystemMailer``: one connection per mail.

    Args:
        url: the setting CLASSBELL_SMTP_URL.
        sender: the setting CLASSBELL_SMTP_FROM.
        clock: business time, for the Date header.
        tls: trust for smtps and STARTTLS; None for the machine's own, or SSL_CERT_FILE where set.
        tokens: signs in with an access token; None for the address's password, if it has one.
        before_call: called before each mail; raises to forbid it (no network call may happen
            while a database transaction is open).

    Raises:
        ConfigurationFault: the address cannot be read, or names nobody to sign in as with a token.
    """

    def __init__(
        self,
        url: str,
        *,
        sender: str,
        clock: Clock,
        tls: ssl.SSLContext | None = None,
        tokens: AccessTokens | None = None,
        before_call: Callable[[], None] = lambda: None,
    ) -> None:
        self._server = read_mail_server(url)
        self._sender = sender
        self._clock = clock
        self._tls = tls
        self._tokens = tokens
        if tokens is not None and not self._server.username:
            raise ConfigurationFault(
                "CLASSBELL_SMTP_URL names no user, as whom a token could sign in.",
                meaning="Alerts cannot be sent by the operator's own mail server.",
                remedy="Use smtp://alerts%40example.org@smtp.office365.com:587.",
            )
        self._before_call = before_call

    def send(self, mail: Mail) -> Accepted:
        """Hand one mail over: to all of its recipients or to none.

        Returns:
            The message id as ``provider_id``.

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where the connection broke between the
                end of the message and the server's answer.
        """
        self._before_call()
        try:
            message = compose(mail, sender=self._sender, now=self._clock.now())
        except Unsendable as error:
            raise _failure(VerdictKind.REFUSED, "unsendable", str(error)) from error
        recipients = tuple(a.address for a in (*mail.to, *mail.cc, *mail.bcc))
        if not recipients:
            raise _failure(VerdictKind.REFUSED, "no_recipients", "The mail is for nobody.")
        with self._connected() as connection:
            utf8 = is_international(mail, self._sender)
            _announce(connection, _sender_of(message), recipients, utf8=utf8)
            _hand_over(connection, message)
        log.info("system mail accepted", recipients=len(recipients), host=self._server.host)
        return Accepted(provider_id=str(message["Message-ID"]))

    def check(self) -> None:
        """Connect and sign in as for a mail, and leave.

        Raises:
            ProviderFailure: with a verdict.
        """
        self._before_call()
        with self._connected() as connection:
            connection.noop()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Open a session that is ready for mail, and end it politely."""
        try:
            connection = _open(self._server, self._tls, self._tokens)
        except smtplib.SMTPResponseException as error:
            if self._tokens is not None:
                self._tokens.forget()
            raise _refusal(error.smtp_code, VerdictKind.OPERATOR_FAULT, error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise _failure(VerdictKind.OPERATOR_FAULT, "smtp_not_supported", str(error)) from error
        except ssl.SSLCertVerificationError as error:
            text = f"The mail server's certificate is not trusted ({error.verify_message})."
            raise _failure(VerdictKind.OPERATOR_FAULT, "certificate", text) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _unreachable(error) from error
        try:
            yield connection
        finally:
            _leave(connection)


def _open(
    server: MailServer, tls: ssl.SSLContext | None, tokens: AccessTokens | None
) -> smtplib.SMTP:
    """Connect, encrypt and sign in as the settings say."""
    # A mail server need not wait for the token.
    words = sign_in_words(server.username, tokens.current()) if tokens else ""
    connection: smtplib.SMTP
    if server.tls:
        connection = smtplib.SMTP_SSL(
            server.host,
            server.port,
            timeout=TIMEOUT_SECONDS,
            context=tls or ssl.create_default_context(),
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.ehlo_or_helo_if_needed()
        if server.starttls:
            connection.starttls(context=tls or ssl.create_default_context())
            connection.ehlo()
        if words:
            # A token is too long for the line of the command, so it goes on a line of its own. A
            # refusal comes with a challenge that explains it; an empty answer ends it.
            connection.auth(
                "XOAUTH2",
                lambda challenge=None: "" if challenge else words,
                initial_response_ok=False,
            )
        elif server.username:
            connection.login(server.username, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _sender_of(message: EmailMessage) -> str:
    """Return the bare address a message comes from."""
    return str(message["From"].addresses[0].addr_spec)


def _announce(
    connection: smtplib.SMTP, sender: str, recipients: tuple[str, ...], *, utf8: bool
) -> None:
    """Name sender and recipients; a refusal of one refuses the mail, so that nobody gets half."""
    if utf8 and not connection.has_extn("smtputf8"):
        text = "The mail server does not take addresses with letters beyond ASCII."
        raise _failure(VerdictKind.REFUSED, "smtputf8", text)
    try:
        code, reply = connection.mail(sender, ["SMTPUTF8"] if utf8 else [])
        _expect(code, reply, VerdictKind.OPERATOR_FAULT)
        for recipient in recipients:
            code, reply = connection.rcpt(recipient)
            _expect(code, reply, VerdictKind.REFUSED)
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise _unreachable(error) from error


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    """Send the content. From the first byte of it on, a broken connection leaves doubt."""
    payload = _payload(message)
    try:
        code, reply = connection.docmd("data")
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise _unreachable(error) from error
    if code != _START_DATA:
        _expect(code, reply, VerdictKind.REFUSED)
        raise _refusal(code, VerdictKind.OPERATOR_FAULT)
    try:
        connection.send(payload)
        code, reply = connection.getreply()
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        text = "The mail server broke the connection before it answered; the mail may have left."
        raise _failure(VerdictKind.UNKNOWN, "network", text) from error
    _expect(code, reply, VerdictKind.REFUSED)


def _payload(message: EmailMessage) -> bytes:
    """Return the message as SMTP carries it: CRLF, leading dots doubled, a dot at the end.

    https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
    """
    lines = message.as_bytes().splitlines()
    return b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in lines) + b".\r\n"


def _leave(connection: smtplib.SMTP) -> None:
    """End the session; the mail's fate is decided by now, so a broken goodbye changes nothing."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def _expect(code: int, reply: bytes, permanent: VerdictKind) -> None:
    """Raise unless a reply is one of success."""
    if not 200 <= code < 300:  # noqa: PLR2004 -- the range SMTP calls «completed»
        raise _refusal(code, permanent, reply=reply)


def _refusal(
    code: int,
    permanent: VerdictKind,
    error: smtplib.SMTPResponseException | None = None,
    *,
    reply: bytes = b"",
) -> ProviderFailure:
    """Make the failure of a reply: 4xx passes, 5xx stays."""
    raw = error.smtp_error if error is not None else reply
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    kind = permanent if code >= _PERMANENT else VerdictKind.RETRY
    return _failure(kind, f"SMTP {code}", f"The mail server answered {code}: {text.strip()}", code)


def _unreachable(error: Exception) -> ProviderFailure:
    """Make the failure of a server that cannot be talked to; nothing was handed over."""
    text = f"The mail server cannot be reached ({type(error).__name__})."
    return _failure(VerdictKind.RETRY, "network", text)


def _failure(
    kind: VerdictKind, code: str, explanation: str, status: int | None = None
) -> ProviderFailure:
    """Make a failure with its verdict."""
    return ProviderFailure(Verdict(kind, code, explanation, status=status))
