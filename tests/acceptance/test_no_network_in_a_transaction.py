"""What goes on the wire while a transaction is open is refused, by whichever door it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction

from classbell import bootstrap
from classbell.cli.processes import free_port
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import Address, Mail, Mailbox
from tests.support import CONTOSO

MAIL = Mail("Hello", "<p>Hello</p>", to=(Address("ana@contoso.example", "Ana"),))
MAILBOX = Mailbox("/me", "a token", frozenset({"Mail.Send", "Place.Read.All"}))
CALLS: dict[str, Callable[[Ports], object]] = {
    "mail": lambda ports: ports.mail.send(MAILBOX, MAIL),
    "rooms": lambda ports: list(ports.rooms.list_rooms(MAILBOX)),
    "profile": lambda ports: ports.account_facts.profile(MAILBOX),
    "tokens": lambda ports: ports.identity.refresh(
        tenant_id=CONTOSO, refresh_token="a token", scopes=frozenset({"Mail.Send"})
    ),
    "system mail": lambda ports: ports.system_mailer and ports.system_mailer.send(MAIL),
}


@pytest.fixture
def built() -> Ports:
    """Build the ports as the product does, towards places where nobody listens."""
    nobody = f"127.0.0.1:{free_port()}"
    return bootstrap.build(
        replace(
            bootstrap.settings(),
            login_url=f"https://{nobody}",
            graph_url=f"http://{nobody}",
            smtp_url=f"smtp://{nobody}",
        )
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_leaves_while_a_transaction_is_open(
    built: Ports, call: Callable[[Ports], object]
) -> None:
    with transaction.atomic(), pytest.raises(bootstrap.CalledInTransaction):
        call(built)
    with pytest.raises(ProviderFailure):
        call(built)
