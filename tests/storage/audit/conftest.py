"""What the tests of the record share."""

from __future__ import annotations

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog
from tests.support import a_catalog, fake_ports


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def catalog() -> Catalog:
    return a_catalog()
