"""Receiving events by HTTP: kept first, then settled, and answered so that the platform knows."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from classbell_client import CatalogClient, ClassbellProblem, Client, Unreachable
from examples.bridge.facts import Fact, Facts
from examples.bridge.settle import settle

MOST_BYTES = 1024 * 1024
OK, BAD_REQUEST, UNAUTHORISED, TOO_LARGE, REFUSED, LATER = 200, 400, 401, 413, 422, 503
LOOPBACK = "127.0.0.1"


class NotUnderstood(Exception):
    """An event that lacks something that is needed; says what to mend on the platform's side."""


class NotProven(Exception):
    """An event of which it is not proven that the platform sent it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an event says, and when it happened; nothing where it does not concern Classbell."""

    at: float
    facts: list[Fact] = field(default_factory=list)


Headers = Mapping[str, str]
Translate = Callable[[Headers, Mapping[str, Any]], Said]
Prove = Callable[[Headers, bytes], None]


@dataclass(frozen=True, slots=True)
class Bridge:
    """One platform and one catalog of Classbell.

    Attributes:
        catalog: where in Classbell.
        facts: what the platform has said.
        translate: makes facts of an event; the headers have small letters.
        prove: raises ``NotProven`` for what the platform has not sent.
        chosen: how codes of sessions begin that learners choose one by one.
    """

    catalog: CatalogClient
    facts: Facts
    translate: Translate
    prove: Prove
    chosen: str = ""

    def receive(self, headers: Headers, body: bytes) -> tuple[int, dict[str, object]]:
        """Take one event, and return the status and the answer that the platform gets.

        What was kept is never lost: where Classbell could not be reached the platform is asked to
        send again, and ``settle_all`` does it as well.
        """
        small = {name.lower(): value for name, value in headers.items()}
        try:
            self.prove(small, body)
            event = json.loads(body)
            if not isinstance(event, dict):
                return BAD_REQUEST, {"detail": "The event is no JSON object."}
            said = self.translate(small, event)
            self.facts.keep(said.at, said.facts)
            return OK, {"done": self._settle({_course_of(one) for one in said.facts})}
        except NotProven as error:
            return UNAUTHORISED, {"detail": str(error)}
        except (ValueError, NotUnderstood) as error:
            return BAD_REQUEST, {"detail": str(error)}
        except ClassbellProblem as problem:
            return REFUSED, {"detail": str(problem), "code": problem.code}
        except Unreachable as error:
            return LATER, {"detail": str(error)}

    def settle_all(self) -> list[str]:
        """Make every course what the platform has said of it; for a timer, and after troubles."""
        return self._settle(set(self.facts.courses()))

    def _settle(self, courses: set[str]) -> list[str]:
        done: list[str] = []
        problems: list[ClassbellProblem] = []
        for code in sorted(courses):
            try:
                done += settle(self.catalog, self.facts, code, chosen=self.chosen)
            except ClassbellProblem as problem:
                problems.append(problem)
        if problems:
            raise problems[0]
        return done


def serve(bridge: Bridge, port: int) -> HTTPServer:
    """Return a server on the loopback that gives each request to the bridge, one after the other.

    One after the other, so that two events of one person cannot overtake each other on the way.
    A proxy in front of it speaks TLS.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            if length > MOST_BYTES:
                self._answer(TOO_LARGE, {"detail": "An event has at most 1 MiB."})
                return
            self._answer(*bridge.receive(dict(self.headers.items()), self.rfile.read(length)))

        def _answer(self, status: int, answer: Mapping[str, object]) -> None:
            written = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

    return HTTPServer((LOOPBACK, port), Handler)


def run(name: str, translate: Translate, prove: Prove, *, chosen: str = "") -> int:
    """Run a bridge as a program.

    Args:
        name: of the platform, for the help.
        translate: as for ``Bridge``.
        prove: as for ``Bridge``.
        chosen: as for ``Bridge``.
    """
    parser = argparse.ArgumentParser(description=f"Let Classbell follow {name}.")
    parser.add_argument("--classbell", default="http://localhost:8000", help="its address")
    parser.add_argument("--catalog", required=True, help="slug of the catalog")
    parser.add_argument("--facts", type=Path, default=Path("facts.sqlite3"), help="file to keep")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--port", type=int, help="receive events here")
    what.add_argument("--replay", type=Path, nargs="+", help="take sample events from these files")
    what.add_argument("--settle", action="store_true", help="settle everything once, and end")
    arguments = parser.parse_args()
    with Client(arguments.classbell, os.environ["CLASSBELL_TOKEN"]) as client:
        catalog = client.catalog(arguments.catalog)
        bridge = Bridge(catalog, Facts(arguments.facts), translate, prove, chosen)
        if arguments.settle:
            return _settle_once(bridge)
        if arguments.replay:
            return replay(bridge, arguments.replay)
        serve(bridge, arguments.port).serve_forever()
    return 0


def _settle_once(bridge: Bridge) -> int:
    """Settle everything and say what was done; 1 where something was refused, for timers."""
    try:
        print("\n".join(bridge.settle_all()) or "Classbell agrees already.")
    except (ClassbellProblem, Unreachable) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def replay(bridge: Bridge, files: list[Path]) -> int:
    """Take events from files, each with ``headers`` and ``body``; 1 where one was not taken."""
    worst = 0
    # The files are ours, so nobody has to prove that the platform sent them.
    trusting = Bridge(bridge.catalog, bridge.facts, bridge.translate, _trust, bridge.chosen)
    for file in files:
        sample = json.loads(file.read_text(encoding="utf-8"))
        status, answer = trusting.receive(sample["headers"], json.dumps(sample["body"]).encode())
        print(f"{file.name}: {answer.get('detail') or answer.get('done')}")
        worst = max(worst, int(status != OK))
    return worst


def _trust(_headers: Headers, _body: bytes) -> None:
    """Take everything as proven."""


def _course_of(fact: Fact) -> str:
    return str(getattr(fact, "course", "") or getattr(fact, "code", ""))
