"""Failed attempts to come in: limited by address and account, and nobody is kept out by others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from classbell.domain.calendar_feeds.addresses import Subject, make_address
from classbell.domain.integrations.integrations import revoke_integration
from classbell.domain.organisations.attempts import (
    MOST,
    MOST_STARTED,
    SPAN,
    Door,
    counted,
    network_of,
)
from classbell.domain.organisations.audit import Actor, Request, asked_by
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotFoundHere, TooManyRequests
from classbell.storage.models import AuditEntry, FailedAttempts, Organisation, SignInJourney
from tests.acceptance.api.conftest import issued
from tests.acceptance.web.conftest import a_visitor
from tests.acceptance.web.test_signin import a_link
from tests.domain.people import Cast, signed_in_as
from tests.fakes import FakeClock, FakeIdentity
from tests.support import a_person, a_provider

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
AUDITED = "attempts.refused"
Asked = Callable[[str], Any]
"""Asks from an address, and returns the answer."""


@pytest.fixture
def clock(ports: Ports) -> FakeClock:
    assert isinstance(ports.clock, FakeClock)
    return ports.clock


def door_of(name: str, cast: Cast, ports: Ports) -> Asked:
    """Return how somebody who guesses knocks at a door."""
    provider = a_provider(ports) if name == "report" else None
    paths = {
        "api": "/api/v1/integration",
        "calendar": "/calendars/" + "x" * 43 + ".ics",
        "sign-in": "/signin/callback?state=guessed&code=guessed",
        "connect": "/connect/callback?state=guessed&admin_consent=True",
        "link": "/link/guessed",
        "invitation": "/invited/guessed",
        "approval": "/approve/guessed",
        "preferences": "/preferences/guessed",
        "figures": "/metrics",
        "report": f"/reports/acs/{provider.pk}" if provider else "",
    }
    headers = {"Authorization": "Bearer cb_guessed", "X-Classbell-Report-Key": "guessed"}

    def ask(address: str) -> Any:
        send = Client(headers=headers).post if provider else Client(headers=headers).get
        return send(paths[name], REMOTE_ADDR=address)

    return ask


@pytest.mark.parametrize(
    "name",
    [
        *("api", "calendar", "sign-in", "connect", "link", "invitation"),
        *("approval", "preferences", "figures", "report"),
    ],
)
def test_who_goes_on_guessing_is_told_to_wait(
    ports: Ports, cast: Cast, clock: FakeClock, name: str
) -> None:
    ask = door_of(name, cast, ports)
    told = {ask(HERE).status_code for _ in range(MOST)}
    assert 429 not in told
    assert not {status for status in told if status >= 500}
    refused = ask(HERE)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= SPAN.total_seconds()
    assert "too many failed attempts" in refused.content.decode()
    assert ask(ELSEWHERE).status_code in told
    clock.advance(SPAN)
    assert ask(HERE).status_code in told


def test_what_is_valid_opens_from_an_address_that_reached_its_limit(
    ports: Ports, cast: Cast, identity: FakeIdentity
) -> None:
    made = issued(ports, cast.catalog, cast.owner)
    feed = make_address(ports, subject=Subject(cast.catalog), actor=Actor.of(cast.owner))
    for name in ("api", "calendar", "sign-in"):
        ask = door_of(name, cast, ports)
        for _ in range(MOST):
            ask(HERE)
        assert ask(HERE).status_code == 429
    neighbour = Client(REMOTE_ADDR=HERE)
    bearer = {"Authorization": f"Bearer {made.token}"}
    assert neighbour.get("/api/v1/integration", headers=bearer).status_code == 200
    assert neighbour.get(feed.removeprefix("http://localhost:8000")).status_code == 200
    left = neighbour.post("/signin", {"return_to": "/"})
    answer = identity.callback(left["Location"], person=signed_in_as(cast.owner))
    assert neighbour.get("/signin/callback", answer).status_code == 303
    assert neighbour.get("/catalogs/academy").status_code == 200


def test_a_token_that_the_operator_chose_is_not_found_by_trying(ports: Ports, cast: Cast) -> None:
    ask, right = door_of("figures", cast, ports), {"Authorization": "Bearer short"}

    def scraped(address: str) -> int:
        return Client(REMOTE_ADDR=address).get("/metrics", headers=right).status_code

    with override_settings(CLASSBELL=replace(settings.CLASSBELL, metrics_token="short")):
        assert scraped(HERE) == 200
        for _ in range(MOST):
            ask(HERE)
        assert scraped(HERE) == 429
        assert scraped(ELSEWHERE) == 200


def test_a_colleague_from_elsewhere_comes_in_while_an_address_is_refused(
    ports: Ports, cast: Cast, identity: FakeIdentity
) -> None:
    ask = door_of("sign-in", cast, ports)
    for _ in range(MOST + 5):
        ask(HERE)
    colleague = Client(REMOTE_ADDR=ELSEWHERE)
    left = colleague.post("/signin", {"return_to": "/"})
    answer = identity.callback(left["Location"], person=signed_in_as(cast.colleague))
    assert colleague.get("/signin/callback", answer).status_code == 303


def test_an_account_that_keeps_failing_is_refused_from_whatever_address(
    ports: Ports, cast: Cast, identity: FakeIdentity
) -> None:
    person = a_person("Olga Outside")
    unknown = signed_in_as(person)
    person.delete()
    statuses = []
    for number in range(MOST + 1):
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        left = browser.post("/signin", {"return_to": "/"})
        answer = identity.callback(left["Location"], person=unknown)
        statuses.append(browser.get("/signin/callback", answer).status_code)
    assert statuses == [403] * MOST + [429]
    (act,) = AuditEntry.objects.filter(action=AUDITED)
    assert act.organisation_id == cast.catalog.organisation_id
    assert str(unknown.object_id) in str(act.after)


def test_a_revoked_token_is_refused_by_its_integration_and_its_organisation_is_told(
    ports: Ports, cast: Cast
) -> None:
    made = issued(ports, cast.catalog, cast.owner)
    revoke_integration(ports, integration=made.integration, actor=Actor.of(cast.owner))
    bearer = {"Authorization": f"Bearer {made.token}"}
    codes = [
        Client(REMOTE_ADDR=f"198.51.100.{number}")
        .get("/api/v1/integration", headers=bearer)
        .json()["code"]
        for number in range(MOST + 1)
    ]
    assert codes == ["token_revoked"] * MOST + ["too_many_failures"]
    (act,) = AuditEntry.objects.filter(action=AUDITED)
    assert act.organisation_id == cast.catalog.organisation_id
    assert (act.address, act.subject) == (f"198.51.100.{MOST}", "door:api")


def test_many_addresses_do_not_fill_the_record(ports: Ports, cast: Cast, clock: FakeClock) -> None:
    ask = door_of("calendar", cast, ports)
    for number in range(3):
        for _ in range(MOST + 1):
            ask(f"198.51.100.{number}")
    acts = AuditEntry.objects.filter(action=AUDITED)
    assert acts.count() == Organisation.objects.count() >= 2
    page = a_visitor(cast.lms_admin).get("/audit?group=person")
    assert "Failed attempts refused" in page.words


def test_beyond_the_limit_nothing_more_is_written(
    ports: Ports, cast: Cast, django_assert_num_queries: Any
) -> None:
    ask = door_of("calendar", cast, ports)
    for _ in range(MOST + 1):
        ask(HERE)
    with django_assert_num_queries(3) as looked:
        ask(HERE)
    assert not [one for one in looked.captured_queries if not one["sql"].startswith("SELECT")]


def test_sign_ins_that_nobody_finishes_are_limited_and_finished_ones_are_not(
    ports: Ports, cast: Cast, identity: FakeIdentity, clock: FakeClock
) -> None:
    browser = Client(REMOTE_ADDR=HERE)
    for _ in range(20):
        left = browser.post("/signin", {"return_to": "/"})
        answer = identity.callback(left["Location"], person=signed_in_as(cast.owner))
        assert browser.get("/signin/callback", answer).status_code == 303
        browser.post("/signout")
    assert FailedAttempts.objects.get(subject=HERE).count == 0
    FailedAttempts.objects.filter(subject=HERE).update(count=MOST_STARTED - 1)
    assert browser.post("/signin").status_code == 303
    journeys = SignInJourney.objects.count()
    refused = browser.post("/signin")
    assert refused.status_code == 429
    assert "Many sign-ins were started from your network" in refused.content.decode()
    assert SignInJourney.objects.count() == journeys
    assert Client(REMOTE_ADDR=ELSEWHERE).post("/signin").status_code == 303
    clock.advance(SPAN)
    assert browser.post("/signin").status_code == 303


def test_a_mailed_link_works_where_others_guessed(ports: Ports, cast: Cast) -> None:
    ask = door_of("link", cast, ports)
    for _ in range(MOST + 1):
        ask(HERE)
    token = a_link(ports, a_person("Gerd Neu", known_to_microsoft=False))
    assert Client(REMOTE_ADDR=HERE).get(f"/link/{token}").status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("", ""),
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
    ],
)
def test_one_customer_of_a_provider_is_one_whatever_address_they_choose(
    address: str, network: str
) -> None:
    assert network_of(address) == network


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_processes_count_together(ports: Ports) -> None:
    """Each thread has a connection of its own, as each process has, and shares no memory."""
    error = NotFoundHere("No.")

    def fail(_number: int) -> bool:
        try:
            with asked_by(Request(HERE)):
                return isinstance(counted(ports, Door.CALENDAR, error), TooManyRequests)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as many:
        results = list(many.map(fail, range(MOST + 10)))
    assert results.count(True) == 10
    assert FailedAttempts.objects.get(subject=HERE).count == MOST
