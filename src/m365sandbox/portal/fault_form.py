"""The form with which a person sets a fault, read into the rule it stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from m365sandbox.faults import Effect, Fault

if TYPE_CHECKING:
    from starlette.datastructures import FormData

_EFFECTS: Final[dict[str, Effect]] = {
    "answer": "answer",
    "act_then_answer": "act_then_answer",
    "act_then_drop": "act_then_drop",
    "drop": "drop",
}
_LONGEST_NUMBER: Final = 9
_ERRORS: Final = range(400, 600)


def read_fault(form: FormData) -> Fault:
    """Return the rule a form asks for; it is not checked yet.

    Raises:
        HTTPException: 400, in words for the person who filled it in.
    """
    effect = _EFFECTS.get(_text(form, "effect") or "answer")
    if effect is None:
        raise HTTPException(400, "A fault answers, or drops the connection.")
    aadsts = _number(form, "aadsts")
    answers = effect in {"answer", "act_then_answer"} and aadsts is None
    status = _number(form, "status") if answers else None
    delay = _number(form, "delay") or 0
    if answers and not delay and status not in _ERRORS:
        raise HTTPException(400, "A fault answers with a status from 400 to 599, waits, or drops.")
    return Fault(
        path=_text(form, "path") or "*",
        method=_text(form, "method") or None,
        mailbox=_text(form, "mailbox") or None,
        effect=effect,
        status=status,
        aadsts=aadsts,
        body=_body(form) if status is not None else None,
        headers=_headers(form) if status is not None else {},
        count=_number(form, "count") or None,
        delay_seconds=delay,
    )


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


def _number(form: FormData, name: str) -> int | None:
    """Return a whole number, None where nothing is given."""
    text = _text(form, name)
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise HTTPException(400, f"'{name}' must be a whole number.")
    return int(text)


def _body(form: FormData) -> object:
    """Return the body that is given, as JSON where it is JSON, else Graph's error with a code."""
    given = _text(form, "body")
    if not given:
        code = _text(form, "code") or "UnknownError"
        return {"error": {"code": code, "message": "A fault set in the sandbox."}}
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given


def _headers(form: FormData) -> dict[str, str]:
    """Return the headers given one a line, and Retry-After from its own field."""
    headers: dict[str, str] = {}
    for line in _text(form, "headers").splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            headers[name.strip()] = value.strip()
    retry_after = _text(form, "retry_after")
    return headers | ({"Retry-After": retry_after} if retry_after else {})
