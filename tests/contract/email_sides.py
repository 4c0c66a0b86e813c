"""The two sides of the e-mail service's contract, and what passes between adapter and sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.errors import ProviderFailure, Verdict
from classbell.ports.mail import Address, EmailResource, EmailService, Mail, SightingState
from tests.sandbox.acs import description

ZOE = Address("zoe.dubois@contoso.example", "Zoé Dubois")


@dataclass
class EmailExchanges:
    """What passed between adapter and service, with all that is wrong with it."""

    wrong: list[str] = field(default_factory=list)
    passed: int = 0

    def note(self, request: HttpRequest, answer: HttpAnswer) -> None:
        """Hold one exchange against the description, where it is at hand."""
        self.passed += 1
        if not description.location().is_file():
            return
        if request.content is not None:
            self.wrong += description.request_problems(json.loads(request.content))
        self.wrong += description.answer_problems(
            answer.status, dict(answer.headers), answer.json()
        )


@dataclass
class EmailSide:
    """One side of the contract: the port, and what happens at the other end."""

    service: EmailService
    resource: EmailResource
    subjects: Callable[[], list[str]]
    lose_answer: Callable[[], None]
    lose_request: Callable[[], None]
    give_up: Callable[[str], None]
    later: Callable[[], None]

    def send(self, subject: str, key: str, **members: Any) -> str:
        """Send a mail to Zoé and return the provider's id of it."""
        mail = Mail(subject, "<p>Hello</p>", text="Hello", to=(ZOE,), **members)
        return self.service.send(self.resource, mail, key).provider_id

    def state(self, key: str) -> SightingState:
        return self.service.look_up(self.resource, key).state


def void(_value: object) -> None:
    """Take what nobody needs."""


def a_key() -> str:
    return str(uuid4())


def verdict_of(action: Callable[[], object]) -> Verdict:
    with pytest.raises(ProviderFailure) as caught:
        action()
    return caught.value.verdict
