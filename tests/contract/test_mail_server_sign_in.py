"""The operator's mail server over TLS, signed in to by password and by OAuth 2.0 token."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from classbell.cli.processes import free_port
from classbell.network.http import HttpDoor
from classbell.ports.errors import ConfigurationFault, ProviderFailure, VerdictKind
from classbell.ports.mail import Address, Mail
from classbell.smtp.mailer import SmtpMailer
from classbell.smtp.oauth import AccessTokens, TokenSource
from m365sandbox.testing import Sandbox
from tests.fakes import FakeClock
from tests.support import CONTOSO

USER = "alerts@contoso.example"
MAIL = Mail("Hello", "<p>Hi</p>", text="Hi", to=(Address("lena@contoso.example"),))


@dataclass
class MailServer(Sink):
    """A mail server that takes mail from one user only, after TLS; it keeps what was shown."""

    bearer: list[str] = field(default_factory=list)
    refuses: bool = False
    received: int = 0
    port: int = 0

    async def handle_DATA(  # noqa: N802 -- the library looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert server.transport is not None
        assert server.transport.get_extra_info("sslcontext"), "mail came without TLS"
        assert session.authenticated, "mail came from nobody"
        self.received += 1
        return "250 queued"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 -- same
        """Take a token as Exchange Online does: a refusal first explains itself."""
        words = await server.challenge_auth("")
        assert isinstance(words, bytes)
        user, _, token = words.decode().strip("\x01").partition("\x01auth=Bearer ")
        self.bearer.append(token)
        if self.refuses or user != f"user={USER}":
            await server.challenge_auth("eyJzdGF0dXMiOiI0MDEifQ==", encode_to_b64=False)
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=user)

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        """Take the one password there is."""
        assert isinstance(given, LoginPassword), mechanism
        right = given == LoginPassword(USER.encode(), b"p@ss")
        return AuthResult(success=right and not self.refuses, auth_data=given, handled=False)


class LongLines(SMTP):
    """Takes lines as long as a token, as RFC 4954 asks of every server."""

    line_length_limit = 12288


class Listening(Controller):
    """Runs such a server."""

    def factory(self) -> SMTP:
        return LongLines(self.handler, **self.SMTP_kwargs)


@contextmanager
def serving(sandbox: Sandbox, *, from_the_start: bool = False) -> Iterator[MailServer]:
    """Run the mail server with the sandbox's certificate."""
    handler = MailServer(port=free_port())
    context = sandbox.world.authority.server_context()
    controller = Listening(
        handler,
        hostname="127.0.0.1",
        port=handler.port,
        ssl_context=context if from_the_start else None,
        tls_context=None if from_the_start else context,
        require_starttls=not from_the_start,
        authenticator=handler.check,
        # The library does not see that TLS was there before it.
        auth_required=not from_the_start,
        auth_require_tls=not from_the_start,
    )
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def tokens(sandbox: Sandbox, door: HttpDoor, secret: str = "") -> AccessTokens:
    """Fetch tokens where the sandbox gives them, by client credentials."""
    url = f"{sandbox.secure_url}/{CONTOSO}/oauth2/v2.0/token"
    source = TokenSource(
        url,
        sandbox.client_id,
        secret or sandbox.client_secret,
        "https://graph.microsoft.com/.default",
    )
    return AccessTokens(door, source)


def mailer(
    server: MailServer, trust: ssl.SSLContext, login: str, given: AccessTokens | None = None
) -> SmtpMailer:
    url = f"smtp://{login}@127.0.0.1:{server.port}"
    return SmtpMailer(url, sender=USER, clock=FakeClock(), tls=trust, tokens=given)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_password_goes_over_tls_only(
    sandbox: Sandbox, trust: ssl.SSLContext, scheme: str
) -> None:
    with serving(sandbox, from_the_start=scheme == "smtps") as server:
        url = f"{scheme}://alerts%40contoso.example:p%40ss@127.0.0.1:{server.port}"
        SmtpMailer(url, sender=USER, clock=FakeClock(), tls=trust).send(MAIL)
    assert server.received == 1


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(sandbox: Sandbox) -> None:
    with serving(sandbox) as server:
        strict = mailer(server, ssl.create_default_context(), "alerts%40contoso.example:p%40ss")
        with pytest.raises(ProviderFailure) as refused:
            strict.send(MAIL)
    assert refused.value.verdict.kind is VerdictKind.OPERATOR_FAULT
    assert refused.value.verdict.code == "certificate"
    assert server.received == 0


def test_a_token_takes_the_place_of_the_password_and_is_used_again(
    sandbox: Sandbox, door: HttpDoor, trust: ssl.SSLContext
) -> None:
    with serving(sandbox) as server:
        one = mailer(server, trust, "alerts%40contoso.example", tokens(sandbox, door))
        one.send(MAIL)
        one.send(MAIL)
    assert server.received == 2
    first, second = server.bearer
    assert first.startswith("eyJ")
    assert first == second


def test_a_token_that_is_refused_is_the_operators_and_not_used_again(
    sandbox: Sandbox, door: HttpDoor, trust: ssl.SSLContext
) -> None:
    with serving(sandbox) as server:
        one = mailer(server, trust, "alerts%40contoso.example", tokens(sandbox, door))
        server.refuses = True
        with pytest.raises(ProviderFailure) as refused:
            one.send(MAIL)
        server.refuses = False
        one.send(MAIL)
    assert refused.value.verdict.kind is VerdictKind.OPERATOR_FAULT
    assert refused.value.verdict.code == "SMTP 535"
    first, second = server.bearer
    assert first != second
    assert first not in str(refused.value)


def test_an_endpoint_that_gives_no_token_says_why(
    sandbox: Sandbox, door: HttpDoor, trust: ssl.SSLContext
) -> None:
    with serving(sandbox) as server:
        wrong = mailer(server, trust, "alerts%40contoso.example", tokens(sandbox, door, "wrong"))
        with pytest.raises(ProviderFailure) as refused:
            wrong.send(MAIL)
        assert refused.value.verdict.kind is VerdictKind.OPERATOR_FAULT
        assert refused.value.verdict.code == "invalid_client"
        sandbox.control.add_fault(path="*/oauth2/v2.0/token", status=503)
        with pytest.raises(ProviderFailure) as busy:
            wrong.send(MAIL)
        assert busy.value.verdict.kind is VerdictKind.RETRY
    assert not server.bearer
    assert server.received == 0


def test_a_token_needs_somebody_to_sign_in_as(sandbox: Sandbox, door: HttpDoor) -> None:
    with pytest.raises(ConfigurationFault, match="names no user"):
        SmtpMailer(
            "smtp://mail.example:587",
            sender=USER,
            clock=FakeClock(),
            tokens=tokens(sandbox, door),
        )
