"""Trouble at will: rules that make a matching request fail, wait, or lose its connection."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal
from uuid import uuid4

Effect = Literal["answer", "act_then_drop", "drop"]


@dataclass
class Fault:
    """One rule.

    A request matches when method, path and mailbox all do; an unset one matches anything. `path`
    is a glob ("*" spans slashes) or, between two slashes with a leading "~", a regular expression.
    `answer` sends `status`, `body` and `headers` without doing the work; with no status the
    request is only delayed. `act_then_drop` does the work and then drops the connection, the case
    in which a caller cannot know what happened. `drop` drops it without doing the work.
    """

    path: str = "*"
    method: str | None = None
    mailbox: str | None = None
    effect: Effect = "answer"
    status: int | None = None
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    count: int | None = 1
    delay_seconds: float = 0.0
    fault_id: str = field(default_factory=lambda: str(uuid4()))
    hits: int = 0

    def matches(self, method: str, path: str, mailbox: str | None) -> bool:
        """Say whether a request with this method, path and mailbox address meets the rule."""
        if self.method is not None and self.method.upper() != method.upper():
            return False
        if self.mailbox is not None and self.mailbox.lower() != (mailbox or "").lower():
            return False
        if self.path.startswith("~"):
            return re.search(self.path[1:], path) is not None
        return fnmatchcase(path.lower(), self.path.lower())


class Faults:
    """The rules in force, oldest first; the first match counts."""

    def __init__(self) -> None:
        """Start without trouble."""
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force and return it."""
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

    def take(self, method: str, path: str, mailbox: str | None) -> Fault | None:
        """Return the first rule that matches and use up one of its count, or None."""
        for rule in self._rules:
            if rule.matches(method, path, mailbox):
                rule.hits += 1
                if rule.count is not None:
                    rule.count -= 1
                    if rule.count <= 0:
                        self._rules.remove(rule)
                return rule
        return None
