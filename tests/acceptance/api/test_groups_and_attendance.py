"""Groups of sessions and attendance, as other programs work with them."""

from __future__ import annotations

from typing import Any

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import AuditEntry, Enrolment
from tests.acceptance.api.conftest import Furnished, Program
from tests.domain.people import Cast
from tests.fakes import FakeClock
from tests.support import an_enrolment

ACADEMY = "/catalogs/academy"


def groups(there: Furnished) -> str:
    return f"{ACADEMY}/courses/{there.session.course_id}/groups"


def problem(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_group_is_changed_only_in_the_state_that_was_read(
    owner: Program, furnished: Furnished
) -> None:
    made = owner.post(groups(furnished), {"code": "AM", "title": "Mornings", "seats": 9})
    address = made["Location"].removeprefix("/api/v1")
    assert owner.get(address, **{"If-None-Match": made["ETag"]}).status_code == 304
    changed = owner.patch(address, {"seats": None}, **{"If-Match": made["ETag"]})
    assert (changed.json()["title"], changed.json()["seats"]) == ("Mornings", None)
    late = owner.patch(address, {"title": "Late"}, **{"If-Match": made["ETag"]})
    assert problem(late) == (412, "changed_meanwhile")
    assert owner.get(address).json() == changed.json()
    taken = owner.post(groups(furnished), {"code": "AM", "title": "Again"})
    assert problem(taken)[0] == 422
    listed = owner.get(groups(furnished)).json()["items"]
    assert {one["code"] for one in listed} == {"G1", "AM"}


def test_a_session_is_put_into_a_group_and_taken_out(owner: Program, furnished: Furnished) -> None:
    draft = f"{ACADEMY}/sessions/{furnished.draft.pk}"
    group = f"{groups(furnished)}/{furnished.group.pk}"
    assert owner.patch(draft, {"group": "G1"}).json()["group"] == "G1"
    assert owner.patch(draft, {"title": "Other"}).json()["group"] == "G1"
    assert problem(owner.ask("DELETE", group)) == (422, "invalid_input")
    unknown = owner.patch(draft, {"group": "NONE"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "group")
    assert owner.patch(draft, {"group": None}).json()["group"] is None
    assert owner.ask("DELETE", group).status_code == 204
    assert problem(owner.get(group)) == (404, "not_found")
    acts = AuditEntry.objects.filter(action__in=["session.group_changed", "group.removed"])
    assert acts.count() == 3


def test_a_new_session_can_be_in_a_group(owner: Program, furnished: Furnished) -> None:
    made = owner.post(
        f"{ACADEMY}/sessions",
        {
            "course_id": str(furnished.session.course_id),
            "code": "IN-1",
            "title": "In it",
            "starts": "2027-02-03T09:00",
            "ends": "2027-02-03T11:00",
            "time_zone": "Europe/Copenhagen",
            "group": "G1",
        },
    )
    assert (made.status_code, made.json()["group"]) == (201, "G1")


def test_a_group_of_another_course_is_not_found(owner: Program, furnished: Furnished) -> None:
    other = owner.post(f"{ACADEMY}/courses", {"code": "O", "title": "Other"}).json()["id"]
    address = f"{ACADEMY}/courses/{other}/groups/{furnished.group.pk}"
    for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)):
        assert problem(owner.ask(method, address, body)) == (404, "not_found"), method


def test_of_everybody_named_it_is_said_what_became(
    owner: Program, cast: Cast, furnished: Furnished
) -> None:
    address = f"{ACADEMY}/sessions/{furnished.begun.pk}/attendance"
    an_enrolment(furnished.begun, cast.colleague)
    Enrolment.objects.filter(person=cast.colleague).update(attendance=50)

    def said(*people: tuple[str, int | None]) -> dict[str, Any]:
        named = [{"person": {"address": one}, "attendance": share} for one, share in people]
        return {"people": named}

    body = said(
        (cast.learner.address.upper(), 80),
        (cast.colleague.address, 50),
        (cast.owner.address, 100),
        ("nobody@contoso.example", 100),
    )
    found = owner.post(address, body)
    assert found.json() == {"recorded": 1, "already": 1, "no_place": 2}
    again = owner.post(address, body).json()
    assert again == {"recorded": 0, "already": 2, "no_place": 2}
    assert AuditEntry.objects.filter(action="session.attendance_recorded").count() == 1
    twice = owner.post(address, said((cast.learner.address, 80), (cast.learner.address, 90)))
    assert problem(twice) == (422, "invalid_input")
    assert problem(owner.post(address, said((cast.learner.address, 101))))[0] == 422
    listed = owner.get(f"{ACADEMY}/sessions/{furnished.begun.pk}/enrolments").json()["items"]
    assert sorted(one["attendance"] for one in listed) == [50, 80]


def test_nobody_attended_what_has_not_begun(
    owner: Program, cast: Cast, furnished: Furnished
) -> None:
    named = {"person": {"id": str(cast.learner.pk)}, "attendance": 100}
    address = f"{ACADEMY}/sessions/{furnished.session.pk}/attendance"
    assert problem(owner.post(address, {"people": [named]})) == (422, "invalid_input")


@pytest.mark.slow
def test_fifty_thousand_are_marked_in_one_call(
    owner: Program, ports: Ports, furnished: Furnished
) -> None:
    session = furnished.session
    address = f"{ACADEMY}/sessions/{session.pk}"
    people = [{"address": f"l{number}@contoso.example"} for number in range(50_000)]
    assert owner.patch(address, {"seats": None}).status_code == 200
    assert owner.post(f"{address}/enrolments", {"people": people}).json()["enrolled"] == 50_000
    assert isinstance(ports.clock, FakeClock)
    ports.clock.set(session.starts_at)
    marks = [{"person": one, "attendance": 100} for one in people]
    found = owner.post(f"{address}/attendance", {"people": marks})
    assert found.json() == {"recorded": 50_000, "already": 0, "no_place": 0}
