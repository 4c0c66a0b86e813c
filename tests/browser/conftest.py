"""The whole product and the sandbox, running for real, and a headless Chromium to walk them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    sync_playwright,
)

from classbell.cli.demo.stage import Stage
from tests.browser.running import running_showcase

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
EXPECTED = ("the server responded with a status of 4",)
"""Chromium notes every refusal in its console; pages that refuse are part of the story."""

WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start one Chromium for the tests of a module.

    No longer: while Playwright runs, nothing else in this process can have an event loop, and the
    modules that come in between need one.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def showcase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start sandbox, worker and web on free ports, seeded like ``make run``."""
    with running_showcase(tmp_path_factory.mktemp("showcase")) as stage:
        yield stage


@dataclass
class Walker:
    """Somebody with a browser window, whose console is watched."""

    context: BrowserContext
    page: Page
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        """Keep what the console complains about."""
        if message.type == "error" and not any(part in message.text for part in EXPECTED):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def shot(self, name: str) -> None:
        """Keep a picture of the window."""
        self.page.wait_for_timeout(300)  # the drawer slides in for 250 ms
        # Hiding the caret would leave style attributes behind, which the page's policy forbids.
        self.page.screenshot(path=self.shots / f"{name}.png", caret="initial")

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return width


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where pictures go: the folder CLASSBELL_TEST_PICTURES names, else a temporary one."""
    folder = Path(os.environ.get("CLASSBELL_TEST_PICTURES", str(tmp_path)))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def a_walker(
    browser: Browser,
    shots: Path,
    *,
    width: int = 1366,
    height: int = 900,
    scripted: bool = True,
    dark: bool = False,
    state: StorageState | None = None,
) -> Walker:
    """Open a window; ``state`` is what the browser kept from before."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=scripted,
        color_scheme="dark" if dark else "light",
        locale="en-US",
        storage_state=state,
    )
    context.add_init_script(WATCH_POLICY)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    walker = Walker(context, page, shots)
    page.on("console", walker.note)
    page.on("pageerror", lambda error: walker.complaints.append(str(error)))
    return walker
