"""The typed client, answered by the product in the process of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from classbell.web.wsgi import application
from classbell_client import Client

HERE = "http://localhost:8000"


@contextmanager
def client_with(token: str) -> Iterator[Client]:
    """Give a client whose requests this process answers, in the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    http = httpx2.Client(transport=httpx2.WSGITransport(application), base_url=HERE)
    with Client(HERE, token, http=http) as client:
        yield client
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
