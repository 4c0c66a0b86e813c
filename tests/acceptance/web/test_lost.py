"""A lost connection as admins meet it: what helps, who can do it, and the buttons that do."""

from __future__ import annotations

import pytest

from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.scopes import FULL
from classbell.ports.bundle import Ports
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import Account, AccountState, Connection
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.acceptance.web.test_connection_panel import ACTS, PANEL
from tests.fakes import FakeIdentity

pytestmark = pytest.mark.django_db

HOME, HEALTH = "/catalogs/academy", "/catalogs/academy/connection"


def lose(ports: Ports, connection: Connection, kind: VerdictKind, code: str) -> Account:
    account = connection.account
    assert account is not None
    account_lost(ports, account.pk, Verdict(kind, code=code, explanation="Something is wrong."))
    return account


def pages(owner: Visitor) -> tuple[Page, Page, Page]:
    return owner.get(HOME), owner.get(PANEL), owner.get(HEALTH)


def test_a_new_sign_in_is_one_press_away(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    lose(ports, connected, VerdictKind.SIGN_IN_AGAIN, "AADSTS50173")
    home, panel, health = pages(owner)
    for page in (home, panel, health):
        assert "Something is wrong." in page.words
        assert "Reconnect" in page.buttons
    for page in (panel, health):
        assert "select Reconnect and sign in with the account again" in page.words
        assert "Who can do it: Whoever owns the account that was used." in page.words


def test_what_an_administrator_mends_is_said_on_every_page(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    lose(ports, connected, VerdictKind.ADMIN_NEEDED, "AADSTS53003")
    for page in pages(owner):
        assert "Ask a Microsoft 365 administrator to change the policy" in page.words
        assert "Your Microsoft 365 administrator." in page.words
        assert "Consent" not in page.buttons
    assert "Check now" in owner.get(PANEL).buttons, "it may be mended by now"
    assert "Ask for approval" not in owner.get(PANEL).buttons


def test_withdrawn_consent_is_given_back_by_consent(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    lose(ports, connected, VerdictKind.CONSENT_NEEDED, "AADSTS65001")
    for page in pages(owner):
        assert "Consent" in page.buttons
        assert "Reconnect" not in page.buttons
    assert "authorize" in owner.post(f"{ACTS}/consent").location


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (VerdictKind.CONSENT_NEEDED, "AADSTS65001"),
        (VerdictKind.ADMIN_NEEDED, "AADSTS90094"),
    ],
)
def test_an_administrator_is_asked_for_what_was_withdrawn(
    owner: Visitor, ports: Ports, connected: Connection, kind: VerdictKind, code: str
) -> None:
    lose(ports, connected, kind, code)
    assert "Ask for approval" in owner.get(PANEL).buttons
    assert owner.post(f"{ACTS}/approval").location == PANEL
    page = owner.get(PANEL)
    assert "Waiting for approval" in page.words
    for scope in FULL:
        assert f"- {scope}: " in page.html
    assert "Is it approved?" in page.buttons


def test_the_approval_brings_the_account_back(
    owner: Visitor, ports: Ports, connected: Connection, identity: FakeIdentity
) -> None:
    account = lose(ports, connected, VerdictKind.CONSENT_NEEDED, "AADSTS65001")
    owner.post(f"{ACTS}/approval")
    owner.post(f"{ACTS}/approval/check")
    account.refresh_from_db()
    assert account.state == AccountState.LOST
    identity.know("refresh", FULL)
    owner.post(f"{ACTS}/approval/check")
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED
    assert "An administrator has to approve" not in owner.get(PANEL).words


def test_a_pause_of_the_lane_is_not_told_as_one_of_microsofts(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    lose(ports, connected, VerdictKind.SIGN_IN_AGAIN, "AADSTS50173")
    assert "Paused until" not in owner.get(HEALTH).words
