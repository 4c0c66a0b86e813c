"""Mail that comes by SMTP, sent with the standard library's own client."""

import asyncio
import smtplib
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from m365sandbox.smtp import start
from m365sandbox.world import World


def by_smtp(world: World, work: Callable[[int], None]) -> None:
    """Run a client's work in a thread against a server on a free port."""

    async def serve() -> None:
        server = await start(world, "127.0.0.1", 0)
        try:
            await asyncio.to_thread(work, server.port)
        finally:
            await server.stop()

    asyncio.run(serve())


def message(to: str) -> EmailMessage:
    """Return a message with a text, an HTML part, a file and a header of its own."""
    mail = EmailMessage()
    mail["From"] = "Classbell <classbell@operator.example>"
    mail["To"] = f"Zoé Dubois <{to}>"
    mail["Subject"] = "Verbindung verloren – bitte anmelden"
    mail["X-Classbell-Message"] = "0f3c"
    mail.set_content("Plain words")
    mail.add_alternative("<p>Rich <b>words</b></p>", subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="a.ics")
    return mail


def test_mail_by_smtp_arrives_in_the_mailbox(world: World) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            client.send_message(message("zoe.dubois@contoso.example"))

    by_smtp(world, send)
    (found,) = world.mailboxes.received(to="zoe.dubois@contoso.example")
    assert found["subject"] == "Verbindung verloren – bitte anmelden"
    assert found["from"] == {"address": "classbell@operator.example", "name": "Classbell"}
    assert found["to"] == [{"address": "zoe.dubois@contoso.example", "name": "Zoé Dubois"}]
    assert (found["route"], found["attachments"]) == ("smtp", ["a.ics"])
    assert "<b>words</b>" in str(found["html"])
    assert {"name": "X-Classbell-Message", "value": "0f3c"} in found["headers"]  # type: ignore[operator]  # a list


def test_an_unknown_address_comes_back_to_the_envelope_sender(world: World) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            client.send_message(message("nobody@contoso.example"))

    by_smtp(world, send)
    (report,) = world.mailboxes.received(to="classbell@operator.example")
    assert str(report["subject"]).startswith("Undeliverable: ")
    assert report["outside"] is True


def test_an_address_without_a_domain_is_refused(world: World) -> None:
    def send(port: int) -> None:
        with (
            smtplib.SMTP("127.0.0.1", port, timeout=5) as client,
            pytest.raises(smtplib.SMTPRecipientsRefused),
        ):
            client.sendmail("a@operator.example", ["nobody"], "Subject: x\r\n\r\nx")

    by_smtp(world, send)
    assert world.mailboxes.received() == []


def test_garbage_is_taken_or_refused_but_never_breaks_the_server(world: World) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            for raw in (b"", b"\xff\xfe\x00", b"Content-Type: multipart/mixed\r\n\r\nx",
                        b"Subject: =?bad?q?\xff?=\r\nTo: <<>>,,;\r\n\r\nbody"):  # fmt: skip
                client.sendmail("a@operator.example", ["ana@contoso.example"], raw)
            client.send_message(message("ana@contoso.example"))

    by_smtp(world, send)
    assert world.mailboxes.received(to="ana@contoso.example")
