"""The bridges of the examples against the product itself, which this process answers for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from classbell.ports.bundle import Ports
from classbell_client import CatalogClient
from tests.acceptance.api.conftest import cast, issued, ports  # noqa: F401 -- fixtures
from tests.client.in_process import client_with
from tests.domain.people import Cast


@pytest.fixture
def academy(ports: Ports, cast: Cast) -> Iterator[CatalogClient]:  # noqa: F811 -- fixtures
    """Give a catalog as a program with a token sees it."""
    with client_with(issued(ports, cast.catalog, cast.owner).token) as client:
        yield client.catalog("academy")
