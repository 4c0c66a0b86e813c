"""A worker of its own process, to be killed: `python -m tests.storage.delivery.mortal {words}`.

The provider is a file: one line for each envelope that reached it. When nothing is left to do the
worker ends by itself and prints the ledger as JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import sleep, time
from typing import Any

import django

from tests.fakes.clock import FakeClock


@dataclass(frozen=True)
class Words:
    """What the worker is told on its command line, as JSON."""

    provider: str
    lanes: int = 3
    messages: int = 8
    lease: float = 2.0
    prepare: bool = False
    seconds: float = 0.01
    senders: int = 1
    together: int = 1
    bad: int = 0
    trouble: float = 0.0
    traceable: bool = False
    began: float = 0.0


HURRY = 30.0
"""Seconds of business time in one of machine time, where workers were told a common start."""


class HurriedClock(FakeClock):
    """Runs fast, and alike in every process that was told the same start."""

    def __init__(self, began: float) -> None:
        super().__init__()
        self._began = began

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=(time() - self._began) * HURRY)


def main(words: Words) -> None:
    """Prepare the store where told so, then serve until nothing is left."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 -- needs Django's settings

    from tests.storage.delivery.world import World  # noqa: PLC0415 -- the same

    if words.prepare:
        call_command("migrate", verbosity=0, skip_checks=True)
    world = World(clock=HurriedClock(words.began)) if words.began else World()
    if words.prepare:
        for lane in range(words.lanes):
            names = [f"l{lane}m{number}" for number in range(words.messages - words.bad)]
            names += [f"bad{lane}m{number}" for number in range(words.bad)]
            world.queue(*names, lane=world.another_lane(), together=words.together)
    serve(world, words)
    print(json.dumps(ledger()))  # noqa: T201 -- the test reads it


def make_tables() -> None:
    """Make the tables straight from the models, which is far quicker than by migrations."""
    from django.apps import apps  # noqa: PLC0415 -- after the setup
    from django.conf import settings  # noqa: PLC0415 -- as above
    from django.core.management import call_command  # noqa: PLC0415 -- as above

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)


def serve(world: Any, words: Words) -> None:
    """Run an engine over the world's lanes."""
    from django.db import DatabaseError, InterfaceError  # noqa: PLC0415 -- the same

    from classbell.delivery.doubt import LOOK_UP, look_up  # noqa: PLC0415 -- the same
    from classbell.delivery.service import LaneService  # noqa: PLC0415 -- the same
    from classbell.engine.alone import OnlyWorker  # noqa: PLC0415 -- the same
    from classbell.engine.loop import Engine  # noqa: PLC0415 -- the same
    from classbell.worker.main import stopped_by_signals  # noqa: PLC0415 -- the same
    from tests.storage.delivery.provider_folder import ProviderFolder  # noqa: PLC0415 -- the same
    from tests.storage.delivery.wakes import sqlite_file, wake  # noqa: PLC0415 -- the same

    provider = ProviderFolder(
        Path(words.provider), seconds=words.seconds, trouble=words.trouble, senders=words.senders
    )
    handlers = replace(
        world.handlers,
        send=provider.send,
        look_up=provider.look_up,
        traceable=words.traceable,
    )
    handlers = replace(handlers, work={LOOK_UP: partial(look_up, world.clock, handlers)})
    file = sqlite_file()
    engine: Engine[Any] = Engine(
        LaneService(world.ports, lambda _lane: handlers, lease_seconds=words.lease),
        wake=wake(),
        threads=4,
        wires=12,
        recoverable=(DatabaseError, InterfaceError),
        alone=OnlyWorker(file) if file else None,
    )
    with stopped_by_signals() as stop:
        Thread(target=stop_when_done, args=(stop,), daemon=True).start()
        engine.run(stop)


def stop_when_done(stop: Event) -> None:
    """End the worker once no message waits or is on the wire."""
    from django.db import DatabaseError, InterfaceError, connection  # noqa: PLC0415 -- the same

    from classbell.storage.models import Message, MessageState, WorkItem  # noqa: PLC0415 -- same

    open_states = [MessageState.QUEUED, MessageState.SENDING]
    while True:
        try:
            busy = Message.objects.filter(state__in=open_states).exists()
            if not busy and not WorkItem.objects.exists():
                break
        except (DatabaseError, InterfaceError):
            # The store is away, as some tests want it; the worker has to bear that too.
            connection.close()
        sleep(0.05)
    connection.close()
    stop.set()


def ledger() -> dict[str, Any]:
    """Return every message's state and how many envelopes are in which."""
    from classbell.storage.models import Envelope, Message  # noqa: PLC0415 -- the same

    return {
        "messages": dict(Message.objects.values_list("address", "state")),
        "envelopes": Counter(Envelope.objects.values_list("state", flat=True)),
        "epochs": sorted(Envelope.objects.values_list("epoch", flat=True).distinct()),
    }


if __name__ == "__main__":
    main(Words(**json.loads(sys.argv[1])))
