"""Measure how long it takes to tell 8,000 people: by a kind that names nobody, and personally.

The real adapter sends to a sandbox in a process of its own, whose limits are Microsoft's. Business
time is the sandbox's. For the kind that names nobody it simply goes on; for the personal one it
jumps by a second after each round, for hours are not waited for. Usage: make bench
"""

import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db.models import Max

from bench.delivery import start_django
from bench.peers import peer
from bench.report import Report, progress_bar, size
from m365sandbox.control.client import Control

PEOPLE = size(8_000, 100)
PERSONALLY = size(400, 10)
LANGUAGES = ("en", "da")


@dataclass(frozen=True, slots=True)
class Told:
    """What it took to tell somebody something."""

    minutes: float
    calls: int
    refused: int
    accepted: int


def main() -> None:
    """Measure on the store of this process."""
    with (
        tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder,
        peer("sandbox-limits") as sandbox,
        closing(Control(sandbox.url)) as control,
    ):
        start_django(
            Path(folder),
            graph_url=sandbox.url,
            clock_url=f"{sandbox.url}/_sandbox/clock",
        )
        from bench import stage  # noqa: PLC0415 -- needs Django's settings
        from classbell import bootstrap  # noqa: PLC0415 -- the same

        stage.a_sender(bootstrap.ports(), sandbox)
        # Both fit into what a mailbox may send within a day.
        personal = _told(control, "enrolment_confirmed", PERSONALLY, step=timedelta(seconds=1))
        control.advance(timedelta(minutes=2))
        shared = _told(control, "session_message", PEOPLE, step=timedelta(0))
    _tell(shared, personal)


def _told(control: Control, kind: str, count: int, *, step: timedelta) -> Told:
    """Tell so many people, and return what it took.

    Args:
        control: steers the sandbox.
        kind: of the notification.
        count: how many people.
        step: how far business time jumps after each round, besides going on by itself.
    """
    from bench import stage  # noqa: PLC0415 -- needs Django's settings
    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.storage.models import Message, MessageState  # noqa: PLC0415 -- the same

    draw = progress_bar(sys.stderr)
    ports = bootstrap.ports()
    people, session = stage.learners(count, languages=LANGUAGES), stage.a_session_ahead(ports)
    before, begun = control.statistics()["graph_answers"], control.now()
    real = time.monotonic()
    notification = stage.tell(ports, kind, people, session)
    accepted = Message.objects.filter(notification=notification, state=MessageState.ACCEPTED)
    while stage.is_open(notification):
        stage.serve_once(ports)
        if step:
            control.advance(step)
        draw(kind, accepted.count(), count)
    last = accepted.aggregate(last=Max("settled_at"))["last"]
    answers = {
        status: number - before.get(status, 0)
        for status, number in control.statistics()["graph_answers"].items()
    }
    # Without jumps both clocks run alike, and the machine's has seen the rows settled as well.
    minutes = max((last - begun) / timedelta(minutes=1), (time.monotonic() - real) / 60)
    return Told(minutes, sum(answers.values()), answers.get("429", 0), accepted.count())


def _tell(shared: Told, personal: Told) -> None:
    report = Report("shared")
    report.row(
        f"a shared kind to {PEOPLE:,} people in two languages, business time to the last accepted",
        f"{shared.minutes * 60:.1f} s",
        "about a minute",
        held=shared.minutes <= 1.5,
    )
    report.row("Graph calls for that", f"{shared.calls:,}")
    report.row("people whose message was accepted", f"{shared.accepted:,}", f"{PEOPLE:,}",
               held=shared.accepted == PEOPLE)  # fmt: skip
    hours = personal.minutes / PERSONALLY * PEOPLE / 60
    report.row(
        f"a personal kind to {PEOPLE:,}: reckoned from {PERSONALLY:,} in "
        f"{personal.minutes:.1f} minutes",
        f"{hours:.1f} hours",
    )
    refused = shared.refused + personal.refused
    report.row("answers 429 of our own making in both", f"{refused}", "0", held=not refused)
    report.row("shared against personal", f"x {hours * 60 / shared.minutes:,.0f} sooner")
    bars = {"personal kind": hours * 60, "shared kind": shared.minutes}
    report.plot("shared", f"Telling {PEOPLE:,} people through one mailbox", "minutes", bars)
    report.save()


if __name__ == "__main__":
    main()
