"""Measure one worker with many lanes: a thousand busy ones, and a hundred whose provider hangs.

The providers are pauses of 20 ms, so nothing leaves the machine. The rounds of all three take turns
in one run, so that what else the machine does meets them alike. With CLASSBELL_DATABASE_URL set it
measures on PostgreSQL. Usage: make bench
"""

import resource
import tempfile
from pathlib import Path
from statistics import median

from bench.delivery import start_django
from bench.report import Report, size

LANES = size(1_000, 20)
MESSAGES = 2
CALL_SECONDS = 0.02
HANGING = (0, 1, size(100, 2))
THREADS = 16
ROUNDS = size(3, 1)


def main() -> None:
    """Measure on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench.lanes_worker import Provider, fill, seconds_to_serve  # noqa: PLC0415 -- Django's

        rates: dict[int, list[float]] = {hanging: [] for hanging in HANGING}
        most_at_once = 0
        for _ in range(ROUNDS):
            for hanging in HANGING:
                provider = Provider(CALL_SECONDS)
                fill("hang", hanging, 1)
                fill("well", LANES - hanging, MESSAGES)
                took = seconds_to_serve(provider, threads=THREADS)
                rates[hanging].append((LANES - hanging) * MESSAGES / took)
                if not hanging:
                    most_at_once = max(most_at_once, provider.most_at_once)
        _tell(rates, most_at_once)


def _tell(rates: dict[int, list[float]], most_at_once: int) -> None:
    report = Report("lanes")
    quiet = median(rates[0])
    report.row(f"{LANES:,} busy lanes in one worker, calls of 20 ms", f"{quiet:,.0f} messages/s")
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.row("memory of that worker at its most, a hundred that hang included", f"{used:,.0f} MB")
    report.row("calls under way at once in it, at most", f"{most_at_once}")
    for hanging in HANGING[1:]:
        pairs = zip(rates[hanging], rates[0], strict=True)
        share = median(beside / alone for beside, alone in pairs)
        spread = f"{min(rates[hanging]):,.0f} to {max(rates[hanging]):,.0f} messages/s"
        report.row(
            f"pace of the others beside {hanging} that hang, median of {ROUNDS} rounds in turn",
            f"{share:.0%} ({spread})",
            "keep their pace (≥ 90 %)",
            held=share >= 0.9,
        )
    report.plot(
        "lanes",
        "1,000 lanes in one worker, of which some hang",
        "messages a second",
        {f"{hanging} hang": median(rates[hanging]) for hanging in HANGING},
    )
    report.save()


if __name__ == "__main__":
    main()
