"""Any request to any address, as anybody: no fault of the server, and nothing for a stranger.

The interface and the sandbox are walked by their descriptions (tests/acceptance/api and
tests/sandbox/graph, test_schemathesis); pages, forms, feeds, reports and the addresses for machines
have none, so they are walked by their list and by the forms that the pages show. A few examples
each time; `make torture` sets CLASSBELL_TEST_REQUESTS to many and prints the seed.
"""

from __future__ import annotations

import os

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, given, settings

from classbell.storage.models import (
    AuditEntry,
    Connection,
    Enrolment,
    Person,
    RoleAssignment,
    SessionInstructor,
)
from tests.acceptance.roles.conftest import Stage
from tests.acceptance.roles.odd_requests import Odd, Oddities, offered_by_pages
from tests.acceptance.roles.table import PARTS, TABLE
from tests.domain.people import Cast
from tests.support import a_group, a_session

pytestmark = pytest.mark.django_db

MANY = int(os.environ.get("CLASSBELL_TEST_REQUESTS", "150"))
ANY = settings(
    max_examples=MANY,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
NOBODYS = frozenset({"nobody", "stranger"})
BY_SECRET = frozenset({"calendar-file", "preferences-link", "unsubscribe"})
"""The address itself is the right to open it, whoever does."""

OWN_WORDS = "Contoso Academy"
"""Stands on every page of the owner's catalog, and on none of another organisation's."""


@pytest.fixture
def ids(stage: Stage, cast: Cast) -> list[str]:
    """Ids of things of the owner's, the colleague's and the stranger's."""
    found = [str(one) for one in stage.common.values()]
    for values in stage.values.values():
        found += [str(one) for one in values.values()]
    for catalog in (cast.other_catalog, cast.foreign_catalog):
        theirs = a_session(catalog, "THEIRS", title="Theirs")
        found += [catalog.slug, str(catalog.pk), str(theirs.pk), str(theirs.course_id)]
        found.append(str(a_group(theirs.course).pk))
    found += [str(one) for one in Person.objects.values_list("pk", flat=True)]
    return sorted(set(found))


def organisations_with_acts() -> dict[object, int]:
    """Return how many acts each organisation has on its record."""
    counts: dict[object, int] = {}
    for one in AuditEntry.objects.values_list("organisation_id", flat=True):
        counts[one] = counts.get(one, 0) + 1
    return counts


def mixed() -> list[str]:
    """Return what ties something of one organisation to something of another."""
    enrolled = Enrolment.objects.exclude(
        person__organisation_id=F("session__course__catalog__organisation_id")
    )
    teaching = SessionInstructor.objects.exclude(
        person__organisation_id=F("session__course__catalog__organisation_id")
    )
    roles = RoleAssignment.objects.exclude(catalog=None).exclude(
        person__organisation_id=F("catalog__organisation_id")
    )
    connected = Connection.objects.exclude(account=None).exclude(
        account__organisation_id=F("catalog__organisation_id")
    )
    return [str(one) for rows in (enrolled, teaching, roles, connected) for one in rows]


def complaints(stage: Stage, odd: Odd, before: dict[object, int]) -> list[str]:
    """Send a request, and return what is wrong with what came of it."""
    answer = odd.send(stage.browser(odd.part).client)
    status, found = answer.status_code, []
    if status >= 500:
        found.append(f"status {status}")
    who = TABLE[odd.name].method("GET" if odd.method == "HEAD" else odd.method)
    may = who is not None and odd.part in who.may
    # A part of a page is answered with 204 and the way to the sign-in.
    sent_away = answer.headers.get("HX-Redirect", "").startswith("/signin")
    if odd.part in NOBODYS and not may and 200 <= status < 300 and not sent_away:
        found.append(f"status {status} for {odd.part}")
    if odd.part in NOBODYS and odd.name not in BY_SECRET:
        text = b"".join(answer) if answer.streaming else answer.content
        if OWN_WORDS.encode() in text:
            found.append(f"{odd.part} reads of the owner's catalog")
    person = stage.people[odd.part]
    for organisation, count in organisations_with_acts().items():
        own = person is not None and person.organisation_id == organisation
        if count != before.get(organisation, 0) and not own and odd.name not in BY_SECRET:
            found.append(f"{odd.part} acted in {organisation}")
    return found + mixed()


def walk(stage: Stage, ids: list[str], parts: tuple[str, ...]) -> None:
    """Send many, one after the other; nothing is left of any."""
    before = organisations_with_acts()
    requests = Oddities(stage, offered_by_pages(stage), ids, parts).requests()

    @ANY
    @given(requests)
    def one(odd: Odd) -> None:
        with transaction.atomic():
            try:
                assert not complaints(stage, odd, before), odd
            finally:
                transaction.set_rollback(True)

    one()


def test_any_request_of_anybody_is_answered(stage: Stage, ids: list[str]) -> None:
    walk(stage, ids, PARTS)


def test_no_request_of_a_stranger_succeeds(stage: Stage, ids: list[str]) -> None:
    walk(stage, ids, tuple(sorted(NOBODYS)))
