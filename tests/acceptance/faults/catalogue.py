"""Every kind of trouble the sandbox can make, and every step of every route at which it can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HANG_SECONDS = 1.0
"""Longer than the door of these tests waits."""


def _graph(status: int, code: str) -> dict[str, Any]:
    return {"status": status, "body": {"error": {"code": code, "message": "As Microsoft says."}}}


FAULTS: dict[str, dict[str, Any]] = {
    "500": _graph(500, "UnknownError"),
    "502": {"status": 502, "body": "<html>Bad gateway</html>"},
    "503": {"status": 503},
    "503-later": {"status": 503, "headers": {"Retry-After": "7"}},
    "504": {"status": 504},
    "429": _graph(429, "ApplicationThrottled"),
    "429-later": {"status": 429, "headers": {"Retry-After": "12.5"}},
    "not-json": {"status": 200, "body": "not json"},
    "empty": {"status": 204},
    "drop": {"effect": "drop"},
    "act-then-drop": {"effect": "act_then_drop"},
    "act-then-500": _graph(500, "UnknownError") | {"effect": "act_then_answer"},
    "act-then-503": {"status": 503, "effect": "act_then_answer"},
    "act-then-504": {"status": 504, "effect": "act_then_answer"},
    "hang": {"delay_seconds": HANG_SECONDS},
    "400": _graph(400, "ErrorInvalidRecipients"),
    "401": _graph(401, "InvalidAuthenticationToken"),
    "403": _graph(403, "ErrorAccessDenied"),
    "404": _graph(404, "ErrorItemNotFound"),
    "409": _graph(409, "ErrorIrresolvableConflict"),
    "412": _graph(412, "ErrorItemSave"),
}

STEPS: dict[str, dict[str, dict[str, str]]] = {
    "plain": {
        "token": {"path": "*/oauth2/v2.0/token", "method": "POST"},
        "send": {"path": "*/sendMail", "method": "POST"},
    },
    "application": {
        "token": {"path": "*/oauth2/v2.0/token", "method": "POST"},
        "send": {"path": "/v1.0/users/*/sendMail", "method": "POST"},
    },
    "traced": {
        "token": {"path": "*/oauth2/v2.0/token", "method": "POST"},
        "draft": {"path": "*/me/messages", "method": "POST"},
        "send": {"path": "*/messages/*/send", "method": "POST"},
        "look": {"path": "*/me*/messages", "method": "GET"},
        "unfit": {"path": "*/me/messages/*", "method": "PATCH"},
        "delete": {"path": "*/me/messages/*", "method": "DELETE"},
    },
    "azure": {
        "send": {"path": "/emails:send", "method": "POST"},
        "look": {"path": "/emails/operations/*", "method": "GET"},
    },
}


NEVER_SENT = ("azure", "look", "404")
"""A lie that nobody could see through: that an operation never was, of one that Azure took."""


@dataclass(frozen=True)
class Trouble:
    """One fault at one step, met once."""

    step: str
    fault: str

    def rule(self, route: str) -> dict[str, Any]:
        """Return it as the sandbox is told of it."""
        return STEPS[route][self.step] | FAULTS[self.fault] | {"count": 1}

    def __str__(self) -> str:
        """Name it as in a test's id."""
        return f"{self.step}:{self.fault}"


def troubles(route: str) -> Iterator[Trouble]:
    """Yield every fault at every step of a route, but one: Azure's own word for «never sent»."""
    for step in STEPS[route]:
        for fault in FAULTS:
            if (route, step, fault) != NEVER_SENT:
                yield Trouble(step, fault)
