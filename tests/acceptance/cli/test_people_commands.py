"""``classbell organisations`` and ``classbell people`` as an operator uses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

import pytest

from classbell import bootstrap
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.storage.models import Notification, Role, RoleAssignment
from tests.domain.connections.stage import Stage
from tests.support import CONTOSO, a_person

pytestmark = pytest.mark.django_db
REFUSED = 2
TENANT = UUID("7d3e4c1b-9a56-4c1a-8c1a-000000000007")
ADMIN = UUID("7d3e4c1b-9a56-4c1a-8c1a-0000000000ad")
ADD = ["organisations", "add", "--tenant", str(TENANT), "--lms-admin", str(ADMIN)]


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give fakes and people, and let the commands use them."""
    made = Stage()
    with bootstrap.use(made.ports):
        yield made


def test_an_organisation_is_bound_with_its_first_lms_admin(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ADD) == 0
    assert "Its LMS admin signs in at http://localhost:8000." in capsys.readouterr().out
    admin = RoleAssignment.objects.get(person__organisation__tenant_id=TENANT)
    assert (admin.role, admin.person.object_id) == (Role.LMS_ADMIN, ADMIN)

    assert main(["organisations", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["tenant"]: row["catalogs"] for row in rows}[str(TENANT)] == "0"


def test_an_organisation_is_bound_once(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ADD) == 0
    assert main(ADD) == REFUSED
    assert "is served already" in capsys.readouterr().err
    assert RoleAssignment.objects.filter(person__organisation__tenant_id=TENANT).count() == 1


def test_an_address_alone_gets_a_link_and_no_role(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    zoe = a_person("Zoé Dubois", known_to_microsoft=False)
    who = ["--tenant", str(CONTOSO), zoe.address]
    role = ["--role", "catalog_admin", "--catalog", "academy"]
    assert main(["people", "grant", *who, *role]) == REFUSED
    assert "An address alone does not prove who somebody is." in capsys.readouterr().err
    assert not RoleAssignment.objects.filter(person=zoe).exists()

    assert main(["people", "invite", *who]) == 0
    assert "A link for Zoé Dubois is on its way; it works once" in capsys.readouterr().out
    [reader] = Notification.objects.get(kind="sign_in_link").audience
    assert UUID(reader) == zoe.pk


def test_a_role_is_given_and_taken(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    learner = stage.cast.learner
    line = ["--tenant", str(CONTOSO), learner.address, "--role", "catalog_admin"]
    assert main(["people", "grant", *line, "--catalog", "academy"]) == 0
    assert main(["people", "list", "--tenant", str(CONTOSO), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.partition("\n")[2])
    roles = {row["address"]: row["roles"] for row in rows}
    assert roles[learner.address] == "catalog_admin of academy"

    assert main(["people", "revoke", *line, "--catalog", "academy"]) == 0
    assert not RoleAssignment.objects.filter(person=learner).exists()
    assert main(["people", "revoke", *line, "--catalog", "academy"]) == NOT_FOUND


def test_a_catalog_of_another_organisation_is_not_known(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["people", "grant", "--tenant", str(CONTOSO), stage.cast.learner.address]
    assert main([*line, "--role", "catalog_admin", "--catalog", "fabrikam"]) == NOT_FOUND
    assert "no catalog «fabrikam»" in capsys.readouterr().err
