"""What other people have to do: administrators, owners of accounts, admins of other catalogs."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from classbell.domain.connections.scopes import EMAIL_ONLY, FULL
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Approval,
    ApprovalState,
    ConnectInvitation,
    Connection,
    Message,
    PendingConnection,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import SAFE_FOR_FORMS, Page
from tests.acceptance.web.test_connection_panel import ACTS, PANEL, lose
from tests.acceptance.web.test_health import failed
from tests.domain.people import Cast, signed_in_as
from tests.fakes import FakeClock, FakeIdentity
from tests.support import CONTOSO

pytestmark = pytest.mark.django_db


def test_an_administrator_is_asked_without_any_callback(owner: Visitor) -> None:
    assert "Ask for approval" in owner.get(PANEL).buttons
    form = {"approval_address": "learning@contoso.example"}
    assert owner.post(f"{ACTS}/approval", form).location == PANEL
    page = owner.get(PANEL)
    for words in (
        "An administrator has to approve",
        "Waiting for approval",
        "Forward the text to a Microsoft 365 administrator",
        "Mai Nielsen",
    ):
        assert words in page.words
    text = page.html
    lesser = text.index("Grant learning@contoso.example")
    assert lesser < text.index("adminconsent"), "the smaller way comes first"
    assert "checked" in page.element("m365_enabled"), "what has begun is shown"
    assert "Withdraw the request" in page.buttons


def test_a_request_can_be_withdrawn(owner: Visitor) -> None:
    owner.post(f"{ACTS}/approval")
    assert owner.post(f"{ACTS}/approval/withdraw").location == PANEL
    assert "An administrator has to approve" not in owner.get(PANEL).words
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN


def test_more_permissions_are_asked_for_one_by_one(owner: Visitor, connected: Connection) -> None:
    page = owner.get(PANEL)
    assert "Ask for approval of OnlineMeetings.ReadWrite" in page.buttons
    owner.post(f"{ACTS}/approval", {"scope": "OnlineMeetings.ReadWrite"})
    assert Approval.objects.get().scopes == ["OnlineMeetings.ReadWrite"]
    assert "Is it approved?" in owner.get(PANEL).buttons


def test_a_permission_nobody_needs_is_refused_in_the_panel(owner: Visitor) -> None:
    page = owner.post(f"{ACTS}/approval", {"scope": "Files.ReadWrite.All"})
    assert page.status == 422
    assert "Classbell has no use for Files.ReadWrite.All" in page.words
    assert not Approval.objects.exists()


def test_the_administrator_comes_back_without_a_part_in_classbell(owner: Visitor) -> None:
    owner.post(f"{ACTS}/approval")
    administrator = a_visitor()
    answer = {"admin_consent": "True", "tenant": str(CONTOSO), "state": approval_state(owner)}
    back = Page(administrator.client.get("/connect/callback", answer))
    assert back.location.startswith("/approve/")
    page = administrator.get(back.location)
    assert page.status == 200
    assert "Thank you. Microsoft reports your approval." in page.words
    assert "Contoso Academy" in page.words
    assert page.header("Referrer-Policy") == "no-referrer"
    assert administrator.get("/").status == 303, "nobody is signed in by it"
    assert "Approved, not seen yet" in owner.get(PANEL).words


def test_a_made_up_approval_says_that_the_link_is_over(cast: Cast) -> None:
    answer = {"admin_consent": "True", "tenant": str(CONTOSO), "state": "made-up"}
    back = Page(a_visitor().client.get("/connect/callback", answer))
    page = a_visitor().get(back.location)
    assert "This link does not work any more." in page.words
    assert "Contoso" not in page.words


def test_an_expired_sign_in_explains_the_administrator(
    owner: Visitor, ports: Ports, identity: FakeIdentity
) -> None:
    left = owner.post(f"{ACTS}/connect")
    answer = identity.callback(left.location)
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(timedelta(hours=1))
    back = Page(owner.client.get("/connect/callback", answer))
    page = owner.get(back.location)
    assert "This sign-in took longer than 15 minutes. Nothing was changed." in page.words
    assert "is no fault of yours" in page.words
    assert "checked" in page.element("m365_enabled")


def test_who_leaves_for_microsoft_and_brings_nothing_back_is_told_about_administrators(
    owner: Visitor, identity: FakeIdentity
) -> None:
    assert "Back without an account?" not in owner.get(PANEL).words
    owner.post(f"{ACTS}/connect")

    page = owner.get(PANEL)
    assert "Back without an account?" in page.words
    assert "checked" in page.element("m365_enabled")
    assert "Ask for approval" in page.buttons

    left = owner.post(f"{ACTS}/connect")
    owner.client.get("/connect/callback", identity.callback(left.location))
    assert "Back without an account?" not in owner.get(PANEL).words
    assert "Account signed in." in owner.get(PANEL).words


def test_outdated_consent_has_one_button_before_anything_fails(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    account = connected.account
    assert account is not None
    account.asked_scopes = sorted(FULL)
    account.granted_scopes = sorted(EMAIL_ONLY)
    account.save()
    page = owner.get(PANEL)
    assert "Consent needs an update." in page.words
    assert "Consent" in page.buttons
    left = owner.post(f"{ACTS}/consent")
    asked = frozenset(parse_qs(urlsplit(left.location).query)["scope"][0].split())
    assert asked == FULL
    assert "login_hint=learning%40contoso.example" in left.location


def test_the_owner_of_an_account_follows_an_invitation(
    owner: Visitor, identity: FakeIdentity
) -> None:
    assert owner.post(f"{ACTS}/invitations", {"owner_address": "learning@contoso.example"}).location
    page = owner.get(PANEL)
    [link] = re.findall(r"http://localhost:8000(/invited/[\w.~-]+)", page.html)
    guest = a_visitor()
    shown = guest.get(link)
    assert "Mai Nielsen of Contoso asks you" in shown.words
    assert "Contoso Academy" in shown.words
    assert shown.header("Referrer-Policy") == SAFE_FOR_FORMS
    assert not PendingConnection.objects.exists(), "opening the link changes nothing"
    left = guest.post(link)
    done = Page(guest.client.get("/connect/callback", identity.callback(left.location)))
    assert "You have signed in as learning@contoso.example." in done.words
    assert guest.get("/").status == 303, "the owner is not signed in to Classbell"
    waiting = owner.get(PANEL)
    assert "Its owner followed your invitation" in waiting.words
    owner.post(f"{ACTS}/save", {"m365_enabled": "on"})
    assert Connection.objects.get().enabled


def test_an_owner_of_another_organisation_is_turned_away(
    owner: Visitor, identity: FakeIdentity, cast: Cast
) -> None:
    owner.post(f"{ACTS}/invitations", {"owner_address": "learning@contoso.example"})
    [link] = re.findall(r"http://localhost:8000(/invited/[\w.~-]+)", owner.get(PANEL).html)
    guest = a_visitor()
    left = guest.post(link)
    answer = identity.callback(left.location, person=signed_in_as(cast.stranger))
    page = Page(guest.client.get("/connect/callback", answer))
    assert page.status == 403
    assert link in page.links(), "the link still works"


def test_a_withdrawn_invitation_opens_nothing(owner: Visitor) -> None:
    owner.post(f"{ACTS}/invitations", {"owner_address": "learning@contoso.example"})
    [link] = re.findall(r"http://localhost:8000(/invited/[\w.~-]+)", owner.get(PANEL).html)
    row = ConnectInvitation.objects.get()
    assert owner.post(f"{ACTS}/invitations/{row.pk}/withdraw").location == PANEL
    assert a_visitor().get(link).status == 400


def test_an_address_that_is_none_is_refused_in_the_panel(owner: Visitor) -> None:
    page = owner.post(f"{ACTS}/invitations", {"owner_address": "nobody"})
    assert page.status == 422
    assert "open" in page.element("m365-panel")
    assert not ConnectInvitation.objects.exists()


def test_a_change_of_account_shows_what_changes_hands(
    owner: Visitor, identity: FakeIdentity, connected: Connection
) -> None:
    account = connected.account
    assert account is not None
    account.object_id = connected.catalog.pk
    account.address = "former@contoso.example"
    account.save()
    left = owner.post(f"{ACTS}/connect")
    owner.client.get("/connect/callback", identity.callback(left.location))
    page = owner.get(PANEL)
    assert "What changes hands" in page.words
    assert "former@contoso.example hands over what it has made" in page.words
    assert "0 sessions to come in its calendar" in page.words


DECISIONS = {
    "send": ("1 message goes out.", "queued"),
    "discard": ("1 message is given up.", "cancelled"),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_held_mail_waits_for_a_decision(
    owner: Visitor, cast: Cast, connected: Connection, decision: str
) -> None:
    words, state = DECISIONS[decision]
    message = failed(cast)
    Message.objects.update(state="held", reason_code="account_changed")
    for address in (PANEL, "/catalogs/academy/connection"):
        assert "1 message waits for your decision." in owner.get(address).words
    page = owner.get("/catalogs/academy/connection/held")
    assert {"Send them now", "Discard them"} <= set(page.buttons)
    answer = owner.post("/catalogs/academy/connection/held", {"decision": decision})
    assert answer.location == "/catalogs/academy/delivery"
    assert words in owner.get(answer.location).words
    message.refresh_from_db()
    assert message.state == state


def test_the_panel_warns_while_nobody_could_be_told(owner: Visitor, connected: Connection) -> None:
    lose(connected)
    page = owner.get(PANEL)
    assert "Nobody would be told of a loss by email." in page.words
    assert "No route for alerts has delivered a test yet." in page.words


def approval_state(owner: Visitor) -> str:
    """Return the state that travels in the link to forward."""
    found = re.search(r"[?&;]state=([\w.~-]+)", owner.get(PANEL).html)
    assert found
    return found.group(1)
