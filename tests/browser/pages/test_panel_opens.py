"""The connection settings open within a tenth of a second on a machine a quarter as fast."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, expect

from tests.browser.pages.addresses import Addresses
from tests.browser.story import COMMAND

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_MS = 100
SLOWER = 4
TIMES = 9

OPEN = """
(name) => new Promise((resolve) => {
  [...document.querySelectorAll("button")].find((one) => one.innerText === name).click();
  requestAnimationFrame(() => setTimeout(resolve));
})
"""
"""Press the button, and be done when the open panel has been painted."""


def test_the_panel_opens_at_once(addresses: Addresses) -> None:
    """What counts is the time that the page itself takes, whatever else the machine is doing."""
    page, taken = addresses.home.page, []
    page.goto(addresses.of("notifications"))
    slowed = page.context.new_cdp_session(page)
    slowed.send("Performance.enable")
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for _ in range(TIMES):
        before = busy_ms(slowed)
        page.evaluate(OPEN, COMMAND)
        taken.append(busy_ms(slowed) - before)
        expect(addresses.home.dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(addresses.home.dialog).to_be_hidden()
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    slowed.detach()
    assert sorted(taken)[TIMES // 4] <= MOST_MS, taken


def busy_ms(slowed: CDPSession) -> float:
    """Return how long the page's own thread has been busy, in milliseconds."""
    found = slowed.send("Performance.getMetrics")["metrics"]
    metrics = {one["name"]: one["value"] for one in found}
    return float(metrics["ThreadTime"]) * 1000
