"""The typed client against the product itself, and against a network that breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import Notification
from classbell.web.wsgi import application
from classbell_client import (
    ClassbellProblem,
    Client,
    Unreachable,
    models,
)
from tests.acceptance.api.conftest import issued
from tests.domain.people import Cast
from tests.support import NOW, a_session, an_enrolment

WHEN = {"starts": "2027-03-02T09:00", "ends": "2027-03-02T12:00"}


def test_a_programme_is_planned_filled_and_told(classbell: Client) -> None:
    assert [one.slug for one in classbell.catalogs()] == ["academy"]
    academy = classbell.catalog("academy")
    course = academy.create_course("FIRST-AID", title="First aid")
    session = academy.create_session(
        course,
        "FIRST-AID-1",
        title="In the workshop",
        time_zone="Europe/Copenhagen",
        starts=WHEN["starts"],
        ends=WHEN["ends"],
    )
    session = academy.change_session(session, seats=12)
    assert session.seats == 12
    people: list[models.PersonGiven] = [{"address": f"l{n}@contoso.example"} for n in range(3)]
    assert academy.enrol(session, people) == models.Enrolled(3, 0, 0)
    first, *_ = academy.enrolments(session)
    academy.unenrol(session, first)
    told = academy.write_to_learners(session, subject="Gloves", text="It is cold.")
    assert told.people == 2
    assert academy.progress(told).waiting == 2
    assert academy.cancel_session(session, "Ill").cancelled_at is not None
    assert [one.code for one in academy.sessions(course=course)] == ["FIRST-AID-1"]


def test_sessions_are_grouped_and_attendance_is_said(classbell: Client, cast: Cast) -> None:
    begun = a_session(cast.catalog, starts_at=NOW - timedelta(hours=1))
    an_enrolment(begun, cast.learner)
    academy = classbell.catalog("academy")
    (course,) = academy.courses()
    group = academy.create_group(course, "AM", title="Mornings", seats=9)
    changed = academy.change_group(group, seats=None)
    assert (changed.title, changed.seats) == ("Mornings", None)
    with pytest.raises(ClassbellProblem) as caught:
        academy.change_group(group, title="Late")
    assert caught.value.code == "changed_meanwhile"
    later = academy.create_session(
        course,
        "LATER",
        title="Later",
        time_zone="Europe/Copenhagen",
        starts=WHEN["starts"],
        ends=WHEN["ends"],
        group="AM",
    )
    assert later.group == "AM"
    assert academy.change_session(later, group=None).group is None
    assert academy.group(course, group.id) == changed
    academy.remove_group(changed)
    assert list(academy.groups(course)) == []
    who: models.PersonGiven = {"address": cast.learner.address}
    marked = academy.record_attendance(
        academy.session(str(begun.pk)), [{"person": who, "attendance": 80}]
    )
    assert marked == models.Attendance(1, 0, 0)


def test_what_others_changed_is_not_overwritten(classbell: Client) -> None:
    academy = classbell.catalog("academy")
    course = academy.create_course("A", title="A")
    academy.change_course(course, title="B")
    with pytest.raises(ClassbellProblem) as caught:
        academy.change_course(course, title="C")
    assert (caught.value.status, caught.value.code) == (412, "changed_meanwhile")


def test_a_refusal_says_why(classbell: Client) -> None:
    with pytest.raises(ClassbellProblem) as caught:
        classbell.catalog("academy").create_course(" ", title="A")
    assert caught.value.code == "invalid_input"
    assert "code" in caught.value.fields
    with pytest.raises(ClassbellProblem) as caught:
        classbell.ask("GET", "/catalogs/sales")
    assert caught.value.code == "not_allowed"


def test_every_page_of_a_list_is_read(classbell: Client) -> None:
    academy = classbell.catalog("academy")
    codes = [f"C{number:03}" for number in range(120)]
    for code in codes:
        academy.create_course(code, title=code)
    assert sorted(one.code for one in academy.courses()) == codes


def breaking(times: int, then: Callable[[httpx2.Request], httpx2.Response]) -> Any:
    """Answer so many requests with nothing, and the others as one says."""
    left = [times]

    def answer(request: httpx2.Request) -> httpx2.Response:
        response = then(request)
        left[0] -= 1
        if left[0] >= 0:
            message = "The line broke after it was done."
            raise httpx2.ReadError(message, request=request)
        return response

    return httpx2.MockTransport(answer)


def test_what_was_done_when_the_line_broke_is_not_done_again(
    ports: Ports, cast: Cast, classbell: Client
) -> None:
    token = issued(ports, cast.catalog, cast.owner).token
    inner = httpx2.WSGITransport(application)
    waits: list[float] = []
    http = httpx2.Client(
        transport=breaking(2, inner.handle_request), base_url="http://localhost:8000"
    )
    with Client("", token, http=http, sleep=waits.append) as client:
        told = client.catalog("academy").write_to(
            [{"address": "ana@contoso.example"}], subject="News", text="Cake."
        )
    assert Notification.objects.get().pk.hex == told.id.replace("-", "")
    assert waits == [1.0, 2.0]


def answering(*answers: httpx2.Response) -> tuple[Client, list[float], list[httpx2.Request]]:
    """Return a client that is answered so, what it waited, and what it asked."""
    waits: list[float] = []
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    http = httpx2.Client(transport=httpx2.MockTransport(answer), base_url="http://localhost")
    return Client("", "token", http=http, sleep=waits.append), waits, asked


def test_it_waits_as_long_as_it_is_told_to() -> None:
    busy = httpx2.Response(429, json={"code": "too_many_requests"}, headers={"Retry-After": "7"})
    fine = httpx2.Response(200, json={"id": "1", "name": "P", "scopes": [], "expires_at": ""})
    client, waits, asked = answering(busy, fine)
    assert client.integration().name == "P"
    assert (waits, len(asked)) == ([7.0], 2)


def test_it_gives_up_in_the_end() -> None:
    client, waits, asked = answering(httpx2.Response(502, json={"code": "provider_failure"}))
    with pytest.raises(ClassbellProblem) as caught:
        client.integration()
    assert (caught.value.code, len(asked), len(waits)) == ("provider_failure", 4, 3)


def test_a_change_without_a_key_is_not_sent_twice_into_the_dark() -> None:
    def dark(request: httpx2.Request) -> httpx2.Response:
        message = "Nothing there."
        raise httpx2.ConnectError(message, request=request)

    http = httpx2.Client(transport=httpx2.MockTransport(dark), base_url="http://localhost")
    waits: list[float] = []
    client = Client("", "token", http=http, sleep=waits.append)
    with pytest.raises(Unreachable):
        client.ask("PATCH", "/catalogs/academy/connection", {"enabled": False})
    assert waits == []
    with pytest.raises(Unreachable):
        client.ask("GET", "/integration")
    assert waits == [1.0, 2.0, 4.0]
