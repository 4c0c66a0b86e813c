"""Measure the REST API: one read next to a bare Django view, and 50,000 people in one call.

Both views are asked in turn in this process, behind the same middleware. While the people are
accepted, another thread writes a row again and again and notes how long it waits. Usage: make bench
"""

import json
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

from bench.delivery import OtherWriter, start_django
from bench.report import Report, size

REQUESTS = size(2_000, 40)
PEOPLE = size(50_000, 600)
READS_IN_A_MINUTE = 500
"""Fewer than a token may make, so that none is refused."""
WANTED = 3.0
"""An answer that is identified, limited, tagged and described may take so much more than none."""
HERE = "/api/v1/catalogs/academy"


def main() -> None:
    """Measure on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from django.conf import settings  # noqa: PLC0415 -- needs Django's settings

        settings.ALLOWED_HOSTS = ["*"]
        settings.ROOT_URLCONF = "bench.api_urls"
        from bench.measures import PORTS  # noqa: PLC0415 -- needs Django's settings
        from classbell import bootstrap  # noqa: PLC0415 -- the same

        report = Report("api")
        with bootstrap.use(PORTS):
            asker = Asker(PORTS)
            _tell_reading(report, asker)
            _tell_people(report, asker)
        report.save()


class Asker:
    """A program with a token of everything."""

    def __init__(self, ports: Any) -> None:  # noqa: ANN401 -- needs Django's settings to be named
        from django.test import Client  # noqa: PLC0415 -- needs Django's settings

        from classbell.domain.integrations.integrations import (  # noqa: PLC0415 -- the same
            create_integration,
        )
        from classbell.domain.integrations.scopes import ApiScope  # noqa: PLC0415 -- the same
        from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
        from tests.support import a_catalog, a_session  # noqa: PLC0415 -- the same

        self._reads = 0
        catalog = a_catalog()
        self.session = a_session(catalog, seats=None)
        self.client: Client = Client()
        self.token = create_integration(
            ports,
            catalogs=[catalog],
            name="Bench",
            scopes=list(ApiScope),
            days=1,
            actor=OPERATOR,
        ).token

    def read(self, address: str) -> float:
        """Read something; return the seconds it took."""
        if self._reads % READS_IN_A_MINUTE == 0:
            self._begin_a_minute()
        self._reads += 1
        begun = time.perf_counter()
        answer = self.client.get(address, headers={"Authorization": f"Bearer {self.token}"})
        took = time.perf_counter() - begun
        assert answer.status_code == 200, answer.content
        return took

    def _begin_a_minute(self) -> None:
        """Give the whole rate back, as a minute does; it is then taken in slices as ever."""
        from classbell.domain.integrations.rates import (  # noqa: PLC0415 -- needs Django's settings
            RATES,
        )
        from classbell.storage.models import Integration  # noqa: PLC0415 -- the same

        Integration.objects.update(rate_taken=0)
        RATES.forget()

    def send(self, address: str, body: object) -> float:
        """Send something; return the seconds it took, without those of writing it as JSON."""
        written = json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        begun = time.perf_counter()
        answer = self.client.post(
            address, written, content_type="application/json", headers=headers
        )
        took = time.perf_counter() - begun
        assert answer.status_code in {200, 202}, answer.content
        return took


def _tell_reading(report: Report, asker: Asker) -> None:
    """Tell what one read costs, bare and through the API, taking turns."""
    addresses = {"bare": "/bare", "api": "/api/v1/integration", "catalog": HERE}
    times: dict[str, list[float]] = {name: [] for name in addresses}
    for address in addresses.values():
        asker.read(address)  # what is built on first use is built now
    for _ in range(REQUESTS):
        for name, address in addresses.items():
            times[name].append(asker.read(address))
    bare, api = _p95(times["bare"]), _p95(times["api"])
    report.row("a bare Django view with one read: p95", f"{bare * 1e3:.2f} ms")
    report.row(
        "the API with one read, token and all: p95",
        f"{api * 1e3:.2f} ms, x {api / bare:.2f} (median x "
        f"{median(times['api']) / median(times['bare']):.2f})",
        f"≤ x {WANTED:.0f}",
        held=api / bare <= WANTED,
    )
    report.row("a catalog, two reads: p95", f"{_p95(times['catalog']) * 1e3:.2f} ms")


def _tell_people(report: Report, asker: Asker) -> None:
    """Tell what many people in one call cost, and how long others wait meanwhile."""
    from classbell.storage.models import Organisation  # noqa: PLC0415 -- needs Django's settings

    people = [
        {"address": f"new.{number}@contoso.example", "name": f"Learner {number}"}
        for number in range(PEOPLE)
    ]
    letter = {"subject": "News", "text": "There is cake.", "people": people}
    enrolments = f"{HERE}/sessions/{asker.session.pk}/enrolments"
    for what, address, body in (
        ("written to, all of them new", f"{HERE}/notifications", letter),
        ("written to, all of them known", f"{HERE}/notifications", letter),
        ("enrolled, all of them known", enrolments, {"people": people}),
    ):
        with OtherWriter(lambda: Organisation.objects.update(name="Contoso")) as other:
            took = asker.send(address, body)
        report.row(
            f"{PEOPLE:,} people {what}, in one call",
            f"{took:.2f} s, {PEOPLE / took:,.0f} a second; others wait {other.longest:.2f} s",
        )


def _p95(times: list[float]) -> float:
    """Return what 95 of 100 stay below."""
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
