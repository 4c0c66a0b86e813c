"""Keeps the tokens of links in mail out of Django's log, which names the address of a failure."""

from __future__ import annotations

import logging
import re

LOGGERS = ("django.request", "django.security.csrf")
_LINK = re.compile(r"(/(?:link|invited|approve|preferences|calendars)/)[^/\s?\"']+")


def redacted(text: str) -> str:
    """Return a text with the token of every such link in it left out."""
    return _LINK.sub(r"\1…", text)


def leave_tokens_out(record: logging.LogRecord) -> bool:
    """Rewrite one log record; a filter that lets everything pass."""
    record.msg = redacted(str(record.msg))
    if isinstance(record.args, tuple):
        record.args = tuple(redacted(one) if isinstance(one, str) else one for one in record.args)
    request = getattr(record, "request", None)
    if request is not None and redacted(request.path) != request.path:
        # Handlers that print a record's extras would print the request, and with it the address.
        del record.__dict__["request"]
    return True


def install() -> None:
    """Put the filter before the loggers that name addresses; again changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(leave_tokens_out)
