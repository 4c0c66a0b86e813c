"""The panel «Microsoft 365 Connection Settings» in its states, without script."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from classbell.domain.connections.scopes import EMAIL_ONLY, FULL
from classbell.storage.models import (
    Account,
    Connection,
    Notification,
    PendingConnection,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast, signed_in_as
from tests.fakes import FakeIdentity
from tests.fakes.identity import ORIGIN

pytestmark = pytest.mark.django_db

PAGE = "/catalogs/academy/settings/notifications"
PANEL = f"{PAGE}?panel=m365"
ACTS = "/catalogs/academy/settings/connection"
LABEL = "Enable Classbell to send email notifications, book Rooms and create meeting invitations"


def bring_account(browser: Visitor, identity: FakeIdentity, **form: str) -> Page:
    """Connect, sign in as the service account, and return the page that comes back."""
    left = browser.post(f"{ACTS}/connect", form)
    assert left.status == 303
    back = browser.client.get("/connect/callback", identity.callback(left.location))
    return Page(back)


def asked_for(left: Page) -> frozenset[str]:
    """Return the permissions that a journey to Microsoft asks for."""
    return frozenset(parse_qs(urlsplit(left.location).query)["scope"][0].split())


def test_by_default_the_toggle_is_off_and_the_panel_closed(owner: Visitor) -> None:
    page = owner.get(PAGE)
    assert "open" not in page.element("m365-panel")
    toggle = page.element("m365_enabled")
    assert toggle["role"] == "switch"
    assert "checked" not in toggle
    assert LABEL in page.words


def test_who_pressed_connect_elsewhere_need_not_find_the_toggle(owner: Visitor) -> None:
    home = owner.get("/catalogs/academy")
    [address] = [link for link in home.links() if "panel=m365" in link]
    assert "checked" in owner.get(address).element("m365_enabled")
    assert not Connection.objects.filter(enabled=True).exists()


def test_the_panel_has_an_address_and_opens_without_script(owner: Visitor) -> None:
    page = owner.get(PANEL)
    assert "open" in page.element("m365-panel")
    for words in (
        "Modern Authentication Method",
        "Exchange Online (Plan 1 or higher)",
        "A shared mailbox can’t be used",
        "we recommend that you leave this box unticked",
        "Not activated for your organisation",
    ):
        assert words in page.words
    assert "Connect" in page.buttons
    assert "Start with email only (no administrator needed)" in page.buttons
    assert "disabled" in page.element("acs_enabled")


def test_connecting_leads_to_microsoft_and_the_policy_allows_it(owner: Visitor) -> None:
    assert owner.get(PANEL).form_targets() == f"form-action 'self' {ORIGIN}"
    left = owner.post(f"{ACTS}/connect")
    assert left.location.startswith(f"{ORIGIN}/authorize?")
    assert asked_for(left) == FULL


def test_one_can_start_with_email_only(owner: Visitor) -> None:
    assert asked_for(owner.post(f"{ACTS}/connect", {"scopes": "email_only"})) == EMAIL_ONLY


def test_an_account_that_came_back_is_signed_in_and_not_saved(
    owner: Visitor, identity: FakeIdentity
) -> None:
    assert bring_account(owner, identity).location == PANEL
    page = owner.get(PANEL)
    assert "Account signed in." in page.words
    assert "Select Save to finish connecting it." in page.words
    assert "learning@contoso.example" in page.words
    assert "Not saved" in page.words
    assert "checked" in page.element("m365_enabled")
    assert not Connection.objects.filter(account__isnull=False).exists()


def test_somebody_elses_signed_in_account_is_not_shown(
    owner: Visitor, identity: FakeIdentity, cast: Cast
) -> None:
    bring_account(owner, identity)
    session = owner.client.session
    session["browser"] = "another-browser"
    session.save()
    assert "Account signed in." not in owner.get(PANEL).words


def test_ones_own_mailbox_is_warned_about(
    owner: Visitor, identity: FakeIdentity, cast: Cast
) -> None:
    bring_account(owner, identity)
    PendingConnection.objects.update(object_id=signed_in_as(cast.owner).object_id)
    assert "This is your own mailbox." in owner.get(PANEL).words


def test_saving_connects_and_says_where_the_confirmation_goes(
    owner: Visitor, identity: FakeIdentity, cast: Cast
) -> None:
    bring_account(owner, identity)
    assert owner.post(f"{ACTS}/save", {"m365_enabled": "on"}).location == PAGE
    page = owner.get(PAGE)
    assert "Settings saved." in page.words
    assert "A confirmation is being sent to learning@contoso.example." in page.words
    assert "This catalog sends as learning@contoso.example." in page.words
    assert Notification.objects.filter(kind="account_connected").count() == 1
    assert "Settings saved." not in owner.get(PAGE).words, "a toast is shown once"
    panel = owner.get(PANEL)
    assert "Mai Nielsen" in panel.words
    assert {"Check now", "Change account", "Disconnect"} <= set(panel.buttons)


def test_with_htmx_saving_closes_the_panel_and_refreshes_what_changed(
    owner: Visitor, identity: FakeIdentity
) -> None:
    bring_account(owner, identity)
    answer = owner.post(
        f"{ACTS}/save", {"m365_enabled": "on"}, **{"HX-Request": "true", "HX-Target": "panel"}
    )
    assert answer.status == 200
    assert answer.trigger == {"close-dialog": "m365-panel"}
    assert "open" not in answer.element("m365-panel")
    assert "Settings saved." in answer.words
    assert answer.element("connection-state")["hx-swap-oob"] == "true"
    assert "<html" not in answer.html


def test_saving_on_without_an_account_keeps_what_was_chosen(owner: Visitor) -> None:
    page = owner.post(f"{ACTS}/save", {"m365_enabled": "on"})
    assert page.status == 422
    assert "No account is connected yet." in page.words
    assert "open" in page.element("m365-panel")
    assert "checked" in page.element("m365_enabled")


def test_cancel_drops_the_account_that_signed_in(owner: Visitor, identity: FakeIdentity) -> None:
    bring_account(owner, identity)
    page = owner.get(PANEL)
    cancel = [given for tag, given in page.elements if given.get("form") == "cancel-form"]
    assert len(cancel) == 1
    assert owner.post(f"{ACTS}/cancel").location == PAGE
    assert not PendingConnection.objects.exists()


def test_disconnecting_asks_on_a_page_of_its_own_without_script(
    owner: Visitor, connected: Connection
) -> None:
    page = owner.get(f"{ACTS}/disconnect")
    assert "Disconnect learning@contoso.example?" in page.words
    assert "0 messages are waiting" in page.words
    assert "Classbell forgets its sign-in" in page.words
    assert owner.post(f"{ACTS}/disconnect").location == PAGE
    connected.refresh_from_db()
    assert connected.account is None
    assert "Account disconnected." in owner.get(PAGE).words


def test_the_dialog_puts_cancel_first(owner: Visitor, connected: Connection) -> None:
    page = owner.get(PANEL)
    dialog = page.element("disconnect-dialog")
    assert dialog["role"] == "alertdialog"
    inside = page.elements[page.elements.index(("dialog", dialog)) :]
    first = next(given for tag, given in inside if tag == "button")
    assert "autofocus" in first
    assert first["data-close"] == "disconnect-dialog"


def test_a_lost_connection_is_told_on_every_page(owner: Visitor, connected: Connection) -> None:
    lose(connected)
    for path in ("", "/sessions", "/rooms", "/delivery", "/audit", "/settings/notifications"):
        page = owner.get(f"/catalogs/academy{path}")
        assert "The connection to learning@contoso.example is lost." in page.words, path
        assert "The password was changed." in page.words, path
        assert "Reconnect" in page.buttons, path
        assert page.form_targets() == f"form-action 'self' {ORIGIN}", path
    assert "Connect a Microsoft 365 account" not in owner.get("/catalogs/academy").words


def test_reconnecting_goes_straight_to_microsoft_with_the_accounts_name(
    owner: Visitor, connected: Connection
) -> None:
    lose(connected)
    page = owner.get(PANEL)
    assert "Connection lost." in page.words
    left = owner.post(f"{ACTS}/connect", {"reconnect": "yes"})
    assert "login_hint=learning%40contoso.example" in left.location


def test_checking_now_keeps_the_panel_open_with_fresh_answers(
    owner: Visitor, connected: Connection
) -> None:
    assert owner.post(f"{ACTS}/check").location == PANEL
    page = owner.get(PANEL)
    assert "Account checked." in page.words
    assert "Last checked" in page.words
    assert "Ready" in page.words


def test_missing_consent_can_be_given_from_the_panel(owner: Visitor, connected: Connection) -> None:
    assert connected.account is not None
    connected.account.capabilities.create(
        capability="rooms",
        state="needs_consent",
        evidence="Place.Read.All was not granted.",
        checked_at=connected.account.connected_at,
    )
    page = owner.get(PANEL)
    assert "Needs consent" in page.words
    assert "Consent" in page.buttons
    assert asked_for(owner.post(f"{ACTS}/connect", {"reconnect": "yes", "scopes": "full"})) == FULL


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("state", "was not started here"),
        ("twice", "was completed already"),
        ("cancelled", "was cancelled"),
    ],
)
def test_a_callback_that_does_not_fit_says_so_and_changes_nothing(
    owner: Visitor, identity: FakeIdentity, spoil: str, words: str
) -> None:
    left = owner.post(f"{ACTS}/connect")
    answer = identity.callback(left.location)
    if spoil == "state":
        answer["state"] = "made-up"
    if spoil == "cancelled":
        answer = identity.cancel(left.location)
    page = Page(owner.client.get("/connect/callback", answer))
    if spoil == "twice":
        PendingConnection.objects.all().delete()
        page = Page(owner.client.get("/connect/callback", answer))
    assert page.status == 400
    assert words in page.words
    assert page.words.count("Nothing was changed") >= (spoil != "cancelled")
    assert not PendingConnection.objects.exists()
    assert not Account.objects.exists()


def test_an_account_of_another_organisation_is_refused_by_name(
    owner: Visitor, identity: FakeIdentity, cast: Cast
) -> None:
    left = owner.post(f"{ACTS}/connect")
    answer = identity.callback(left.location, person=signed_in_as(cast.stranger))
    page = Page(owner.client.get("/connect/callback", answer))
    assert page.status == 403
    assert "organisation" in page.words
    assert PANEL in page.links(), "back leads to the panel it was started from"
    assert not PendingConnection.objects.exists()


def test_a_form_from_elsewhere_is_refused_in_plain_words(cast: Cast) -> None:
    browser = a_visitor(cast.owner)
    browser.client.handler.enforce_csrf_checks = True
    page = browser.post(f"{ACTS}/connect")
    assert page.status == 403
    assert "This form could not be accepted." in page.words
    assert "Reload the page" in page.words


def lose(connection: Connection) -> None:
    """Lose the account of a connection, as a changed password does."""
    account = connection.account
    assert account is not None
    account.state = "lost"
    account.save()
    account.incidents.create(
        verdict="sign_in_again",
        code="AADSTS50173",
        explanation="The password was changed.",
        opened_at=account.connected_at,
    )
