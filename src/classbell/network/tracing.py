"""Spans for OpenTelemetry where the operator wants them; nothing is imported otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import structlog

from classbell.ports.errors import ConfigurationFault

CONTEXT = ("request", "lane", "epoch", "account")
"""What a span takes over from the lines that are logged meanwhile; ids, and nothing of a person."""

Note = Callable[..., None]
"""Adds attributes to a span: names to short words, ids and numbers, never addresses or secrets."""

_tracer: list[Any] = []


def trace_to(url: str, *, process: str, version: str) -> None:
    """Send spans to a collector from now on, in the background.

    Args:
        url: where it takes OTLP over HTTP, such as ``http://localhost:4318/v1/traces``.
        process: ``web`` or ``worker``.
        version: of Classbell.

    Raises:
        ConfigurationFault: the packages are not installed.
    """
    try:
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        processors = import_module("opentelemetry.sdk.trace.export")
    except ImportError as cause:
        raise ConfigurationFault(
            "CLASSBELL_TRACES_URL is set, but OpenTelemetry is not installed.",
            remedy="Install it with: pip install 'classbell[otel]', or leave the setting empty.",
        ) from cause
    made = exporter.OTLPSpanExporter(endpoint=url)
    trace_with(processors.BatchSpanProcessor(made), process=process, version=version)


def trace_with(processor: object, *, process: str, version: str) -> None:
    """Give spans to a processor of OpenTelemetry's from now on.

    Args:
        processor: such as one that exports to memory.
        process: names this process.
        version: of Classbell.
    """
    sdk = import_module("opentelemetry.sdk.trace")
    resources = import_module("opentelemetry.sdk.resources")
    facts = {"service.name": f"classbell-{process}", "service.version": version}
    provider = sdk.TracerProvider(resource=resources.Resource.create(facts))
    provider.add_span_processor(processor)
    _tracer[:] = [provider.get_tracer("classbell", version)]


def trace_nothing() -> None:
    """Make no spans any more."""
    _tracer.clear()


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[Note]:
    """Enclose something in a span; yields what adds attributes to it.

    The ids that lines of the log carry at the time are among its attributes.

    Args:
        name: what it is, one of a short fixed list.
        attributes: short words, ids and numbers, never addresses or secrets.
    """
    if not _tracer:
        yield _note_nothing
        return
    bound = structlog.contextvars.get_contextvars()
    ids = {one: bound[one] for one in CONTEXT if bound.get(one)}
    with _tracer[0].start_as_current_span(
        name, attributes=_named({**ids, **attributes})
    ) as current:
        yield lambda **more: current.set_attributes(_named(more))


def _note_nothing(**_more: str | int) -> None:
    """Add nothing to a span that is none."""


def _named(attributes: dict[str, str | int]) -> dict[str, str | int]:
    return {f"classbell.{name}": value for name, value in attributes.items()}
