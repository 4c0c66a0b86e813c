"""A worker is killed while it passes events on or delivers them; the next one loses none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.receiver import a_receiver

pytestmark = [pytest.mark.store, pytest.mark.slow]

EVENTS = 12


def worker(store_url: str, **words: Any) -> tuple[int, str]:
    """Run a worker until it ends; return its code and what it said."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
        "CLASSBELL_DATABASE_URL": store_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.delivery.mortal_webhooks", json.dumps(words)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("death", [{"die_passing_on": True}, {"die_after": 5}])
def test_kill_9_loses_no_event(store_url: str, death: dict[str, Any]) -> None:
    with a_receiver() as receiver:
        code, said = worker(store_url, prepare=True, url=receiver.url, events=EVENTS, **death)
        assert code == -signal.SIGKILL, said
        before = list(receiver.ids)
        assert len(before) == death.get("die_after", 0)
        code, said = worker(store_url)
        assert code == 0, said
    codes = [json.loads(one.body)["data"]["code"] for one in receiver.received]
    assert list(dict.fromkeys(codes)) == [str(number) for number in range(EVENTS)], "in order"
    again = len(receiver.ids) - len(set(receiver.ids))
    assert again <= 1, "at most the one whose answer was not noted comes again"
