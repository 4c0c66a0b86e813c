"""The operator's mail server: the fake and SMTP keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Address, Mail, SystemMailer
from classbell.smtp.mailer import SmtpMailer
from m365sandbox.testing import Sandbox
from tests.fakes import FakeClock, FakeSystemMailer

LENA = Address("lena.albrecht@contoso.example", "Lena Albrecht")


@dataclass
class Side:
    mailer: SystemMailer
    subjects_for: Callable[[str], list[str]]


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    if request.param == "fake":
        fake = FakeSystemMailer()
        return Side(fake, lambda address: [mail.subject for mail in fake.to(address)])
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    url = f"smtp://{sandbox.smtp_host}:{sandbox.smtp_port}"
    mailer = SmtpMailer(url, sender="Classbell <classbell@localhost>", clock=FakeClock())
    received = sandbox.control.received
    return Side(mailer, lambda address: [message["subject"] for message in received(address)])


def test_a_mail_is_accepted_with_an_id_and_arrives(side: Side) -> None:
    mail = Mail("Verbindung verloren – bitte ansehen", "<p>Hallo</p>", text="Hallo", to=(LENA,))
    assert side.mailer.send(mail).provider_id
    assert side.subjects_for(LENA.address).count("Verbindung verloren – bitte ansehen") == 1


def test_a_mail_for_nobody_is_refused(side: Side) -> None:
    with pytest.raises(ProviderFailure) as caught:
        side.mailer.send(Mail("For nobody", "<p>Hi</p>"))
    assert caught.value.verdict.kind is VerdictKind.REFUSED
