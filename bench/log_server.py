"""One side of the bench of the delivery log: a ledger of one size, and the pages that show it.

It prints one JSON line with the pages' names. Then it answers each line on its input with one JSON
line: to `pages` the seconds that each page took, to `send N` the processor seconds that each of so
many messages cost on the lane whose ledger it is.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.delivery import start_django

if TYPE_CHECKING:
    from django.test import Client

    from classbell.storage.models import Person

LOG = "/catalogs/academy/delivery"
PAGES = {
    "home": "/catalogs/academy",
    "log, newest": LOG,
    "log, in the middle": f"{LOG}?before={{middle}}",
    "log, failed": f"{LOG}?status=failed",
    "log, failed, in the middle": f"{LOG}?status=failed&before={{middle}}",
    "log, one person": f"{LOG}?q=learner.7@",
    "log, many people": f"{LOG}?q=anna",
    "log, one person, failed": f"{LOG}?q=learner.7@&status=failed",
    "log, common kind": f"{LOG}?kind=session_invitation",
    "log, rare kind": f"{LOG}?kind=held_mail_waiting",
    "log, kind that is not there": f"{LOG}?kind=sign_in_link",
    "log, route": f"{LOG}?route=acs",
    "log, last 7 days": f"{LOG}?period=7",
    "log, failed in 24 hours": f"{LOG}?status=failed&period=1",
    "message": f"{LOG}/{{middle}}",
    "connection health": "/catalogs/academy/connection",
    "help": "/help/delivery?catalog=academy",
    "sessions": "/catalogs/academy/sessions",
    "session": "/catalogs/academy/sessions/{session}",
    "session, learners": "/catalogs/academy/sessions/{session}/learners",
    "sessions of a month": "/catalogs/academy/sessions/month",
    "courses": "/catalogs/academy/courses",
    "rooms": "/catalogs/academy/rooms",
    "audit log": "/catalogs/academy/audit",
    "notifications": "/catalogs/academy/settings/notifications",
    "panel": "/catalogs/academy/settings/notifications?panel=m365",
    "template editor": "/catalogs/academy/settings/notifications/enrolment_confirmed",
    "general": "/catalogs/academy/settings/general",
    "invitations and meetings": "/catalogs/academy/settings/sessions",
    "catalogs": "/catalogs",
    "all connections": "/connections",
    "organisation calendar": "/organisation-calendar",
}


def serve(size: int) -> None:
    """Fill the ledger, then serve until the input ends."""
    start_django(Path.cwd())
    from django.conf import settings  # noqa: PLC0415 -- needs Django's settings
    from django.test import Client  # noqa: PLC0415 -- the same

    from bench.log_rows import Ledger, an_admin  # noqa: PLC0415 -- the same
    from bench.measures import CLOCK, cost_of_a_message  # noqa: PLC0415 -- the same
    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from tests.support import fake_ports  # noqa: PLC0415 -- the same

    settings.ALLOWED_HOSTS = ["*"]
    ports = fake_ports()
    ledger = Ledger(ports, size)
    ledger.write()
    # What ends at this very moment is written by the store in another form than Django's.
    CLOCK.advance(timedelta(seconds=5))
    browser = Client()
    signed_in(browser, an_admin(ledger.catalog))
    middle = size // 2 if size > 10_000 else size * 4 // 5  # a full page must be left below
    places = {"middle": middle, "session": ledger.session.pk}
    addresses = {name: path.format(**places) for name, path in PAGES.items()}
    with bootstrap.use(ports):
        _ask(browser, addresses)  # what is built on first use is built now
        bootstrap.leave_out_of_collections()  # as web processes do
        print(json.dumps(list(PAGES)), flush=True)
        while words := sys.stdin.readline().split():
            told: object
            if words[0] == "send":
                told = cost_of_a_message(int(words[1]), lane=ledger.lane).processor
            else:
                told = _ask(browser, addresses)
            print(json.dumps(told), flush=True)


def signed_in(browser: "Client", person: "Person") -> None:
    """Sign somebody in, as Microsoft's answer would."""
    session = browser.session
    session["person"] = str(person.pk)
    session.save()


def _ask(browser: "Client", addresses: dict[str, str]) -> dict[str, float]:
    times = {}
    for name, address in addresses.items():
        begun = time.perf_counter()
        answer = browser.get(address)
        times[name] = time.perf_counter() - begun
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
    return times
