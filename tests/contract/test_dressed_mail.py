"""What mail carries beside its words reaches its readers by every route, as far as routes can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import pytest

from classbell.microsoft.graph import GraphClient, GraphMail
from classbell.ports.mail import Address, Attachment, Mail, Mailbox, Unsubscribe
from classbell.smtp.mailer import SmtpMailer
from m365sandbox.mailboxes.model import Letter
from m365sandbox.testing import Sandbox
from m365sandbox.world import World
from tests.contract.email_sides import EmailSide, a_key
from tests.contract.tracing import ZOE, Route
from tests.fakes import FakeClock
from tests.pictures import a_png

ADDRESS = "https://lms.example/preferences/token/session_reminder"
LOGO = Attachment("logo.png", "image/png", a_png(40, 20), "logo@classbell")
FILE = Attachment("session.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
HELP = Address("help@contoso.example", "Help")
WHERE = ("List-Unsubscribe", f"<{ADDRESS}>")
ONE_CLICK = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


@dataclass
class Side:
    """One route: how to send by it, and which headers it can carry."""

    send: Callable[[Mail], object]
    headers: tuple[tuple[str, str], ...]
    later: Callable[[], object] = lambda: None


@pytest.fixture(params=["graph", "traced", "azure", "server"])
def side(request: pytest.FixtureRequest, sandbox: Sandbox) -> Side:
    """Give each route in turn."""
    if request.param == "graph":
        graph: GraphClient = request.getfixturevalue("graph")
        mailbox: Mailbox = request.getfixturevalue("service_account")
        return Side(partial(GraphMail(graph).send, mailbox), (WHERE,))
    if request.param == "traced":
        route: Route = request.getfixturevalue("traced_route")
        return Side(lambda mail: route.sender.send_traced(route.mailbox, mail, a_key()), (WHERE,))
    if request.param == "azure":
        azure: EmailSide = request.getfixturevalue("sandbox_email")
        return Side(
            lambda mail: azure.service.send(azure.resource, mail, a_key()),
            (WHERE, ONE_CLICK),
            azure.later,
        )
    url = f"smtp://{sandbox.smtp_host}:{sandbox.smtp_port}"
    mailer = SmtpMailer(url, sender="Classbell <classbell@localhost>", clock=FakeClock())
    return Side(mailer.send, (WHERE, ONE_CLICK))


def a_mail(*, unsubscribe: Unsubscribe | None) -> Mail:
    return Mail(
        f"Dressed {uuid4()}",
        '<p>Hello</p><img src="cid:logo@classbell" alt="Contoso Academy">',
        text="Hello",
        to=(ZOE,),
        reply_to=(HELP,),
        attachments=(LOGO, FILE),
        unsubscribe=unsubscribe,
    )


def received(sandbox: Sandbox, subject: str) -> Letter:
    """Return the letter that arrived under a subject."""

    def found(world: World) -> Letter:
        mailboxes = world.mailboxes
        letters = (mailboxes.letter(item) for item in mailboxes.items(ZOE.address))
        return next(one for one in letters if one.subject == subject)

    return sandbox.run(found)


def test_logo_file_reply_address_and_unsubscribing_arrive(side: Side, sandbox: Sandbox) -> None:
    mail = a_mail(unsubscribe=Unsubscribe(ADDRESS, one_click=True))
    side.send(mail)
    side.later()
    letter = received(sandbox, mail.subject)
    assert letter.html is not None
    assert "cid:logo@classbell" in letter.html
    logo, file = sorted(letter.attachments, key=lambda one: one.name)
    assert (logo.content_id, logo.is_inline, logo.content) == (
        "logo@classbell",
        True,
        LOGO.content,
    )
    assert (file.content_id, file.is_inline) == (None, False)
    assert [one.address for one in letter.reply_to] == [HELP.address]
    offered = [one for one in letter.headers if one[0].startswith("List-")]
    assert offered == list(side.headers)


def test_mail_that_is_needed_offers_nothing(side: Side, sandbox: Sandbox) -> None:
    mail = a_mail(unsubscribe=None)
    side.send(mail)
    side.later()
    headers = received(sandbox, mail.subject).headers
    assert [one for one in headers if one[0].startswith("List-")] == []


def test_the_common_address_is_offered_without_one_click(side: Side, sandbox: Sandbox) -> None:
    common = "https://lms.example/preferences"
    mail = a_mail(unsubscribe=Unsubscribe(common, one_click=False))
    side.send(mail)
    side.later()
    headers = received(sandbox, mail.subject).headers
    assert [one for one in headers if one[0].startswith("List-")] == [
        ("List-Unsubscribe", f"<{common}>")
    ]
