"""How soon the sandbox answers: tests and benches ask it thousands of things."""

import time

from m365sandbox.testing import Sandbox

ACKNOWLEDGEMENT_SECONDS = 0.04
"""For so long a peer may keep back its acknowledgement of the first piece of an answer."""


def test_an_answer_does_not_wait_for_an_acknowledgement(live_sandbox: Sandbox) -> None:
    control = live_sandbox.control
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        control.ask("GET", "/limits")
        took.append(time.perf_counter() - begun)
    # The first few are acknowledged at once whatever the sandbox does.
    assert min(took[10:]) < ACKNOWLEDGEMENT_SECONDS
