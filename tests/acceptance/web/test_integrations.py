"""The pages on which catalog admins let other programs in, and out again."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from classbell.domain.integrations.integrations import create_integration
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.storage.models import ApiToken, AuditEntry, Integration
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast

HOME = "/catalogs/academy/settings/integrations"
TYPED = {
    "name": "Learning platform",
    "days": "90",
    "scope_sessions_read": "on",
    "scope_rooms_read": "on",
}
TOKEN = re.compile(r"classbell_[0-9A-Za-z]{38}")


def works(token: str) -> int:
    answer = Client().get("/api/v1/integration", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def token_on(text: str) -> str:
    found = TOKEN.findall(text)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def made(ports: Ports, cast: Cast) -> Integration:
    return create_integration(
        ports,
        catalogs=[cast.catalog],
        name="Learning platform",
        scopes=["sessions:read"],
        days=30,
        actor=Actor.of(cast.owner),
    ).integration


def test_a_token_is_shown_once_and_works(owner: Visitor) -> None:
    page = owner.post(f"{HOME}/new", TYPED)
    assert page.status == 200
    token = token_on(page.html)
    assert works(token) == 200
    shown = owner.get(HOME).html + owner.get(f"{HOME}/{Integration.objects.get().pk}").html
    assert token not in shown
    assert f"…{token[-4:]}" in shown
    row = ApiToken.objects.get()
    assert token not in f"{row.token_hash}{row.ending}"
    assert Integration.objects.get().scopes == ["rooms:read", "sessions:read"]


def test_what_cannot_be_used_is_said_and_kept(owner: Visitor) -> None:
    page = owner.post(f"{HOME}/new", {"name": "Platform", "days": "30"})
    assert page.status == 422
    assert "An integration without a scope could do nothing." in page.html
    assert 'value="Platform"' in page.html
    for typed in ({**TYPED, "days": "366"}, {**TYPED, "days": "x"}, {**TYPED, "name": " "}):
        assert owner.post(f"{HOME}/new", typed).status == 422
    assert not Integration.objects.exists()


def test_rotating_gives_a_new_token_and_leaves_the_old_a_day(
    owner: Visitor, made: Integration
) -> None:
    token = token_on(owner.post(f"{HOME}/{made.pk}/rotate", {"days": "90"}).html)
    assert works(token) == 200
    assert ApiToken.objects.count() == 2
    assert AuditEntry.objects.filter(action="integration.rotated").exists()


def test_a_revoked_integration_is_gone_from_the_list(owner: Visitor, made: Integration) -> None:
    token = token_on(owner.post(f"{HOME}/{made.pk}/rotate", {"days": "90"}).html)
    owner.post(f"{HOME}/{made.pk}/revoke")
    assert works(token) == 401
    assert f"{HOME}/{made.pk}" not in owner.get(HOME).html
    assert "can do nothing any more" in owner.get(f"{HOME}/{made.pk}").html


def test_an_application_of_microsoft_s_gets_no_token(owner: Visitor) -> None:
    application = "0f0f0f0f-1111-4222-8333-444444444444"
    owner.post(f"{HOME}/new", {**TYPED, "application_id": application})
    assert str(Integration.objects.get().application_id) == application
    assert not ApiToken.objects.exists()
    page = owner.post(f"{HOME}/new", {**TYPED, "application_id": application})
    assert page.status == 422
    assert owner.post(f"{HOME}/new", {**TYPED, "application_id": "x"}).status == 422


@pytest.mark.parametrize("act", ["rotate", "revoke"])
def test_only_the_catalog_s_admins_act(act: str, cast: Cast, made: Integration) -> None:
    for person, status in ((cast.colleague, 403), (cast.lms_admin, 403), (cast.stranger, 404)):
        page = a_visitor(person).post(f"{HOME}/{made.pk}/{act}", {"days": "30"})
        assert page.status == status
    assert a_visitor().post(f"{HOME}/{made.pk}/{act}").status in {302, 303}
    colleague = a_visitor(cast.colleague)
    elsewhere = f"/catalogs/sales/settings/integrations/{made.pk}/{act}"
    assert colleague.post(elsewhere, {"days": "30"}).status == 404
    made.refresh_from_db()
    assert made.revoked_at is None
    assert ApiToken.objects.count() == 1
