"""The story connects a lost account again, whether or not it is still signed in at Microsoft."""

from __future__ import annotations

from pathlib import Path

import pytest

from classbell.cli.commands.run import prepare, start_product, start_sandbox
from classbell.cli.demo import connecting
from classbell.cli.demo.browser import Browser
from classbell.cli.demo.stage import Stage, until
from classbell.cli.processes import Processes, free_ports
from classbell.cli.showcase import Places, settings_of
from classbell.network.http import HttpDoor

REFUSED = {
    "path": "/v1.0/me*",
    "status": 401,
    "body": {"error": {"code": "InvalidAuthenticationToken", "message": "Refused."}},
    "count": None,
}


@pytest.mark.slow
def test_an_account_that_microsoft_still_knows_in_this_browser_is_connected_again(
    tmp_path: Path,
) -> None:
    places = Places(tmp_path, *free_ports(4))
    with (tmp_path / "processes.log").open("wb") as output:
        processes = Processes(settings_of(places), output)
        with processes, HttpDoor() as door:
            stage = _connected(places, processes, door)
            stage.control("POST", "/faults", REFUSED)
            until("the loss of the connection", lambda: _is_lost(stage))
            stage.control("DELETE", "/faults")

            connecting.sign_in_again(stage)

            assert not _is_lost(stage)
            assert stage.browser.url.startswith(places.base_url)


def _connected(places: Places, processes: Processes, door: HttpDoor) -> Stage:
    start_sandbox(processes, places)
    prepare(processes, with_seed=True)
    start_product(processes, places)
    stage = Stage(places, processes.environment, processes, door, Browser(door))
    for step in (connecting.sign_in, connecting.panel_is_off, connecting.connect, connecting.save):
        step(stage)
    return stage


def _is_lost(stage: Stage) -> bool:
    """Let the worker look at the account by and by, and say whether it is called lost."""
    stage.advance(600)
    page = stage.browser.open(f"{stage.places.base_url}{connecting.PANEL}")
    return page.button_exists("Reconnect")
