"""Requests under an Idempotency-Key: carried out once, also where many come at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from classbell import bootstrap
from classbell.domain.integrations.once import GIVEN_UP_AFTER, KEPT, Answer, once
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, StillRunning
from classbell.storage.models import ApiRequest, Course, Integration, Notification
from tests.acceptance.api.conftest import Program, issued
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeClock
from tests.support import fake_ports

COURSES = "/catalogs/academy/courses"
NEWS = "/catalogs/academy/notifications"
LETTER = {"subject": "News", "text": "Cake.", "people": [{"address": "ana@contoso.example"}]}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def test_a_repeated_request_is_answered_the_same_and_does_nothing(owner: Program) -> None:
    once_key = key()
    first = owner.post(NEWS, LETTER, **once_key)
    again = owner.post(NEWS, LETTER, **once_key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Notification.objects.count() == 1


def test_mail_is_not_sent_without_a_key(owner: Program) -> None:
    answer = owner.post(NEWS, LETTER)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_needed")
    assert not Notification.objects.exists()


def test_a_key_stands_for_one_request_only(owner: Program) -> None:
    once_key = key()
    owner.post(NEWS, LETTER, **once_key)
    other = owner.post(NEWS, LETTER | {"text": "No cake."}, **once_key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = owner.post(COURSES, {"code": "A", "title": "A"}, **once_key)
    assert elsewhere.json()["code"] == "idempotency_key_reused"


def test_another_integration_s_keys_are_its_own(owner: Program, colleague: Program) -> None:
    once_key = key()
    owner.post(NEWS, LETTER, **once_key)
    assert colleague.post("/catalogs/sales/notifications", LETTER, **once_key).status_code == 202


def test_what_was_refused_may_be_tried_again(owner: Program) -> None:
    once_key = key()
    refused = owner.post(COURSES, {"code": " ", "title": "A"}, **once_key)
    assert refused.status_code == 422
    assert owner.post(COURSES, {"code": "A", "title": "A"}, **once_key).status_code == 201


def test_after_a_day_a_key_is_forgotten(ports: Ports, owner: Program) -> None:
    once_key = key()
    owner.post(NEWS, LETTER, **once_key)
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(KEPT)
    assert owner.post(NEWS, LETTER, **once_key).status_code == 202
    assert Notification.objects.count() == 2


def test_a_request_that_is_being_worked_on_is_not_begun_again(
    ports: Ports, cast: Cast, owner: Program
) -> None:
    integration = Integration.objects.get()

    def ask_again() -> Answer:
        with pytest.raises(StillRunning):
            once(ports, integration=integration, key="k", request_hash="h", act=ask_again)
        return Answer(200, "{}")

    once(ports, integration=integration, key="k", request_hash="h", act=ask_again)


def test_whoever_was_taken_for_dead_undoes_what_they_did(
    ports: Ports, cast: Cast, owner: Program
) -> None:
    integration = Integration.objects.get()
    clock = ports.clock
    assert isinstance(clock, FakeClock)

    def slow() -> Answer:
        clock.advance(GIVEN_UP_AFTER + timedelta(seconds=1))
        ApiRequest.objects.update(claim=uuid4())
        Course.objects.create(
            catalog=cast.catalog, code="SLOW", title="Slow", created_at=ports.clock.now()
        )
        return Answer(201, "{}")

    with pytest.raises(StillRunning):
        once(ports, integration=integration, key="k", request_hash="h", act=slow)
    assert not Course.objects.filter(code="SLOW").exists()


@pytest.mark.parametrize("given", ["x" * 256, "a\nb"])
def test_a_key_has_to_be_one(given: str, ports: Ports, cast: Cast, owner: Program) -> None:
    with pytest.raises(InvalidInput):
        once(
            ports,
            integration=Integration.objects.get(),
            key=given,
            request_hash="h",
            act=lambda: Answer(200, ""),
        )


@pytest.fixture
def shared_ports() -> Iterator[Ports]:
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_of_many_that_come_at_once_one_is_carried_out(shared_ports: Ports) -> None:
    cast = a_cast(shared_ports)
    token = issued(shared_ports, cast.catalog, cast.owner).token
    once_key, together = key(), Barrier(6)

    def send(_number: int) -> Any:
        together.wait()
        try:
            return Program(token).post(NEWS, LETTER, **once_key)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    statuses = sorted(one.status_code for one in answers)
    assert set(statuses) <= {202, 409}, [one.content for one in answers]
    assert len({one.content for one in answers if one.status_code == 202}) == 1
    assert Notification.objects.count() == 1
    assert Program(token).post(NEWS, LETTER, **once_key).status_code == 202
    assert Notification.objects.count() == 1
