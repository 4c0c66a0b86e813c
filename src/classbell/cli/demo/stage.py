"""What the steps of the story share: the running showcase, the browser and ways to look."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from classbell.cli.demo.browser import Browser, DoesNotHold
from classbell.cli.processes import Processes
from classbell.cli.showcase import Places, classbell_program
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpRequest

LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 60.0
Seen = TypeVar("Seen")


@dataclass
class Stage:
    """The showcase while the story is walked.

    Attributes:
        places: addresses and folder.
        environment: variables of every child.
        processes: sandbox, worker and web.
        door: for the sandbox's control.
        browser: Mai's.
        notes: what a step remembers for later ones.
    """

    places: Places
    environment: Mapping[str, str]
    processes: Processes
    door: HttpDoor
    browser: Browser
    notes: dict[str, Any] = field(default_factory=dict)

    def control(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- JSON
        """Ask the sandbox's control API and return its JSON."""
        answer = self.door.call(
            HttpRequest(
                method=method,
                url=f"{self.places.sandbox_url}/_sandbox{path}",
                service="demo",
                json=body,
            )
        )
        if not answer.ok:
            raise DoesNotHold(f"The sandbox answered {answer.status} to {path}: {answer.text}")
        return answer.json()

    def received(self, address: str = "", since: datetime | None = None) -> list[dict[str, Any]]:
        """Return the mails that arrived, oldest first.

        Args:
            address: only those for this address; all where it is empty.
            since: only those that arrived at this time of the sandbox or later.
        """
        words = {"to": address} if address else {}
        if since is not None:
            words["since"] = since.isoformat()
        found = self.control("GET", f"/received?{urlencode(words)}")
        mails: list[dict[str, Any]] = found["messages"]
        return mails

    def now(self) -> datetime:
        """Return the sandbox's time, which is Classbell's business time as well."""
        return datetime.fromisoformat(self.control("GET", "/clock")["now"])

    def advance(self, seconds: int) -> None:
        """Move the sandbox's clock forward."""
        self.control("POST", "/clock", {"advance_seconds": seconds})

    def command(self, *words: str) -> str:
        """Run a command of Classbell and return what it printed.

        Raises:
            DoesNotHold: it ended with an error.
        """
        done = subprocess.run(
            [*classbell_program(), *words],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DoesNotHold(f"classbell {' '.join(words)} failed: {done.stderr or done.stdout}")
        return done.stdout

    def rows(self, *words: str) -> list[dict[str, str]]:
        """Run a command that lists rows as JSON."""
        found: list[dict[str, str]] = json.loads(self.command(*words, "--json"))
        return found


def hold(condition: object, complaint: str) -> None:
    """Go on only where something holds.

    Raises:
        DoesNotHold: with the complaint.
    """
    if not condition:
        raise DoesNotHold(complaint)


def until(what: str, look: Callable[[], Seen | None]) -> Seen:
    """Look until there is something to see.

    Args:
        what: what is waited for, for the complaint.
        look: returns something true when it is there.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise DoesNotHold(f"Waited {PATIENCE_SECONDS:.0f} s in vain for {what}.")
        time.sleep(LOOK_SECONDS)
    return seen
