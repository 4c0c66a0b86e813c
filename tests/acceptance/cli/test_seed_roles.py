"""The showcase has somebody to sign in as for every role."""

from __future__ import annotations

import pytest

from classbell.cli.seed import seed
from classbell.cli.showcase import BJOERN, KIRSTINE, ZOE
from classbell.domain.organisations.access import access_of
from classbell.storage.models import CourseSession, Person
from classbell.storage.queries.pages_own import open_sessions, own_enrolments, taught_sessions
from tests.support import NOW, fake_ports

pytestmark = pytest.mark.django_db


def test_seeding_twice_gives_each_role_its_sessions_once() -> None:
    ports = fake_ports()
    for _ in range(2):
        seed(ports)
    people = {who: Person.objects.get(object_id=who.object_id) for who in (BJOERN, ZOE, KIRSTINE)}
    assert CourseSession.objects.count() == 3
    assert len(access_of(people[BJOERN]).courses) == 1
    taught = taught_sessions(people[ZOE], now=NOW, past=False)
    assert [one.starts_at <= NOW for one in taught] == [True, False, False]
    learner = people[KIRSTINE]
    assert own_enrolments(learner, now=NOW, past=False).count() == 2
    assert open_sessions(learner, now=NOW).count() == 1
