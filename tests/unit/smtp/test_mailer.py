"""The operator's mail server in every mood."""

from __future__ import annotations

import email
import socket
from email import policy

import pytest

from classbell.ports.errors import ConfigurationFault, ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Address, Attachment, Mail
from classbell.smtp.mailer import SmtpMailer
from classbell.smtp.settings import read_mail_server
from tests.fakes import FakeClock
from tests.unit.smtp.scripted_server import HANG_UP, ScriptedServer, serving

ANA = Address("ana@contoso.example", "Ana Sørensen")
MAIL = Mail("Hello", "<p>Hi</p>", text="Hi", to=(ANA,))


def mailer_for(server: ScriptedServer, login: str = "", query: str = "") -> SmtpMailer:
    url = f"smtp://{login}127.0.0.1:{server.port}{query}"
    return SmtpMailer(url, sender="Classbell <bell@lms.example>", clock=FakeClock())


def verdict_of(mailer: SmtpMailer, mail: Mail = MAIL) -> Verdict:
    with pytest.raises(ProviderFailure) as caught:
        mailer.send(mail)
    return caught.value.verdict


def sent_by(mail: Mail) -> email.message.EmailMessage:
    """Send a mail and return what the server read."""
    with serving() as server:
        mailer_for(server).send(mail)
    return email.message_from_bytes(server.content, policy=policy.default)


def test_a_mail_carries_text_html_and_files() -> None:
    attached = Attachment("søren.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\n")
    message = sent_by(
        Mail(
            "Grüße",
            "<p>Hé</p>",
            text="Hé",
            to=(ANA,),
            attachments=(attached,),
            headers=(("x-a", "b"),),
        )
    )
    assert message["Subject"] == "Grüße"
    assert message["From"].addresses[0].addr_spec == "bell@lms.example"
    assert message["To"].addresses[0].display_name == "Ana Sørensen"
    assert message["X-A"] == "b"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "2026" in message["Date"]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == "Hé"
    assert html.get_content().strip() == "<p>Hé</p>"
    (file,) = message.iter_attachments()
    assert file.get_filename() == "søren.ics"
    assert file.get_content_type() == "text/calendar"


def test_a_hidden_recipient_is_named_to_the_server_only() -> None:
    with serving() as server:
        hidden = Address("hidden@contoso.example")
        mailer_for(server).send(Mail("Hello", "<p>Hi</p>", bcc=(hidden,)))
    assert any("hidden@" in command for command in server.commands)
    assert b"hidden@" not in server.content


def test_nothing_in_a_mail_breaks_out_of_its_header_or_body() -> None:
    message = sent_by(
        Mail(
            "Hello\r\nBcc: evil@example.org",
            "<p>a</p>",
            text="first\r\n.\r\nMAIL FROM:<evil@example.org>\r\n",
            to=(Address("ana@contoso.example", "Ana\r\nX-Evil: 1"),),
            headers=(("x-a", "b\nX-Evil: 2"),),
        )
    )
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["Subject"] == "Hello Bcc: evil@example.org"
    text = message.get_body(("plain",))
    assert text is not None
    assert "MAIL FROM:<evil@example.org>" in text.get_content()


@pytest.mark.parametrize(
    "mail",
    [
        Mail("a", "b", to=(Address("ana@contoso.example\r\nRCPT TO:<evil@example.org>"),)),
        Mail("a", "b", to=(Address("not an address"),)),
        Mail("a", "b", bcc=(Address(""),)),
        Mail("a", "b", to=(ANA,), headers=(("Precedence", "bulk"),)),
        Mail("a", "b", to=(ANA,), headers=(("x-a: b\r\nX-Evil", "c"),)),
        Mail("a", "b"),
    ],
)
def test_a_mail_that_cannot_be_one_is_refused_before_the_server_is_asked(mail: Mail) -> None:
    with serving() as server:
        assert verdict_of(mailer_for(server), mail).kind is VerdictKind.REFUSED
    assert server.commands == []


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ({"greeting": "421 busy"}, VerdictKind.RETRY),
        ({"greeting": HANG_UP}, VerdictKind.RETRY),
        ({"greeting": "554 go away"}, VerdictKind.OPERATOR_FAULT),
        ({"EHLO": HANG_UP}, VerdictKind.RETRY),
        ({"MAIL": "451 later"}, VerdictKind.RETRY),
        ({"MAIL": "550 unknown sender"}, VerdictKind.OPERATOR_FAULT),
        ({"MAIL": HANG_UP}, VerdictKind.RETRY),
        ({"RCPT": "450 greylisted"}, VerdictKind.RETRY),
        ({"RCPT": "550 no such person"}, VerdictKind.REFUSED),
        ({"DATA": "451 later"}, VerdictKind.RETRY),
        ({"DATA": "554 no"}, VerdictKind.REFUSED),
        ({"DATA": HANG_UP}, VerdictKind.RETRY),
        ({"content": "452 disk full"}, VerdictKind.RETRY),
        ({"content": "554 looks like spam"}, VerdictKind.REFUSED),
        ({"content": HANG_UP}, VerdictKind.UNKNOWN),
    ],
)
def test_each_answer_has_its_verdict(script: dict[str, str], kind: VerdictKind) -> None:
    with serving(**script) as server:
        assert verdict_of(mailer_for(server)).kind is kind


def test_a_broken_goodbye_changes_nothing() -> None:
    with serving(QUIT=HANG_UP) as server:
        assert mailer_for(server).send(MAIL).provider_id


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{unused.getsockname()[1]}"
        mailer = SmtpMailer(url, sender="bell@lms.example", clock=FakeClock())
        assert verdict_of(mailer).kind is VerdictKind.RETRY


def test_starttls_is_demanded_where_it_was_set() -> None:
    with serving() as server:
        verdict = verdict_of(mailer_for(server, query="?starttls=yes"))
    assert verdict.kind is VerdictKind.OPERATOR_FAULT
    assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("535 wrong password", VerdictKind.OPERATOR_FAULT),
        ("454 later", VerdictKind.RETRY),
        ("235 welcome", None),
    ],
)
def test_a_login_that_fails_is_the_operators(answer: str, kind: VerdictKind | None) -> None:
    hello = "250-hello\r\n250 AUTH PLAIN"
    with serving(EHLO=hello, AUTH=answer) as server:
        mailer = mailer_for(server, login="user:p%40ss@", query="?starttls=no")
        if kind is None:
            mailer.send(MAIL)
        else:
            verdict = verdict_of(mailer)
            assert verdict.kind is kind
            assert "p@ss" not in verdict.explanation


def test_letters_beyond_ascii_in_an_address_need_a_server_that_takes_them() -> None:
    abroad = Mail("Hello", "<p>Hi</p>", to=(Address("søren@contoso.example"),))
    with serving() as server:
        assert verdict_of(mailer_for(server), abroad).kind is VerdictKind.REFUSED
    with serving(EHLO="250-hello\r\n250-8BITMIME\r\n250 SMTPUTF8") as server:
        mailer_for(server).send(abroad)
    assert "søren@contoso.example".encode() in server.content


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False, "")),
        ("smtp://127.0.0.1:8325", ("127.0.0.1", 8325, False, False, "")),
        ("smtp://u:p@mail.example", ("mail.example", 587, False, True, "u")),
        ("smtp://u:p@mail.example:25?starttls=no", ("mail.example", 25, False, False, "u")),
        ("smtps://u:p%40@mail.example", ("mail.example", 465, True, False, "u")),
    ],
)
def test_the_address_of_the_server_is_read(
    url: str, expected: tuple[str, int, bool, bool, str]
) -> None:
    server = read_mail_server(url)
    read = (server.host, server.port, server.tls, server.starttls, server.username)
    assert read == expected
    assert "p%40" not in repr(server)


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://a:b"]
)
def test_an_unreadable_address_is_a_fault_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigurationFault, match="CLASSBELL_SMTP_URL"):
        read_mail_server(url)
