"""Many people in one call: all or nothing, each once, also where others know them meanwhile."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any
from uuid import uuid4

import pytest

from classbell.domain.organisations.many_people import BATCH, Given, look_up, people_given
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import Enrolment, Notification, Person
from tests.acceptance.api.conftest import Program
from tests.domain.people import Cast
from tests.support import a_session

MEGABYTE = 1024 * 1024


def learners(number: int) -> list[dict[str, str]]:
    return [{"address": f"learner{n}@contoso.example", "name": f"L {n}"} for n in range(number)]


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def test_many_people_are_enrolled_and_known_in_one_call(cast: Cast, owner: Program) -> None:
    session = a_session(cast.catalog, seats=None)
    address = f"/catalogs/academy/sessions/{session.pk}/enrolments"
    many = 2 * BATCH + 7
    told = owner.post(address, {"people": learners(many)}).json()
    assert told == {"enrolled": many, "already": 0, "waiting": 0}
    assert Enrolment.objects.filter(session=session).count() == many
    more = [
        *learners(many),
        {"address": "LEARNER0@contoso.example"},
        {"address": "x@contoso.example"},
    ]
    assert owner.post(address, {"people": more}).json() == {
        "enrolled": 1,
        "already": many,
        "waiting": 0,
    }


def test_too_few_seats_leave_everything_as_it_was(cast: Cast, owner: Program) -> None:
    session = a_session(cast.catalog, seats=20)
    before = Person.objects.count()
    answer = owner.post(
        f"/catalogs/academy/sessions/{session.pk}/enrolments", {"people": learners(21)}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "seats")
    assert (Person.objects.count(), Enrolment.objects.count()) == (before, 0)


def test_the_same_person_is_written_to_once(cast: Cast, owner: Program) -> None:
    people: list[dict[str, Any]] = [*learners(3), *learners(3), {"id": str(cast.learner.pk)}]
    letter = {"subject": "News", "text": "Cake.", "people": people}
    told = owner.post("/catalogs/academy/notifications", letter, **key()).json()
    assert told["people"] == 4
    followed = owner.get(f"/catalogs/academy/notifications/{told['id']}").json()
    assert (followed["people"], followed["waiting"], followed["sent"]) == (4, 4, 0)


def test_somebody_of_another_organisation_is_nobody(cast: Cast, owner: Program) -> None:
    letter = {"subject": "a", "text": "b", "people": [{"id": str(cast.stranger.pk)}]}
    answer = owner.post("/catalogs/academy/notifications", letter, **key())
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not Notification.objects.exists()


def test_learners_of_a_session_are_written_to(cast: Cast, owner: Program) -> None:
    session = a_session(cast.catalog)
    address = f"/catalogs/academy/sessions/{session.pk}/enrolments"
    owner.post(address, {"people": learners(3)})
    letter = {"subject": "Room", "text": "Bring a pen.", "session_id": str(session.pk)}
    told = owner.post("/catalogs/academy/notifications", letter, **key()).json()
    assert (told["kind"], told["people"]) == ("session_message", 3)


@pytest.mark.parametrize(
    "people",
    [
        [],
        [{}],
        [{"name": "Ana"}],
        [{"address": "no address"}],
        [{"id": str(uuid4()), "address": "a@b.c"}],
    ],
)
def test_nobody_can_be_told_from_that(
    people: list[dict[str, str]], cast: Cast, owner: Program
) -> None:
    letter = {"subject": "a", "text": "b", "people": people}
    answer = owner.post("/catalogs/academy/notifications", letter, **key())
    assert answer.status_code == 422
    assert not Notification.objects.exists()


def test_more_than_a_call_may_name_are_refused(ports: Ports, cast: Cast) -> None:
    given = [Given(address="a@b.example")] * 50_001
    with pytest.raises(InvalidInput):
        look_up(cast.catalog.organisation, given)


def test_whoever_became_known_meanwhile_is_not_made_twice(ports: Ports, cast: Cast) -> None:
    organisation = cast.catalog.organisation
    given = [Given(address="Ana@contoso.example"), Given(address="ben@contoso.example")]
    known = look_up(organisation, given)
    people_given(ports, organisation, given[:1])
    found = people_given(ports, organisation, given, known=known)
    assert [one.address for one in found] == ["Ana@contoso.example", "ben@contoso.example"]
    assert Person.objects.filter(address_key="ana@contoso.example").get() == found[0]


def test_an_id_that_is_nobody_s_is_refused(ports: Ports, cast: Cast) -> None:
    with pytest.raises(NotFoundHere):
        look_up(cast.catalog.organisation, [Given(id=uuid4())])


@pytest.mark.slow
def test_fifty_thousand_people_take_a_bounded_share_of_memory(cast: Cast, owner: Program) -> None:
    letter = {"subject": "News", "text": "Cake.", "people": learners(50_000)}
    sent = json.dumps(letter)
    tracemalloc.start()
    answer = owner.post("/catalogs/academy/notifications", sent, **key())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["people"]) == (202, 50_000)
    assert most < 250 * MEGABYTE
