"""The stage of every test about people: fakes outside, and a cast of people inside."""

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import Person
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeClock, FakeIdentity
from tests.support import a_person, fake_ports


@pytest.fixture
def identity() -> FakeIdentity:
    return FakeIdentity()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ports(identity: FakeIdentity, clock: FakeClock) -> Ports:
    return fake_ports(identity=identity, clock=clock)


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


@pytest.fixture
def zoe(cast: Cast) -> Person:
    """Somebody known by address only."""
    return a_person("Zoé Dubois", known_to_microsoft=False)
