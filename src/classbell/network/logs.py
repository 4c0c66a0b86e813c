"""Sets up logging for a process: structured, in UTC, without secrets."""

from __future__ import annotations

import logging
import sys

import structlog

from classbell.network.redaction import redact_event


def configure_logging(*, level: int = logging.INFO) -> None:
    """Write events to standard error: readable on a terminal, one JSON object a line elsewhere.

    Args:
        level: the least severe level to write, of the standard library's numbers.
    """
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_present_stderr,
        cache_logger_on_first_use=False,
    )


def _present_stderr(*_names: object) -> structlog.PrintLogger:
    """Write to what standard error is now, for it may be replaced while the process runs."""
    return structlog.PrintLogger(file=sys.stderr)
