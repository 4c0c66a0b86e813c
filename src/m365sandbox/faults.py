"""Trouble at will: rules that make a matching request fail, wait, or lose its connection."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal
from uuid import uuid4

from m365sandbox.entra.codes import CODES

Effect = Literal["answer", "act_then_answer", "act_then_drop", "drop"]
LONGEST_DELAY_SECONDS = 3600
STATUSES = range(200, 600)
# What HTTP takes as the name and the value of a header.
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class UnusableFault(ValueError):
    """A rule that no request could be answered by; the message says which member is wrong."""


@dataclass
class Fault:
    """One rule.

    A request matches when method, path and mailbox all do; an unset one matches anything. `path`
    is a glob ("*" spans slashes) or, between two slashes with a leading "~", a regular expression.
    `answer` sends `status`, `body` and `headers` without doing the work; with no status the
    request is only delayed. `act_then_answer` does the work and answers that all the same;
    `act_then_drop` does it and then drops the connection: in both cases a caller cannot know what
    happened. `drop` drops the connection without doing the work. `aadsts`
    lets the sign-in service refuse with that code, in its own words, status and headers.
    """

    path: str = "*"
    method: str | None = None
    mailbox: str | None = None
    effect: Effect = "answer"
    status: int | None = None
    aadsts: int | None = None
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    count: int | None = 1
    delay_seconds: float = 0.0
    fault_id: str = field(default_factory=lambda: str(uuid4()))
    hits: int = 0

    def check(self) -> None:
        """Refuse a rule that would break the sandbox instead of the call it matches.

        Raises:
            UnusableFault: a member is wrong.
        """
        for is_usable, rule in self._rules():
            if not is_usable:
                raise UnusableFault(rule)

    def _rules(self) -> Iterator[tuple[bool, str]]:
        """Yield each rule of the members, and whether it is kept."""
        yield _is_pattern(self.path), "path: not a regular expression"
        yield self.status is None or self.status in STATUSES, "status: from 200 to 599"
        yield (
            self.effect != "act_then_answer" or self.status is not None,
            "status: needed to act and then answer",
        )
        yield self.count is None or self.count >= 1, "count: at least 1, or null for ever"
        yield (
            0 <= self.delay_seconds <= LONGEST_DELAY_SECONDS,
            f"delay_seconds: from 0 to {LONGEST_DELAY_SECONDS}",
        )
        for name, value in self.headers.items():
            is_sendable = HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)
            yield bool(is_sendable), f"headers: '{name}' cannot be sent"
        yield self.aadsts is None or self.aadsts in CODES, f"aadsts: no such code, {self.aadsts}"
        brings_more = (self.status, self.body, self.headers, self.effect) != (
            None,
            None,
            {},
            "answer",
        )
        yield (
            self.aadsts is None or not brings_more,
            "aadsts: the code brings its own status, body and headers, and is an answer",
        )

    def matches(self, method: str, path: str, mailbox: str | None) -> bool:
        """Say whether a request with this method, path and mailbox address meets the rule."""
        if self.method is not None and self.method.upper() != method.upper():
            return False
        if self.mailbox is not None and self.mailbox.lower() != (mailbox or "").lower():
            return False
        if self.path.startswith("~"):
            return re.search(self.path[1:], path) is not None
        return fnmatchcase(path.lower(), self.path.lower())


def _is_pattern(path: str) -> bool:
    """Say whether a path can be compared with: any glob can, a regular expression must compile."""
    try:
        re.compile(path.removeprefix("~") if path.startswith("~") else "")
    except re.error:
        return False
    return True


class Faults:
    """The rules in force, oldest first; the first match counts."""

    def __init__(self) -> None:
        """Start without trouble."""
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force and return it.

        Raises:
            UnusableFault: a member of the rule is wrong.
        """
        fault.check()
        self._rules.append(fault)
        return fault

    def remove(self, fault_id: str) -> bool:
        """Take one rule away and say whether there was one."""
        before = len(self._rules)
        self._rules = [rule for rule in self._rules if rule.fault_id != fault_id]
        return len(self._rules) < before

    def clear(self) -> None:
        """Take all rules away."""
        self._rules = []

    def all(self) -> list[Fault]:
        """Return the rules in force."""
        return list(self._rules)

    def take(
        self, method: str, path: str, mailbox: str | None, *, only_answers: bool = False
    ) -> Fault | None:
        """Return the first rule that matches and use up one of its count, or None.

        With `only_answers`, rules that drop the connection are passed over: one part of a batch
        has no connection of its own.
        """
        for rule in self._rules:
            if only_answers and rule.effect != "answer":
                continue
            if rule.matches(method, path, mailbox):
                rule.hits += 1
                if rule.count is not None:
                    rule.count -= 1
                    if rule.count <= 0:
                        self._rules.remove(rule)
                return rule
        return None
