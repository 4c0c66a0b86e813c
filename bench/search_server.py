"""One side of the bench of the search: an organisation of one size, and the pages that are asked.

It prints one JSON line with the pages' names, and answers each line on its input with one JSON line
of the seconds that each page took.
"""

import json
import sys
import time
from pathlib import Path

from bench.delivery import start_django
from bench.log_server import signed_in

HOME = "/catalogs/academy"
PAGES = {
    "a name that few have": f"{HOME}/search?q=learner7+anna",
    "a name that many have": f"{HOME}/search?q=anna",
    "an address": f"{HOME}/search?q=learner.7@",
    "a name that nobody has": f"{HOME}/search?q=zacharias",
    "a session's title": f"{HOME}/search?q=fire",
    "a person": f"{HOME}/people/{{person}}",
    "a session": f"{HOME}/sessions/{{session}}",
    "the audit log": f"{HOME}/audit",
}


def serve(rows: int, people: int) -> None:
    """Fill the organisation, then serve until the input ends."""
    start_django(Path.cwd())
    from django.conf import settings  # noqa: PLC0415 -- needs Django's settings
    from django.test import Client  # noqa: PLC0415 -- the same

    from bench.log_rows import Ledger, an_admin  # noqa: PLC0415 -- the same
    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.storage.models import Message  # noqa: PLC0415 -- the same
    from tests.support import fake_ports  # noqa: PLC0415 -- the same

    settings.ALLOWED_HOSTS = ["*"]
    ports = fake_ports()
    ledger = Ledger(ports, rows, people=people)
    ledger.write()
    written = Message.objects.filter(catalog=ledger.catalog, person__isnull=False).latest("id")
    named = {"person": written.person_id, "session": ledger.session.pk}
    client = Client()
    signed_in(client, an_admin(ledger.catalog))
    with bootstrap.use(ports):
        for address in PAGES.values():  # templates and settings are read once
            client.get(address.format(**named))
        bootstrap.leave_out_of_collections()  # as web processes do
        print(json.dumps(list(PAGES)), flush=True)
        for _ in sys.stdin:
            took: dict[str, float] = {}
            for name, address in PAGES.items():
                begun = time.perf_counter()
                answer = client.get(address.format(**named))
                took[name] = time.perf_counter() - begun
                if answer.status_code >= 400:
                    raise RuntimeError(f"{name}: {answer.status_code}")
            print(json.dumps(took), flush=True)
