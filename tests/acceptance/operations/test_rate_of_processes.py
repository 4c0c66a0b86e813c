"""One token at two processes of the web application: together they give its rate, not each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import httpx2
import pytest

from classbell.cli.processes import Processes, free_port

pytestmark = [pytest.mark.slow, pytest.mark.store]
LIMIT = 40
CLASSBELL = [sys.executable, "-m", "classbell.cli.main"]


def left(answer: httpx2.Response) -> tuple[int, int]:
    """Return what ``RateLimit`` tells: requests and seconds that are left."""
    fields = dict(part.split("=") for part in answer.headers["RateLimit"].split(";")[1:])
    return int(fields["r"]), int(fields["t"])


def test_two_processes_give_one_rate(store_url: str) -> None:
    ports = [free_port(), free_port()]
    environment = {
        **os.environ,
        "CLASSBELL_API_REQUESTS_PER_MINUTE": str(LIMIT),
        "CLASSBELL_BASE_URL": f"http://127.0.0.1:{ports[0]}",
        "CLASSBELL_DATABASE_URL": store_url,
        "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
    }
    subprocess.run([*CLASSBELL, "migrate", "--showcase"], env=environment, check=True)
    words = ["tokens", "create", "--catalog", "academy", "--scope", "sessions:read", "--json"]
    made = subprocess.run(
        [*CLASSBELL, *words, "Platform"], env=environment, check=True, capture_output=True
    )
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
    with Processes(environment) as running, httpx2.Client(headers=headers) as client:
        for number, port in enumerate(ports):
            running.start(f"web {number}", [*CLASSBELL, "serve", "--port", str(port)])
        for number, port in enumerate(ports):
            running.wait_for_port(f"web {number}", port)

        def ask(turn: int) -> httpx2.Response:
            return client.get(f"http://127.0.0.1:{ports[turn % 2]}/api/v1/integration", timeout=30)

        _requests, seconds = left(ask(0))
        # All of it has to lie in one minute.
        time.sleep(seconds + 0.5)
        answers = [ask(turn) for turn in range(LIMIT + 20)]
        assert left(answers[-1])[1] <= left(answers[0])[1], "slower than a minute"
    allowed = [one.status_code == 200 for one in answers]
    assert LIMIT - 5 <= sum(allowed) <= LIMIT
    assert {one.status_code for one in answers} == {200, 429}
    told = [left(one)[0] for one in answers]
    assert told[0] == LIMIT - 1
    assert told[-2:] == [0, 0]
    # Each tells what it can still give; what the other holds of its slice is the difference.
    assert all(
        abs(one - (LIMIT - 1 - turn)) <= LIMIT // 10 for turn, one in enumerate(told[:LIMIT])
    )
    assert "Retry-After" in answers[-1].headers
