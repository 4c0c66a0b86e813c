"""The sandbox's whole state in one object, handed to every route."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from m365sandbox.acs import Acs
from m365sandbox.calendars import Calendars
from m365sandbox.clock import SandboxClock
from m365sandbox.directory.application_access import ApplicationAccess
from m365sandbox.directory.directory import Directory
from m365sandbox.directory.grants import Grants
from m365sandbox.entra.state import EntraState
from m365sandbox.faults import Faults
from m365sandbox.log import ExchangeLog
from m365sandbox.mailboxes import Mailboxes
from m365sandbox.meetings import Meetings
from m365sandbox.notices import Notices
from m365sandbox.public import PublicNames
from m365sandbox.schedule import Handler, Payload, Schedule
from m365sandbox.store import MemoryStore, RecordSection, Section, Store
from m365sandbox.tls import Authority

# A section that took long to save is saved more rarely, so that saving stays a small part of the
# event loop's time however much mail there is.
SAVE_SHARE = 20
SAVE_PAUSE_SECONDS = 0.5
# How many changed records are written at once: a few hundredths of a second's work.
RECORDS_AT_ONCE = 500


@dataclass
class World:
    """Everything there is: directory, sign-in state, mailboxes, calendars, meetings, trouble, log.

    All of it lives on one event loop: routes read and change it without locks. Whoever changes a
    section calls `changed(name)`, and the section is written to the store soon after.
    """

    store: Store = field(default_factory=MemoryStore)
    clock: SandboxClock = field(default_factory=SandboxClock)
    public: PublicNames = field(default_factory=PublicNames)
    directory: Directory = field(default_factory=Directory)
    grants: Grants = field(default_factory=Grants)
    application_access: ApplicationAccess = field(default_factory=ApplicationAccess)
    entra: EntraState = field(default_factory=EntraState)
    faults: Faults = field(default_factory=Faults)
    log: ExchangeLog = field(default_factory=ExchangeLog)
    timetable: Schedule = field(default_factory=Schedule)
    authority: Authority = field(default_factory=Authority)
    machine_seconds: Callable[[], float] = time.monotonic
    begins_at: datetime | None = None
    """Aware time the clock shows at first and after a reset; machine time when None."""
    on_reset: list[Callable[[], None]] = field(default_factory=list)
    """Called by a reset, for what counts calls beside the sections."""

    def __post_init__(self) -> None:
        """Make the sections that need the world itself, and take up what was saved."""
        self.mailboxes = Mailboxes(self)
        self.calendars = Calendars(self)
        self.meetings = Meetings(self)
        self.acs = Acs(self)
        self.notices = Notices(self)
        self.sections: dict[str, Section] = {
            "clock": self.clock,
            "directory": self.directory,
            "grants": self.grants,
            "application_access": self.application_access,
            "entra": self.entra,
            "mailboxes": self.mailboxes,
            "calendars": self.calendars,
            "meetings": self.meetings,
            "acs": self.acs,
            "notices": self.notices,
            "timetable": self.timetable,
            "authority": self.authority,
        }
        self._dirty: set[str] = set()
        self._save_not_before: dict[str, float] = {}

    def now(self) -> datetime:
        """Return the sandbox's time, aware and in UTC."""
        return self.clock.now()

    def handle(self, kind: str, handler: Handler) -> None:
        """Name the function that carries out scheduled actions of `kind`."""
        self.timetable.handle(kind, handler)

    def schedule(self, at: datetime, kind: str, payload: Payload) -> None:
        """Do `kind` with `payload` (JSON-able) at `at`, an aware sandbox time.

        A clock jump past `at` takes effect at once.
        """
        self.timetable.add(at, kind, payload)
        self.changed("timetable")

    def run_due(self) -> int:
        """Carry out every scheduled action that is due, and return how many there were."""
        done = self.timetable.run_due(self.clock.now())
        if done:
            self.changed("timetable")
        return done

    def changed(self, *names: str) -> None:
        """Say that sections changed, so that they are saved."""
        self._dirty.update(names)

    def save(self, *, everything: bool = False) -> None:
        """Write what changed; `everything` writes all sections now, as at the end."""
        if not self.store.keeps:
            self._dirty.clear()
            return
        now = self.machine_seconds()
        due = [
            name
            for name in self.sections
            if everything or (name in self._dirty and now >= self._save_not_before.get(name, 0.0))
        ]
        for name in due:
            started = self.machine_seconds()
            self._dirty.discard(name)
            self._save_section(name, everything=everything)
            took = self.machine_seconds() - started
            pause = max(SAVE_PAUSE_SECONDS, took * SAVE_SHARE)
            self._save_not_before[name] = started + pause

    def _save_section(self, name: str, *, everything: bool) -> None:
        """Write one section; of many changed records only some, unless everything is to go."""
        section = self.sections[name]
        if not isinstance(section, RecordSection):
            self.store.save({name: section.snapshot()})
            return
        is_complete = False
        while not is_complete:
            batch = section.unsaved(RECORDS_AT_ONCE)
            self.store.save_batch(name, batch)
            is_complete = batch.is_complete
            if not everything:
                break
        if not is_complete:
            self._dirty.add(name)

    def resume(self) -> bool:
        """Take up what the store holds, and say whether there was anything."""
        saved = self.store.load()
        for name, section in self.sections.items():
            if name not in saved:
                continue
            if isinstance(section, RecordSection):
                section.resume(saved[name], self.store.records(name))
            else:
                section.restore(saved[name])
        return bool(saved)
