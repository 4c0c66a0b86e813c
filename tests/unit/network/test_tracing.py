"""Spans, where the operator wants them, and nothing at all where not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from classbell.network.tracing import span, trace_nothing, trace_to, trace_with
from classbell.ports.errors import ConfigurationFault

export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")


@pytest.fixture
def spans() -> Iterator[object]:
    exporter = memory.InMemorySpanExporter()
    trace_with(export.SimpleSpanProcessor(exporter), process="worker", version="1.0")
    yield exporter
    trace_nothing()


def test_a_span_has_its_name_its_process_and_its_attributes(spans: object) -> None:
    with span("lane turn", kind="mailbox") as traced, span("provider call", service="graph"):
        traced(status=200)
    inner, outer = spans.get_finished_spans()  # type: ignore[attr-defined]  # has no types here
    assert (inner.name, outer.name) == ("provider call", "lane turn")
    assert inner.parent.span_id == outer.context.span_id
    assert dict(outer.attributes) == {"classbell.kind": "mailbox", "classbell.status": 200}
    assert outer.resource.attributes["service.name"] == "classbell-worker"


def test_without_the_setting_nothing_is_made_and_nothing_imported() -> None:
    words = (
        "import sys\nfrom classbell.network.tracing import span\n"
        "with span('x', a=1) as note: note(b=2)\n"
        "print([one for one in sys.modules if one.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_where_the_packages_are_missing_the_operator_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationFault, match="not installed"):
        trace_to("http://localhost:4318/v1/traces", process="web", version="1.0")
