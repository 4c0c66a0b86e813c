"""Measure one worker with many lanes: a thousand busy ones, and a hundred whose provider hangs.

The providers are pauses of 20 ms, so nothing leaves the machine. Ratios are taken in one run, side
by side. With CLASSBELL_DATABASE_URL set it measures on PostgreSQL. Usage: make bench
"""

import resource
import tempfile
from pathlib import Path

from bench.delivery import say, start_django

LANES = 1_000
MESSAGES = 4
CALL_SECONDS = 0.02
HANGING = 100
THREADS = 16


def main() -> None:
    """Measure everything once and print it."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench.lanes_worker import Provider, fill, seconds_to_serve  # noqa: PLC0415 -- Django's

        say("what", "measured", "target")
        alone = Provider(CALL_SECONDS)
        fill("well", LANES, MESSAGES)
        quiet = seconds_to_serve(alone, threads=THREADS)
        sends = LANES * MESSAGES / quiet
        say(f"{LANES:,} busy lanes in one worker", f"{sends:,.0f} messages/s", "")
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say("memory of that worker", f"{used:,.0f} MB", "")
        say("threads that were ever busy in it", f"{alone.most_at_once}", "")
        for hanging in (1, HANGING):
            beside = Provider(CALL_SECONDS)
            fill("hang", hanging, 1)
            fill("well", LANES - hanging, MESSAGES)
            took = seconds_to_serve(beside, threads=THREADS)
            share = (LANES - hanging) * MESSAGES / took / sends
            say(
                f"the others, beside {hanging} that hang", f"{share:.0%} of that", "keep their pace"
            )


if __name__ == "__main__":
    main()
