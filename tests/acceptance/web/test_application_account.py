"""Application-only account: what is offered where, the guide, the trial, and whom it refuses."""

from __future__ import annotations

import pytest

from classbell.domain.connections.scopes import FULL
from classbell.domain.organisations.organisations import permit_application_accounts
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import (
    Account,
    AccountKind,
    AccountState,
    Connection,
    PendingConnection,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.test_connection_panel import ACTS, PANEL, lose
from tests.domain.people import Cast
from tests.fakes import FakeAccountFacts, FakeMailSender
from tests.fakes.account import SERVICE_ACCOUNT

pytestmark = pytest.mark.django_db

PAGE = f"{ACTS}/application"
OFFER = "Use an application-only account"
FORM = {"address": "info@contoso.example", "outside_address": "zoe.dubois@contoso.example"}


@pytest.fixture
def allowed(ports: Ports, cast: Cast) -> None:
    """The operator allows it."""
    permit_application_accounts(ports, cast.catalog.organisation, allowed=True)


@pytest.fixture
def used(allowed: None, connected: Connection) -> Connection:
    """The owner's catalog uses an application-only account."""
    Account.objects.update(
        kind=AccountKind.APPLICATION,
        outside_address=FORM["outside_address"],
        granted_scopes=sorted(FULL),
        asked_scopes=sorted(FULL),
    )
    connected.refresh_from_db()
    return connected


def test_nothing_of_it_is_offered_unless_the_operator_allows_it(owner: Visitor) -> None:
    assert OFFER not in owner.get(PANEL).words
    page = owner.get(PAGE)
    assert "Not allowed for your organisation." in page.words
    assert "Try it" not in page.buttons
    refused = owner.post(PAGE, FORM)
    assert refused.status == 403
    assert not PendingConnection.objects.exists()


@pytest.mark.usefixtures("allowed")
def test_the_panel_leads_to_the_guide_with_the_commands_filled_in(
    owner: Visitor, cast: Cast
) -> None:
    panel = owner.get(PANEL)
    assert OFFER in panel.words
    assert PAGE in panel.links()
    own = owner.get(PAGE).element("outside_address")["value"]
    assert own == cast.owner.address
    page = owner.post(PAGE, {"address": FORM["address"], "outside_address": own, "show": "yes"})
    assert page.status == 200
    assert not PendingConnection.objects.exists()
    assert page.element("address")["value"] == "info@contoso.example"
    assert f"Open info@contoso.example and not {own}" in page.words


@pytest.mark.usefixtures("allowed")
def test_what_was_tried_waits_for_save_and_then_works(owner: Visitor, ports: Ports) -> None:
    assert owner.post(PAGE, FORM).location == PANEL
    panel = owner.get(PANEL)
    for words in ("Mailbox tried.", "Application-only: nobody signs in", "Proved by trying"):
        assert words in panel.words
    assert isinstance(ports.mail, FakeMailSender)
    assert not ports.mail.sent

    owner.post(f"{ACTS}/save", {"m365_enabled": "on"})

    account = Account.objects.get()
    assert (account.kind, account.object_id) == (
        AccountKind.APPLICATION,
        SERVICE_ACCOUNT.object_id,
    )


@pytest.mark.usefixtures("allowed")
def test_fakes_that_let_everything_pass_are_told_as_a_grant_without_a_scope(
    owner: Visitor,
) -> None:
    owner.post(PAGE, FORM)
    words = owner.get(PANEL).words
    assert "Classbell can also reach zoe.dubois@contoso.example" in words
    assert "Who can do it: Your Microsoft 365 administrator." in words


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("field", ["address", "outside_address"])
def test_an_unusable_address_is_told_at_its_field(owner: Visitor, field: str) -> None:
    page = owner.post(PAGE, {**FORM, field: "nobody"})
    assert page.status == 422
    assert page.element(field)["aria-invalid"] == "true"
    assert page.element(field)["value"] == "nobody"


@pytest.mark.usefixtures("allowed")
def test_a_refusal_of_microsofts_is_told_with_whom_to_ask(owner: Visitor, ports: Ports) -> None:
    assert isinstance(ports.account_facts, FakeAccountFacts)
    ports.account_facts.fail_next(VerdictKind.ADMIN_NEEDED, on="profile")
    page = owner.post(PAGE, FORM)
    assert page.status == 422
    assert "Let an administrator run the commands below." in page.words
    assert not PendingConnection.objects.exists()


def test_a_connected_one_has_no_consent_and_no_sign_in(owner: Visitor, used: Connection) -> None:
    page = owner.get(PANEL)
    assert "Application-only: nobody signs in" in page.words
    assert not {"Consent", "Ask for approval", OFFER} & set(page.buttons)
    assert "Permissions for more" not in page.words


def test_a_lost_one_is_set_up_again_instead_of_signed_in(owner: Visitor, used: Connection) -> None:
    lose(used)
    assert Account.objects.get().state == AccountState.LOST
    panel = owner.get(PANEL)
    assert "Consent" not in panel.buttons
    again = owner.post(f"{ACTS}/connect", {"reconnect": "yes"})
    assert again.location == PAGE
    page = owner.get(PAGE)
    assert page.element("address")["value"] == Account.objects.get().address
    assert page.element("outside_address")["value"] == FORM["outside_address"]


@pytest.mark.usefixtures("allowed")
def test_owner_colleague_and_stranger(cast: Cast, owner: Visitor) -> None:
    for person, status in ((cast.colleague, 403), (cast.stranger, 404)):
        visitor = a_visitor(person)
        assert visitor.get(PAGE).status == status
        assert visitor.post(PAGE, FORM).status == status
        assert not PendingConnection.objects.exists()
    assert owner.post(PAGE, FORM).location == PANEL
