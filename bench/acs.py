"""Measure the lane of Azure Communication Services against a bare loop with the same HTTP client.

Both send the same mail, sixteen requests at once, signed with the same key, to a server in another
process that accepts it as cheaply as Python can: so the client is what is measured. The bare loop
has its body ready and neither database nor rendering nor a record of anything. The lane is the
product's own: its worker, its adapter, its ledger, its templates. They take turns. Once the server
answers at once, so that only processor time counts; once after 30 ms, as a service elsewhere does.
Usage: make bench
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.delivery import start_django
from bench.peers import peer
from bench.report import Report, progress_bar, size

MAILS = size(2_000, 50)
ROUNDS = size(3, 1)
PAUSES = (0, 30, 100)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: mails a second, and processor seconds a mail."""

    rate: float
    processor: float


def timed(work: Callable[[], object]) -> Pass:
    """Do work that sends so many mails, and say what it took this process."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return Pass(MAILS / (time.perf_counter() - begun), (time.process_time() - used) / MAILS)


def main() -> None:
    """Measure on the store of this process."""
    report, draw = Report("acs"), progress_bar(sys.stderr)
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench.acs_sides import Sides  # noqa: PLC0415 -- needs Django's settings

        for pause in PAUSES:
            with peer(f"acs {pause}") as server, Sides(server.url, MAILS) as sides:
                sides.lane()  # what is built on first use is built now
                pairs = []
                for done in range(ROUNDS):
                    draw(f"acs, {pause} ms", done, ROUNDS)
                    sides.queue()
                    pairs.append((timed(sides.bare), timed(sides.lane)))
                draw(f"acs, {pause} ms", ROUNDS, ROUNDS)
                _tell(report, pause, pairs)
    report.save()


def _tell(report: Report, pause: int, pairs: list[tuple[Pass, Pass]]) -> None:
    """Tell the rates of both and the ratio, and what each costs."""
    bare, lane = (median(side.rate for side in column) for column in zip(*pairs, strict=True))
    share = median(ours.rate / theirs.rate for theirs, ours in pairs)
    when = f"answered after {pause} ms" if pause else "answered at once"
    report.row(f"a bare loop, sixteen at once, {when}", f"{bare:,.0f} mails/s")
    report.row(f"the lane of the product, {when}", f"{lane:,.0f} mails/s")
    report.row(f"the lane against the bare loop, {when}", f"{share:.0%}", "≥ 70 %",
               held=share >= 0.7)  # fmt: skip
    costs = [median(side.processor for side in column) * 1e6 for column in zip(*pairs, strict=True)]
    report.row(
        f"processor time of a mail, bare loop and lane, {when}",
        f"{costs[0]:,.0f} µs and {costs[1]:,.0f} µs",
    )
    title = f"Mails a second, sixteen at once, {when}"
    name = f"acs-{report.on.lower()}-{pause}"
    report.plot(name, title, "mails a second", {"bare loop": bare, "the product": lane})


if __name__ == "__main__":
    main()
