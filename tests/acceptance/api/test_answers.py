"""Pages, entity tags, rates and problems, as other programs meet them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from classbell import bootstrap
from classbell.api.v1.problems import problem
from classbell.domain.integrations.rates import WINDOW
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.storage.models import AuditEntry, CourseSession
from tests.acceptance.api.conftest import Furnished, Program
from tests.domain.people import Cast
from tests.support import NOW, a_session

SESSIONS = "/catalogs/academy/sessions"


def turned(program: Program, address: str) -> list[dict[str, Any]]:
    """Turn page after page until the last."""
    mark = "&" if "?" in address else "?"
    page = program.get(f"{address}{mark}limit=3").json()
    items = list(page["items"])
    while page["next"]:
        page = program.get(f"{address}{mark}limit=3&cursor={page['next']}").json()
        items += page["items"]
        assert len(items) < 100, "the pages never end"
    return items


def test_pages_hold_everything_once_also_where_times_are_the_same(
    cast: Cast, owner: Program
) -> None:
    made = [
        a_session(cast.catalog, f"S{n}", starts_at=NOW + timedelta(days=n // 4)) for n in range(10)
    ]
    found = [one["code"] for one in turned(owner, SESSIONS)]
    assert sorted(found) == sorted(one.code for one in made)
    starts = [one["starts_at"] for one in turned(owner, SESSIONS)]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    "address",
    [
        "/catalogs",
        "/catalogs/academy/courses",
        "/catalogs/academy/rooms",
        "/catalogs/academy/notifications",
        "/catalogs/academy/deliveries",
        "/catalogs/academy/audit",
    ],
)
def test_every_list_can_be_read_to_its_end(
    address: str, owner: Program, furnished: Furnished
) -> None:
    for _ in range(4):
        owner.post("/catalogs/academy/courses", {"code": f"C{_}", "title": "Course"})
    assert turned(owner, address)


def test_a_cursor_is_good_for_its_own_list_filters_and_token_only(
    cast: Cast, owner: Program, colleague: Program
) -> None:
    for number in range(5):
        a_session(cast.catalog, f"S{number}")
    cursor = owner.get(f"{SESSIONS}?limit=3").json()["next"]
    assert owner.get(f"{SESSIONS}?limit=2&cursor={cursor}").status_code == 200
    for address in (
        f"/catalogs/academy/courses?cursor={cursor}",
        f"{SESSIONS}?cursor={cursor}&starting_from=2026-01-01T00:00:00Z",
        f"{SESSIONS}?cursor={cursor[:-1]}{'0' if cursor[-1] != '0' else '1'}",
        f"{SESSIONS}?cursor=nonsense",
        f"{SESSIONS}?cursor=.",
    ):
        answer = owner.get(address)
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid"), address


def test_what_is_known_already_is_not_sent_again(owner: Program, furnished: Furnished) -> None:
    address = f"{SESSIONS}/{furnished.session.pk}"
    first = owner.get(address)
    again = owner.get(address, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    owner.patch(address, {"title": "Another title"})
    assert owner.get(address, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_what_can_be_read_can_be_asked_for_its_headers(owner: Program, cast: Cast) -> None:
    read, asked = owner.get("/catalogs"), owner.ask("HEAD", "/catalogs")
    assert (asked.status_code, asked.content) == (200, b"")
    assert (asked["ETag"], asked["Content-Length"]) == (read["ETag"], str(len(read.content)))
    assert Program().ask("HEAD", "/catalogs").status_code == 401


def test_the_tag_of_a_change_is_the_one_to_go_on_with(owner: Program, furnished: Furnished) -> None:
    address = f"{SESSIONS}/{furnished.session.pk}"
    twice = {"starts": "2027-10-31T02:30", "ends": "2027-10-31T05:00"}
    changed = owner.patch(address, twice)
    assert changed.json()["notes"]
    assert owner.get(address)["ETag"] == changed["ETag"]
    assert owner.patch(address, {"seats": 9}, **{"If-Match": changed["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("address", "method", "body"),
    [
        (SESSIONS + "/{session}", "PATCH", {"title": "Mine"}),
        ("/catalogs/academy/courses/{course}", "PATCH", {"title": "Mine"}),
        ("/catalogs/academy/connection", "PATCH", {"enabled": False}),
        ("/catalogs/academy/templates/session_reminder", "PATCH", {"on": False}),
        ("/catalogs/academy/templates/session_reminder", "PUT", {"reminder_days": [3]}),
    ],
)
def test_what_somebody_else_has_changed_is_not_overwritten(
    address: str, method: str, body: Any, owner: Program, furnished: Furnished
) -> None:
    place = address.format(session=furnished.session.pk, course=furnished.session.course_id)
    seen = owner.get(place)["ETag"]
    late = owner.ask(method, place, body, **{"If-Match": '"of-another-time"'})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert owner.get(place)["ETag"] == seen
    changed = owner.ask(method, place, body, **{"If-Match": seen})
    assert changed.status_code == 200
    assert changed["ETag"] != seen
    assert owner.ask(method, place, body, **{"If-Match": seen}).status_code == 412


def test_the_rate_is_told_and_kept(ports: Ports, owner: Program, colleague: Program) -> None:
    limit = bootstrap.settings().api_requests_per_minute
    chosen = settings.CLASSBELL
    settings.CLASSBELL = replace(chosen, api_requests_per_minute=3)
    try:
        answers = [owner.get("/integration") for _ in range(4)]
        assert colleague.get("/integration").status_code == 200
    finally:
        settings.CLASSBELL = chosen
    assert limit == 600
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert re.fullmatch(r'"minute";r=2;t=\d+', answers[0]["RateLimit"])
    assert answers[3].json()["code"] == "too_many_requests"
    assert 1 <= int(answers[3]["Retry-After"]) <= WINDOW


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/catalogs", 405, "method_not_allowed"),
        ("GET", f"{SESSIONS}/not-a-uuid", 422, "invalid_request"),
        ("GET", f"{SESSIONS}?limit=1000", 422, "invalid_request"),
        ("GET", "/catalogs/academy/templates/connection_lost", 404, "not_found"),
    ],
)
def test_whatever_goes_wrong_is_a_problem_with_a_code(
    method: str, address: str, status: int, code: str, owner: Program
) -> None:
    answer = owner.ask(method, address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:classbell:problem:{code}"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize("body", [b"{", b'{"code": "\\u0000"}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes, owner: Program) -> None:
    answer = owner.client.post(
        "/api/v1/catalogs/academy/courses",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {owner.token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


def test_a_field_that_cannot_be_used_is_named(owner: Program, furnished: Furnished) -> None:
    course = str(furnished.session.course_id)
    wall = {"starts": "2027-03-28T02:30", "ends": "2027-03-28T05:00"}
    asked = {"course_id": course, "code": "X", "title": "X", "time_zone": "Europe/Copenhagen"}
    skipped = owner.post(SESSIONS, asked | wall).json()
    assert (skipped["code"], skipped["errors"][0]["field"]) == ("time_does_not_exist", "starts")
    nameless = owner.post(SESSIONS, {"course_id": course}).json()
    assert {one["field"] for one in nameless["errors"]} >= {"code", "title", "starts"}


def test_a_failure_of_microsoft_s_says_whether_to_try_again(
    ports: Ports, owner: Program, furnished: Furnished
) -> None:
    answer = problem(ProviderFailure(Verdict(VerdictKind.RETRY, code="AADSTS90033")))
    assert (answer.status_code, answer["Retry-After"]) == (502, "30")
    assert b'"provider_code": "AADSTS90033"' in answer.content


def test_no_answer_shows_a_token_or_a_link_that_signs_in(
    owner: Program, furnished: Furnished
) -> None:
    invited = owner.post(
        "/catalogs/academy/connection/invitations",
        {"address": "it@contoso.example", "admin": {"id": str(furnished.invitation.person_id)}},
    )
    shown = invited.content + owner.get("/catalogs/academy/connection").content
    shown += owner.get("/catalogs/academy/connection/invitations").content
    shown += owner.get("/catalogs/academy/audit").content
    for word in (b"token", b"/invited/", b"secret"):
        assert word not in shown.replace(b"integration.", b"").lower()


def test_an_act_is_the_integration_s_in_the_record(
    cast: Cast, owner: Program, furnished: Furnished
) -> None:
    owner.patch(f"{SESSIONS}/{furnished.session.pk}", {"title": "Another title"})
    row = AuditEntry.objects.get(action="session.changed")
    assert (row.actor_name, row.source) == ("Integration «Platform of Mai Nielsen»", "api")
    assert row.actor is None


def test_wall_times_and_moments_with_an_offset_mean_the_same(
    owner: Program, furnished: Furnished
) -> None:
    address = f"{SESSIONS}/{furnished.session.pk}"
    owner.patch(address, {"starts": "2027-07-01T09:00", "ends": "2027-07-01T10:00"})
    on_the_wall = CourseSession.objects.get(pk=furnished.session.pk)
    owner.patch(address, {"starts": "2027-07-01T07:00:00Z", "ends": "2027-07-01T04:00:00-04:00"})
    again = CourseSession.objects.get(pk=furnished.session.pk)
    assert (again.starts_at, again.ends_at) == (on_the_wall.starts_at, on_the_wall.ends_at)
    assert owner.get(address).json()["starts_at"] == "2027-07-01T07:00:00Z"


def test_seats_are_taken_away_by_null_and_left_alone_otherwise(
    owner: Program, furnished: Furnished
) -> None:
    address = f"{SESSIONS}/{furnished.session.pk}"
    assert owner.patch(address, {"title": "T"}).json()["seats"] == 20
    assert owner.patch(address, {"seats": None}).json()["seats"] is None
