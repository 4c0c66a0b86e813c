"""Sets up logging for a process: structured, in UTC, without secrets."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from classbell.network.redaction import redact_event
from classbell.ports.errors import ConfigurationFault

AUTO, JSON, TEXT = "auto", "json", "text"
LEVELS = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}


def configure_logging(*, level: str = "info", form: str = AUTO) -> None:
    """Write events to standard error: readable on a terminal, one JSON object a line elsewhere.

    What libraries log by the standard library's means goes the same way and is redacted as well.

    Args:
        level: the least severe level to write: ``debug``, ``info``, ``warning`` or ``error``.
        form: ``auto``, or ``json`` or ``text`` wherever it is written to.

    Raises:
        ConfigurationFault: there is no such level or form.
    """
    if level not in LEVELS or form not in {AUTO, JSON, TEXT}:
        raise ConfigurationFault(
            f"CLASSBELL_LOG_LEVEL is «{level}» and CLASSBELL_LOG_FORMAT «{form}».",
            remedy="Levels are debug, info, warning and error; formats auto, json and text.",
        )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact_event,
    ]
    structlog.configure(
        processors=[*shared, _renderer(form)],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_present_stderr,
        cache_logger_on_first_use=False,
    )
    _take_over_the_standard_library(shared, form, LEVELS[level])


def _renderer(form: str) -> structlog.typing.Processor:
    readable = form == TEXT or (form == AUTO and sys.stderr.isatty())
    return structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()


class _Handler(logging.StreamHandler[TextIO]):
    """Ours among the root logger's handlers; writes to what standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self.stream = sys.stderr
        super().emit(record)


def _take_over_the_standard_library(
    shared: list[structlog.typing.Processor], form: str, level: int
) -> None:
    """Let what libraries log take the same way; warnings and worse, unless less is wanted."""
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(form),
            ],
        )
    )
    handler.setLevel(max(level, logging.WARNING))
    root = logging.getLogger()
    for former in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(former)
    root.addHandler(handler)


def _present_stderr(*_names: object) -> structlog.PrintLogger:
    """Write to what standard error is now, for it may be replaced while the process runs."""
    return structlog.PrintLogger(file=sys.stderr)
