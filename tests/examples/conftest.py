"""The bridges of the examples against the product itself, which this process answers for."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from classbell import bootstrap
from classbell.domain.integrations.rates import RATES
from classbell.ports.bundle import Ports
from classbell.web.wsgi import application
from classbell_client import CatalogClient, Client
from tests.acceptance.api.conftest import issued
from tests.domain.people import a_cast
from tests.support import fake_ports


@pytest.fixture
def ports() -> Iterator[Ports]:
    RATES.forget()
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.fixture
def academy(ports: Ports, db: None) -> Iterator[CatalogClient]:
    """Give a catalog as a program with a token sees it."""
    cast = a_cast(ports)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    token = issued(ports, cast.catalog, cast.owner).token
    http = httpx2.Client(
        transport=httpx2.WSGITransport(application), base_url="http://localhost:8000"
    )
    with Client("http://localhost:8000", token, http=http) as client:
        yield client.catalog("academy")
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
