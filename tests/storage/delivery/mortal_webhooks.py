"""A worker for webhooks, to be killed: `python -m tests.storage.delivery.mortal_webhooks {words}`.

It makes events and delivers them in one process, and ends by itself when none is left. The
receiver answers on loopback, outside this process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from functools import partial
from threading import Event, Thread
from time import sleep
from typing import Any

import django

from classbell.ports.webhooks import WebhookAnswer, WebhookSender


def main(words: dict[str, Any]) -> None:
    """Prepare the store where told so, then serve until nothing is left."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 -- needs Django's settings

    if words.get("prepare"):
        call_command("migrate", verbosity=0, skip_checks=True)
        prepare(words)
    serve(words)


def prepare(words: dict[str, Any]) -> None:
    """Make an endpoint, and events that nobody has passed on yet."""
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.events import emit  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.endpoints import (  # noqa: PLC0415 -- the same
        EndpointChoice,
        create_endpoint,
    )
    from tests.domain.webhooks.stage import real_ports  # noqa: PLC0415 -- the same
    from tests.fakes import FakeClock  # noqa: PLC0415 -- the same
    from tests.support import a_catalog  # noqa: PLC0415 -- the same

    ports, catalog = real_ports(FakeClock()), a_catalog()
    create_endpoint(
        ports,
        organisation=catalog.organisation,
        catalog=catalog,
        choice=EndpointChoice(words["url"], "", ("session.changed",)),
        actor=OPERATOR,
    )
    for number in range(words["events"]):
        emit(ports, catalog=catalog, name="session.changed", payload={"code": str(number)})


def serve(words: dict[str, Any]) -> None:
    """Run an engine over the lanes; kill this process after so many answers where told so."""
    from django.db import DatabaseError, InterfaceError  # noqa: PLC0415 -- the same

    from classbell.delivery.doorbell import LaneDoorbell  # noqa: PLC0415 -- the same
    from classbell.delivery.service import LaneService  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.deliver import deliver_next  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.pass_on import (  # noqa: PLC0415 -- the same
        DELIVER,
        pass_on_events,
    )
    from classbell.engine.alone import OnlyWorker  # noqa: PLC0415 -- the same
    from classbell.engine.loop import Engine  # noqa: PLC0415 -- the same
    from tests.domain.webhooks.stage import no_mail, real_ports  # noqa: PLC0415 -- the same
    from tests.fakes import FakeClock  # noqa: PLC0415 -- the same
    from tests.storage.delivery.wakes import sqlite_file, wake  # noqa: PLC0415 -- the same

    clock = FakeClock()
    ports = real_ports(clock, doorbell=LaneDoorbell(clock))
    assert ports.webhooks is not None
    mortal = replace(ports, webhooks=Mortal(ports.webhooks, words.get("die_after", 0)))
    handlers = no_mail({DELIVER: partial(deliver_next, mortal)})
    file = sqlite_file()
    engine: Engine[Any] = Engine(
        LaneService(
            ports,
            lambda _lane: handlers,
            lease_seconds=2.0,
            also=partial(pass_on, pass_on_events, ports, words),
        ),
        wake=wake(),
        threads=2,
        wires=4,
        recoverable=(DatabaseError, InterfaceError),
        alone=OnlyWorker(file) if file else None,
    )
    stop = Event()
    Thread(target=stop_when_done, args=(stop,), daemon=True).start()
    engine.run(stop)


class Mortal:
    """Sends as ever, and dies between an answer and its note."""

    def __init__(self, sender: WebhookSender, die_after: int) -> None:
        self._sender = sender
        self._left = die_after

    def refusal(self, url: str) -> str:
        return self._sender.refusal(url)

    def send(self, url: str, **words: Any) -> WebhookAnswer:
        answer = self._sender.send(url, **words)
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def pass_on(really: Any, ports: Any, words: dict[str, Any]) -> bool:
    """Pass events on, or die in the middle of it where told so."""
    if not words.get("die_passing_on"):
        return bool(really(ports))
    from django.db import transaction  # noqa: PLC0415 -- needs Django's settings

    with transaction.atomic():
        really(ports)
        os.kill(os.getpid(), signal.SIGKILL)
    return False


def stop_when_done(stop: Event) -> None:
    """End the worker once nothing waits."""
    from django.db import connection  # noqa: PLC0415 -- needs Django's settings

    from classbell.storage.models import (  # noqa: PLC0415 -- the same
        DomainEvent,
        WebhookDelivery,
        WorkItem,
    )

    while (
        DomainEvent.objects.filter(to_pass_on=True).exists()
        or WebhookDelivery.objects.filter(state="waiting").exists()
        or WorkItem.objects.exists()
    ):
        sleep(0.05)
    connection.close()
    stop.set()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
