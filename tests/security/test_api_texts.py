"""The REST API and texts that no store can keep, or that somebody made to do harm."""

from __future__ import annotations

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import Course
from tests.acceptance.api.conftest import Program, cast, issued, ports  # noqa: F401 -- fixtures
from tests.domain.people import Cast
from tests.security.hostile import EVERYTHING

pytestmark = pytest.mark.django_db
COURSES = "/api/v1/catalogs/academy/courses"


@pytest.fixture
def program(ports: Ports, cast: Cast) -> Program:  # noqa: F811 -- fixtures
    return Program(issued(ports, cast.catalog, cast.owner).token)


def send(program: Program, body: bytes) -> int:
    """Send bytes as they are, and return the status."""
    answer = program.client.post(
        COURSES,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}"},
    )
    return answer.status_code


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": "A", "title": "half \\ud83d"}',
        b'{"code": "A", "title": "half \\ude00"}',
        b'{"code": "A", "title": "NUL \\u0000"}',
        '{"code": "A", "title": "NUL \\u0000"}'.encode("utf-16"),
        '{"code": "A", "title": "NUL \\u0000"}'.encode("utf-32"),
        b'{"code": "A", "title": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_what_no_store_can_keep_is_refused(program: Program, body: bytes) -> None:
    assert send(program, body) == 400
    assert not Course.objects.exists()


def test_a_character_in_two_halves_is_one(program: Program) -> None:
    assert send(program, b'{"code": "A", "title": "bell \\ud83d\\udd14"}') == 201
    assert Course.objects.get().title == "bell \U0001f514"


@pytest.mark.parametrize("kind", EVERYTHING)
def test_texts_come_back_as_they_are_or_are_refused(program: Program, kind: str) -> None:
    text = EVERYTHING[kind]
    answer = program.post("/catalogs/academy/courses", {"code": "A", "title": text})
    assert answer.status_code in {201, 422}
    assert answer.headers["Content-Type"].startswith("application/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.status_code == 201:
        assert answer.json()["title"] == text.strip()
