"""A page makes a span with its route, and what it asks of a provider one below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from classbell.network.tracing import trace_nothing, trace_with

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
    Client().get("/catalogs/academy/delivery")
    (found,) = spans.get_finished_spans()
    assert found.name == "web request"
    assert dict(found.attributes) == {
        "classbell.method": "GET",
        "classbell.route": "deliveries",
        "classbell.status": 303,
    }
