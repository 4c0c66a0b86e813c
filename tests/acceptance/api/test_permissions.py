"""Who may do what: every operation, asked by everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from classbell.api.v1.documentation import document
from classbell.domain.integrations.integrations import integrations_of, revoke_integration
from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.storage.models import FailedAttempts
from tests.acceptance.api.conftest import EVERYTHING, Furnished, Program, issued
from tests.domain.people import Cast
from tests.fakes import FakeClock

CATALOG = "/catalogs/academy"
SESSION = f"{CATALOG}/sessions/{{session}}"
GROUPS = f"{CATALOG}/courses/{{course}}/groups"


@dataclass(frozen=True)
class Asked:
    """A request that the owner's integration succeeds with."""

    method: str
    address: str
    body: Callable[[Furnished], Any] | None = None
    status: int = 200


WALL = {"starts": "2027-02-03T09:00", "ends": "2027-02-03T11:00", "time_zone": "Europe/Copenhagen"}
ANA = {"address": "ana.new@contoso.example", "name": "Ana New"}
TABLE: dict[str, Asked] = {
    "read_integration": Asked("GET", "/integration"),
    "list_catalogs": Asked("GET", "/catalogs"),
    "read_catalog": Asked("GET", CATALOG),
    "read_connection": Asked("GET", f"{CATALOG}/connection"),
    "switch_connection": Asked("PATCH", f"{CATALOG}/connection", lambda _: {"enabled": False}),
    "read_health": Asked("GET", f"{CATALOG}/connection/health"),
    "list_invitations": Asked("GET", f"{CATALOG}/connection/invitations"),
    "invite_owner": Asked(
        "POST",
        f"{CATALOG}/connection/invitations",
        lambda f: {
            "address": "it@contoso.example",
            "admin": {"id": str(f.invitation.person_id)},
        },
        201,
    ),
    "withdraw_invitation": Asked(
        "DELETE", f"{CATALOG}/connection/invitations/{{invitation}}", status=204
    ),
    "list_rooms": Asked("GET", f"{CATALOG}/rooms"),
    "read_availability": Asked(
        "GET",
        f"{CATALOG}/rooms/availability?starts_at=2027-02-03T09:00:00Z&ends_at=2027-02-03T11:00:00Z",
    ),
    "list_courses": Asked("GET", f"{CATALOG}/courses"),
    "create_course": Asked(
        "POST", f"{CATALOG}/courses", lambda _: {"code": "NEW", "title": "New"}, 201
    ),
    "read_course": Asked("GET", f"{CATALOG}/courses/{{course}}"),
    "change_course": Asked("PATCH", f"{CATALOG}/courses/{{course}}", lambda _: {"title": "Other"}),
    "list_groups": Asked("GET", GROUPS),
    "create_group": Asked("POST", GROUPS, lambda _: {"code": "NEW", "title": "New"}, 201),
    "read_group": Asked("GET", f"{GROUPS}/{{group}}"),
    "change_group": Asked("PATCH", f"{GROUPS}/{{group}}", lambda _: {"title": "Other"}),
    "remove_group": Asked("DELETE", f"{GROUPS}/{{group}}", status=204),
    "list_sessions": Asked("GET", f"{CATALOG}/sessions"),
    "create_session": Asked(
        "POST",
        f"{CATALOG}/sessions",
        lambda f: {
            "course_id": str(f.session.course_id),
            "code": "NEW-1",
            "title": "New",
            **WALL,
        },
        201,
    ),
    "read_session": Asked("GET", SESSION),
    "change_session": Asked("PATCH", SESSION, lambda _: {"title": "Other"}),
    "publish_session": Asked("POST", f"{CATALOG}/sessions/{{draft}}/publish"),
    "cancel_session": Asked("POST", f"{SESSION}/cancel", lambda _: {"message": "Ill"}),
    "list_enrolments": Asked("GET", f"{SESSION}/enrolments"),
    "enrol_people": Asked("POST", f"{SESSION}/enrolments", lambda _: {"people": [ANA]}),
    "unenrol_person": Asked("DELETE", f"{SESSION}/enrolments/{{enrolment}}", status=204),
    "record_attendance": Asked(
        "POST",
        f"{CATALOG}/sessions/{{begun}}/attendance",
        lambda f: {
            "people": [{"person": {"id": str(f.enrolment.person_id)}, "attendance": 80}],
        },
    ),
    "send_notification": Asked(
        "POST",
        f"{CATALOG}/notifications",
        lambda _: {"subject": "News", "text": "There is cake.", "people": [ANA]},
        202,
    ),
    "list_notifications": Asked("GET", f"{CATALOG}/notifications"),
    "read_notification": Asked("GET", f"{CATALOG}/notifications/{{notification}}"),
    "list_deliveries": Asked("GET", f"{CATALOG}/deliveries"),
    "read_delivery": Asked("GET", f"{CATALOG}/deliveries/{{message}}"),
    "send_messages_again": Asked(
        "POST", f"{CATALOG}/deliveries/send-again", lambda f: {"ids": [f.message_id]}
    ),
    "list_templates": Asked("GET", f"{CATALOG}/templates"),
    "read_template": Asked("GET", f"{CATALOG}/templates/session_reminder"),
    "replace_template": Asked(
        "PUT",
        f"{CATALOG}/templates/session_reminder",
        lambda _: {"texts": {"en": {"subject": "Soon: {SESSION TITLE}"}}},
    ),
    "switch_template": Asked(
        "PATCH", f"{CATALOG}/templates/session_reminder", lambda _: {"on": False}
    ),
    "reset_template": Asked("DELETE", f"{CATALOG}/templates/session_reminder"),
    "list_audit": Asked("GET", f"{CATALOG}/audit"),
}
ANYBODYS = {"read_integration", "list_catalogs"}
"""What every token may read: it shows nothing but the token's own."""


def described() -> dict[str, dict[str, Any]]:
    """Return the operations of the OpenAPI document by their names."""
    paths: Any = document()["paths"]
    return {one["operationId"]: one for path in paths.values() for one in path.values()}


def ask(program: Program, name: str, there: Furnished, **headers: str) -> Any:
    asked = TABLE[name]
    address = asked.address.format(
        session=there.session.pk,
        draft=there.draft.pk,
        course=there.session.course_id,
        begun=there.begun.pk,
        group=there.group.pk,
        enrolment=there.enrolment.pk,
        invitation=there.invitation.pk,
        notification=there.notification_id,
        message=there.message_id,
    )
    body = asked.body(there) if asked.body else None
    if asked.method == "POST" and body is None:
        body = {}
    headers = {"Idempotency-Key": str(uuid4()), **headers}
    return program.ask(asked.method, address, body, **headers)


def test_every_operation_is_asked_for_here() -> None:
    assert set(described()) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_the_owner_s_integration_may_with_the_one_scope_it_needs(
    name: str, ports: Ports, cast: Cast, furnished: Furnished
) -> None:
    needed = described()[name]["x-scope"] or "audit:read"
    owner = Program(issued(ports, cast.catalog, cast.owner, scopes=[needed]).token)
    answer = ask(owner, name, furnished)
    assert answer.status_code == TABLE[name].status, answer.content
    assert str(answer.status_code) in described()[name]["responses"]


def everybody_is_refused(
    program: Program, there: Furnished, status: int, code: str, *, but: set[str] | None = None
) -> None:
    """Ask every operation, and see that each is refused in the same words."""
    for name in sorted(set(TABLE) - (but or set())):
        # What is shown is each refusal; that many of them become another one is shown elsewhere.
        FailedAttempts.objects.all().delete()
        answer = ask(program, name, there)
        found = (answer.status_code, answer["Content-Type"], answer.json()["code"])
        assert found == (status, "application/problem+json", code), name


def test_a_colleague_s_integration_may_not(colleague: Program, furnished: Furnished) -> None:
    everybody_is_refused(colleague, furnished, 403, "not_allowed", but=ANYBODYS)


def test_to_a_stranger_s_the_catalog_does_not_exist(
    stranger: Program, furnished: Furnished
) -> None:
    everybody_is_refused(stranger, furnished, 404, "not_found", but=ANYBODYS)


def test_without_a_token_nobody_may(furnished: Furnished) -> None:
    everybody_is_refused(Program(), furnished, 401, "token_needed")
    assert ask(Program(), "list_audit", furnished)["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("invented", ["classbell_" + "0" * 38, "x", "a.b.c"])
def test_with_an_invented_token_nobody_may(invented: str, furnished: Furnished) -> None:
    everybody_is_refused(Program(invented), furnished, 401, "token_unknown")


def test_an_expired_token_is_none(ports: Ports, owner: Program, furnished: Furnished) -> None:
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(timedelta(days=30))
    everybody_is_refused(owner, furnished, 401, "token_expired")


def test_a_revoked_token_is_none(
    ports: Ports, cast: Cast, owner: Program, furnished: Furnished
) -> None:
    for one in integrations_of(cast.catalog):
        revoke_integration(ports, integration=one, actor=Actor.of(cast.owner))
    everybody_is_refused(owner, furnished, 401, "token_revoked")


@pytest.mark.parametrize("needed", EVERYTHING)
def test_without_its_scope_an_integration_may_not(
    needed: str, ports: Ports, cast: Cast, furnished: Furnished
) -> None:
    others = [scope for scope in EVERYTHING if scope != needed]
    without = Program(issued(ports, cast.catalog, cast.owner, scopes=others).token)
    may = {name for name, one in described().items() if one["x-scope"] != needed}
    everybody_is_refused(without, furnished, 403, "scope_missing", but=may)
    for name in sorted(set(TABLE) - may):
        assert needed in ask(without, name, furnished).json()["detail"]


def test_everybody_sees_their_own_catalogs_only(
    owner: Program, colleague: Program, stranger: Program
) -> None:
    seen = [
        [one["slug"] for one in program.get("/catalogs").json()["items"]]
        for program in (owner, colleague, stranger)
    ]
    assert seen == [["academy"], ["sales"], ["fabrikam"]]


def test_every_scope_is_needed_somewhere() -> None:
    assert {one["x-scope"] for one in described().values()} - {""} == set(ApiScope)
