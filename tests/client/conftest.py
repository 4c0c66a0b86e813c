"""The typed client, answered by the product in the process of the test."""

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
from classbell_client import Client
from tests.acceptance.api.conftest import issued
from tests.domain.people import Cast, a_cast
from tests.support import fake_ports


@pytest.fixture
def ports() -> Iterator[Ports]:
    RATES.forget()
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.fixture
def cast(ports: Ports, db: None) -> Cast:
    return a_cast(ports)


@pytest.fixture
def classbell(ports: Ports, cast: Cast) -> Iterator[Client]:
    """Give a client whose requests this process answers, in the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    token = issued(ports, cast.catalog, cast.owner).token
    wire = httpx2.WSGITransport(application)
    http = httpx2.Client(transport=wire, base_url="http://localhost:8000")
    with Client("http://localhost:8000", token, http=http) as client:
        yield client
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
