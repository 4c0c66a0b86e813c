"""The web door on fakes: everybody on stage, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from django.test import Client

from classbell import bootstrap
from classbell.delivery.lanes import mailbox_lane
from classbell.ports.bundle import Ports
from classbell.storage.models import Connection, EmailProvider, Lane, Person
from tests.acceptance.web.page import Page
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeIdentity
from tests.support import a_connected_account, a_provider, fake_ports

BROWSER = "a-browser-key"


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Ports made of fakes, which the pages use."""
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.fixture
def cast(ports: Ports, db: None) -> Cast:
    """Owner, colleague, stranger and the LMS admin, with their catalogs."""
    return a_cast(ports)


@dataclass
class Visitor:
    """A browser in somebody's hands; without script unless a test says otherwise."""

    client: Client

    def get(self, address: str, **headers: str) -> Page:
        """Open an address."""
        return Page(self.client.get(address, headers=headers or None))

    def post(
        self, address: str, data: Mapping[str, str | Sequence[str]] | None = None, **headers: str
    ) -> Page:
        """Send a form."""
        return Page(self.client.post(address, data or {}, headers=headers or None))


def a_visitor(person: Person | None = None) -> Visitor:
    """Return a browser that is signed in as somebody, or as nobody."""
    client = Client()
    if person is not None:
        session = client.session
        session["person"] = str(person.pk)
        session["browser"] = BROWSER
        session.save()
    return Visitor(client)


@pytest.fixture
def owner(cast: Cast) -> Visitor:
    """The catalog admin's browser."""
    return a_visitor(cast.owner)


@pytest.fixture
def identity(ports: Ports) -> FakeIdentity:
    """Microsoft's sign-in page, played by the test."""
    assert isinstance(ports.identity, FakeIdentity)
    return ports.identity


@pytest.fixture
def connected(ports: Ports, cast: Cast) -> Connection:
    """The owner's catalog, connected and switched on."""
    account = a_connected_account(ports, cast.catalog)
    account.connected_by = cast.owner
    account.save()
    connection = Connection.objects.get(catalog=cast.catalog)
    connection.connected_by = cast.owner
    connection.save()
    return connection


@pytest.fixture
def activated(ports: Ports, cast: Cast) -> EmailProvider:
    """Azure, activated for the owner's organisation."""
    return a_provider(ports)


@pytest.fixture
def contact(ports: Ports) -> Iterator[str]:
    """Somebody whom the operator has named for activation."""
    named = "lms-support@contoso.example"
    installation = replace(ports.installation, activation_contact=named)
    with bootstrap.use(replace(ports, installation=installation)):
        yield named


@pytest.fixture
def lane(connected: Connection) -> Lane:
    """The connected account's lane."""
    assert connected.account is not None
    return mailbox_lane(connected.account)
