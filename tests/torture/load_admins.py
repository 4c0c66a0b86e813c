"""Admins who go about their pages at once, and strangers who try to: what a load run is made of."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Barrier, Event, Lock, Thread

from classbell.cli.demo.browser import Browser, DoesNotHold
from classbell.cli.demo.connecting import sign_in_at_microsoft
from classbell.cli.showcase import ROSA
from classbell.network.http import HttpDoor, Timeouts
from classbell.network.messages import NetworkFailure

PAGES = {
    "home": "",
    "delivery log": "/delivery",
    "sessions": "/sessions",
    "courses": "/courses",
    "panel": "/settings/notifications?panel=m365",
}
CHANGE = "change saved"
SIGN_INS_AT_ONCE = 8
"""How many come in at the same moment; two hundred in one second are no office's morning."""


@dataclass
class Seen:
    """What all of them saw: seconds of each page by phase, and what was not as it should be."""

    phase: str = ""
    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    lock: Lock = field(default_factory=Lock)

    def took(self, phase: str, name: str, seconds: float) -> None:
        """Note how long a page took that was asked for in a phase."""
        with self.lock:
            if phase == self.phase:
                self.seconds.setdefault((phase, name), []).append(seconds)

    def complain(self, what: str) -> None:
        """Note what should not have happened."""
        with self.lock:
            self.wrong[what] += 1

    def refuse(self) -> None:
        """Note that a stranger was refused."""
        with self.lock:
            self.refused += 1


@dataclass
class Admin:
    """One admin with a browser.

    Attributes:
        base_url: of the Admin Center.
        facts: address, slug and course, as `load_seed` made them.
        foreign: slug of a catalog they do not administer.
        title: what their course is called since their last change.
    """

    base_url: str
    facts: Mapping[str, str]
    foreign: str
    seen: Seen
    browser: Browser
    draw: random.Random
    title: str = ""
    changes: int = 0

    def sign_in(self) -> None:
        """Come in by Microsoft's pages.

        Raises:
            DoesNotHold: they do not lead back.
        """
        come_in(self.browser, self.base_url, self.facts["address"])

    def act(self) -> None:
        """Open some page, change the course, or try a catalog that is not theirs."""
        chance = self.draw.random()
        if chance < 0.1:
            self._change()
        elif chance < 0.15:
            url = f"{self.base_url}/catalogs/{self.foreign}"
            refused(self.browser, url, HTTPStatus.FORBIDDEN, self.seen)
        else:
            name = self.draw.choice(list(PAGES))
            self._open(name, f"/catalogs/{self.facts['slug']}{PAGES[name]}")

    def _open(self, name: str, path: str) -> None:
        phase, begun = self.seen.phase, time.perf_counter()
        self.browser.open(f"{self.base_url}{path}")
        self.seen.took(phase, name, time.perf_counter() - begun)
        if self.browser.status != HTTPStatus.OK:
            self.seen.complain(f"{self.browser.status} for {name}")

    def _change(self) -> None:
        path = f"/catalogs/{self.facts['slug']}/courses/{self.facts['course']}"
        self._open("course", path)
        phase, begun = self.seen.phase, time.perf_counter()
        title = f"Course of {self.facts['address']}, change {self.changes + 1}"
        page = self.browser.press("Save", {"Title": title})
        self.seen.took(phase, CHANGE, time.perf_counter() - begun)
        if self.browser.status != HTTPStatus.OK or title not in page.text:
            self.seen.complain(f"{self.browser.status} for a change")
        else:
            self.title, self.changes = title, self.changes + 1


@dataclass
class Stranger:
    """An admin of another organisation, who asks for the pages of this one."""

    base_url: str
    seen: Seen
    browser: Browser
    draw: random.Random

    def sign_in(self) -> None:
        """Come in, which everybody may who has a role somewhere."""
        come_in(self.browser, self.base_url, ROSA.address)

    def act(self) -> None:
        """Ask for some page of the academy."""
        path = PAGES[self.draw.choice(list(PAGES))]
        url = f"{self.base_url}/catalogs/academy{path}"
        refused(self.browser, url, HTTPStatus.NOT_FOUND, self.seen)


def come_in(browser: Browser, base_url: str, address: str) -> None:
    """Sign in with Microsoft.

    Raises:
        DoesNotHold: it ended elsewhere than in the Admin Center.
    """
    browser.open(f"{base_url}/")
    browser.press("Sign in with Microsoft")
    sign_in_at_microsoft(browser, address)
    if browser.page.button_exists("Accept"):
        browser.press("Accept")
    if not browser.url.startswith(base_url) or browser.status != HTTPStatus.OK:
        raise DoesNotHold(f"Sign-in ended at {browser.url} with {browser.status}.")


def refused(browser: Browser, url: str, status: HTTPStatus, seen: Seen) -> None:
    """Ask for a page that must be answered with this refusal, and note whether it was."""
    browser.open(url)
    if browser.status == status:
        seen.refuse()
    else:
        seen.complain(f"{browser.status} for a stranger")


@dataclass
class Crowd:
    """All who are in at once, each in a thread, who think so many seconds between two acts."""

    walkers: list[Admin | Stranger]
    seen: Seen
    think: float
    signed_in: int = 0

    def __post_init__(self) -> None:
        self._ending = Event()
        self._gate = threading.Semaphore(SIGN_INS_AT_ONCE)
        self._threads = [Thread(target=self._live, args=(one,)) for one in self.walkers]
        self._all_in = Barrier(len(self.walkers) + 1)

    def come(self, show: Callable[[int], None]) -> None:
        """Sign all of them in, and let them begin when the last is in.

        Args:
            show: is told how many are in.
        """
        for thread in self._threads:
            thread.start()
        while self.signed_in < len(self.walkers):
            show(self.signed_in)
            self._ending.wait(0.5)
            if any(what.startswith("sign-in") for what in self.seen.wrong):
                self._all_in.abort()
                raise AssertionError(dict(self.seen.wrong))
        self._all_in.wait()

    def leave(self) -> None:
        """Let everybody finish their page and go."""
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _live(self, one: Admin | Stranger) -> None:
        try:
            with self._gate:
                one.sign_in()
        except (DoesNotHold, NetworkFailure) as failure:
            self.seen.complain(f"sign-in: {failure}"[:300])
            return
        with self.seen.lock:
            self.signed_in += 1
        try:
            self._all_in.wait()
        except threading.BrokenBarrierError:
            return
        while not self._ending.wait(self.think * one.draw.uniform(0.5, 1.5)):
            try:
                one.act()
            except (DoesNotHold, NetworkFailure) as failure:
                self.seen.complain(str(failure)[:300])


def a_crowd(
    base_url: str, people: list[dict[str, str]], *, strangers: int, think: float, seed: int
) -> Crowd:
    """Return admins and strangers who are yet to sign in.

    Args:
        base_url: of the Admin Center.
        people: as `load_seed` made them.
        strangers: how many of another organisation try to come in beside them.
        think: seconds between two acts of one of them, in the mean.
        seed: what they do and how long they think follows from it.
    """
    seen = Seen()
    slugs = sorted({one["slug"] for one in people})
    walkers: list[Admin | Stranger] = []
    door = HttpDoor(
        max_connections=len(people) + strangers,
        timeouts=Timeouts(connect=30.0, read=60.0, pool=60.0, total=90.0),
    )
    for number, facts in enumerate(people):
        draw = random.Random(f"{seed} {number}")
        foreign = next((slug for slug in slugs if slug != facts["slug"]), "sales")
        walkers.append(Admin(base_url, facts, foreign, seen, Browser(door), draw))
    for number in range(strangers):
        draw = random.Random(f"{seed} stranger {number}")
        walkers.append(Stranger(base_url, seen, Browser(door), draw))
    return Crowd(walkers, seen, think)
