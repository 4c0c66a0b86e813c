"""Measure how many mails are written in a second of processor time, and what the layout costs.

Rendering is what every message passes before the provider's limits count, so it must never be what
mail waits for. Usage: make bench
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.delivery import start_django
from bench.report import Report, size

SINGLY = size(6_000, 100)
PEOPLE = size(100_000, 1_000)
TOGETHER = 500
"""Recipients of a shared envelope: Exchange Online's usual limit."""
ROUNDS = size(5, 1)
WANTED = 1_000
"""Mails a second of processor time; an account may send thirty a minute."""


def main() -> None:
    """Measure on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        report = Report("render")
        each, layout = _measured("enrolment_confirmed", SINGLY, 1)
        report.row(
            f"mails written to {SINGLY:,} people singly, layout and all",
            f"{1 / each:,.0f} a CPU second",
            f"{WANTED:,}",
            held=1 / each >= WANTED,
        )
        report.row("the same without the layout", f"{1 / (each - layout):,.0f} a CPU second")
        each, layout = _measured("session_message", PEOPLE, TOGETHER)
        report.row(
            f"people told by mails shared by {TOGETHER}, layout and all",
            f"{TOGETHER / each:,.0f} a CPU second",
        )
        report.row("the same without the layout", f"{TOGETHER / (each - layout):,.0f} a CPU second")
        report.row("the layout of one mail", f"{layout * 1e6:,.0f} µs")
        report.save()


def _measured(kind: str, people: int, together: int) -> tuple[float, float]:
    """Return the processor time of one mail, and how much of it is the layout's, in seconds."""
    from bench import letters  # noqa: PLC0415 -- needs Django's settings
    from tests.support import fake_ports  # noqa: PLC0415 -- the same

    ports = fake_ports()
    notification = letters.write(ports, kind, people)
    wanted = letters.bundles(together)
    html = letters.undressed(ports, notification)
    whole = _least(lambda: letters.render(wanted))
    dressing = _least(lambda: letters.dress(html, len(wanted)))
    text = _least(lambda: letters.read_as_text(html, len(wanted)))
    return whole / len(wanted), (dressing - text) / len(wanted)


def _least(work: Callable[[], None]) -> float:
    """Return the least processor time that some work took: what disturbs it only adds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


if __name__ == "__main__":
    main()
