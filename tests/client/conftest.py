"""The typed client, answered by the product in the process of the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from classbell.ports.bundle import Ports
from classbell_client import Client
from tests.acceptance.api.conftest import cast, issued, ports  # noqa: F401 -- fixtures
from tests.client.in_process import client_with
from tests.domain.people import Cast


@pytest.fixture
def classbell(ports: Ports, cast: Cast) -> Iterator[Client]:  # noqa: F811 -- fixtures
    """Give a client of the owner's catalog."""
    with client_with(issued(ports, cast.catalog, cast.owner).token) as client:
        yield client
