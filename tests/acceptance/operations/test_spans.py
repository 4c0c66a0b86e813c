"""A page and a mail make spans with the ids that logs name them by, and nothing of a person."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from classbell.delivery.service import Submitting
from classbell.network.tracing import trace_nothing, trace_with
from classbell.storage.models import Envelope
from tests.storage.delivery.world import World

export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

pytestmark = pytest.mark.django_db


@pytest.fixture
def spans() -> Iterator[Any]:
    exporter = memory.InMemorySpanExporter()
    trace_with(export.SimpleSpanProcessor(exporter), process="web", version="1.0")
    yield exporter
    trace_nothing()


def test_a_request_is_a_span_by_its_route(spans: Any) -> None:
    answer = Client().get("/catalogs/academy/delivery?q=mai@contoso.example")
    (found,) = spans.get_finished_spans()
    assert found.name == "web request"
    assert dict(found.attributes) == {
        "classbell.request": answer.headers["X-Request-ID"],
        "classbell.method": "GET",
        "classbell.route": "deliveries",
        "classbell.status": 303,
    }


def test_a_mail_is_a_span_with_lane_account_envelope_and_messages(spans: Any) -> None:
    world = World()
    world.queue("ana")
    with ThreadPoolExecutor(1) as pool:
        assert world.drain(wire=Submitting(pool.submit))
    (found,) = [one for one in spans.get_finished_spans() if one.name == "mail"]
    said = {name.removeprefix("classbell."): value for name, value in found.attributes.items()}
    assert said.pop("epoch") == 1
    assert said == {
        "lane": str(world.lane),
        "account": world.lane.key,
        "envelope": str(Envelope.objects.get().pk),
        "messages": str(world.message("ana").pk),
        "outcome": "Accepted",
    }
    assert "contoso" not in str(said)
