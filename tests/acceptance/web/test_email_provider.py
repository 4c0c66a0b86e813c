"""Azure Communication Service in the panel and on the pages around it."""

from __future__ import annotations

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Connection,
    EmailProvider,
)
from tests.acceptance.web.azure import CHOSEN, ON, SAVE, SENDER, setting, taken
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import Page
from tests.acceptance.web.test_connection_panel import lose
from tests.domain.people import Cast
from tests.support import an_organisation

pytestmark = pytest.mark.django_db

PAGE = "/catalogs/academy/settings/notifications"
PANEL = f"{PAGE}?panel=m365"


def end(ports: Ports) -> None:
    deactivate(ports, an_organisation(), actor=OPERATOR)


def hint(page: Page) -> str:
    """Return what stands beside the box, which has to say it to screen readers too."""
    assert page.element("acs_enabled")["aria-describedby"] == "acs_enabled-hint"
    return page.words


def test_where_it_is_not_activated_the_box_is_disabled_with_reason_and_contact(
    cast: Cast, contact: str
) -> None:
    page = a_visitor(cast.owner).get(PANEL)
    assert "disabled" in page.element("acs_enabled")
    assert not page.has("acs_fall_over")
    assert "Not activated for your organisation." in hint(page)
    assert f"To have it activated, ask {contact}." in hint(page)


def test_without_a_named_contact_it_is_whoever_runs_the_installation(owner: Visitor) -> None:
    assert "Ask whoever runs this installation to activate it." in hint(owner.get(PANEL))


def test_a_form_that_was_made_up_cannot_tick_a_disabled_box(
    owner: Visitor, connected: Connection
) -> None:
    assert owner.post(SAVE, {**CHOSEN, "acs_fall_over": "on"}).location == PAGE
    assert (setting().use_acs, setting().fall_over) == (False, False)


def test_activated_the_box_names_the_fixed_sender_which_nobody_can_change(
    owner: Visitor, activated: EmailProvider
) -> None:
    page = owner.get(PANEL)
    assert "disabled" not in page.element("acs_enabled")
    assert "checked" not in page.element("acs_enabled")
    assert f"{SENDER}, a fixed address that can’t be changed" in hint(page)
    assert "still need the account" in hint(page)
    fields = [given.get("value") for tag, given in page.elements if tag == "input"]
    assert SENDER not in fields


def test_it_is_saved_with_save_and_the_page_says_as_whom_mail_goes(
    owner: Visitor, activated: EmailProvider, connected: Connection
) -> None:
    assert owner.post(SAVE, {**CHOSEN, "acs_fall_over": "on"}).location == PAGE

    assert (setting().use_acs, setting().fall_over) == (True, True)
    page = owner.get(PAGE)
    assert f"This catalog sends through Azure Communication Services as {SENDER}." in page.words
    assert "Rooms and meetings are made as learning@contoso.example." in page.words
    assert "Email through Azure Communication Services" in page.words
    panel = owner.get(PANEL)
    assert "checked" in panel.element("acs_enabled")
    assert "checked" in panel.element("acs_fall_over")
    assert owner.post(SAVE, ON).location == PAGE
    assert (setting().use_acs, setting().fall_over) == (False, False)


def test_with_htmx_saving_says_at_once_what_carries_mail_now(
    owner: Visitor, activated: EmailProvider
) -> None:
    answer = owner.post(SAVE, CHOSEN, **{"HX-Request": "true", "HX-Target": "panel"})
    assert answer.status == 200
    assert answer.element("notification-kinds")["hx-swap-oob"] == "true"
    assert "Email through Azure Communication Services" in answer.words


def test_it_carries_mail_alone_and_the_panel_says_what_still_needs_an_account(
    owner: Visitor, activated: EmailProvider
) -> None:
    assert owner.post(SAVE, CHOSEN).location == PAGE

    page = owner.get(PAGE)
    assert "Rooms and Teams meetings need an account, which is not connected." in page.words
    assert f"Contoso Academy sends as {SENDER}." in owner.get("/catalogs/academy").words
    panel = owner.get(PANEL)
    assert "Mail goes out without an account." in panel.words
    assert "Connect" in panel.buttons
    assert "Sending, no account" in owner.get("/catalogs/academy/connection").words


def test_what_was_ticked_stays_ticked_when_saving_is_refused(
    owner: Visitor, activated: EmailProvider
) -> None:
    page = owner.post(SAVE, {**ON, "acs_fall_over": "on"})
    assert page.status == 422
    assert "No account is connected yet." in page.words
    assert "checked" in page.element("acs_fall_over")
    assert "checked" not in page.element("acs_enabled")


def test_switching_off_what_azure_carries_is_asked_about_first(
    owner: Visitor, activated: EmailProvider
) -> None:
    owner.post(SAVE, CHOSEN)
    page = owner.post(SAVE, {"acs_enabled": "on"})
    assert page.status == 422
    assert "Switch off?" in page.words
    assert "checked" in page.element("acs_enabled")
    assert owner.post(SAVE, {"acs_enabled": "on", "switch_off": "confirmed"}).location == PAGE
    assert (setting().enabled, setting().use_acs) == (False, True)


def test_while_the_account_is_lost_the_pages_say_that_mail_goes_on(
    owner: Visitor, activated: EmailProvider, connected: Connection
) -> None:
    owner.post(SAVE, CHOSEN)
    lose(connected)
    page = owner.get(PANEL)
    assert "Mail goes on through Azure Communication Services;" in page.words
    assert "Notifications go on through Azure Communication Services." in page.words
    assert f"as {SENDER}." in page.words
    assert "isn’t sending" not in owner.get("/catalogs/academy").words
    health = owner.get("/catalogs/academy/connection").words
    assert "Mail goes through Azure Communication Services." in health


def test_deactivated_while_chosen_it_says_so_and_can_be_taken_back(
    owner: Visitor, ports: Ports, activated: EmailProvider, connected: Connection
) -> None:
    owner.post(SAVE, CHOSEN)
    end(ports)

    panel = owner.get(PANEL)

    assert "Azure Communication Service was deactivated." in panel.words
    assert "Mail of this catalog waits for it." in panel.words
    assert "disabled" not in panel.element("acs_enabled")
    assert "which was deactivated for the organisation" in owner.get(PAGE).words
    assert owner.post(SAVE, ON).location == PAGE
    assert not setting().use_acs
    assert "disabled" in owner.get(PANEL).element("acs_enabled")


def test_disconnecting_says_that_notifications_go_on(
    owner: Visitor, activated: EmailProvider, connected: Connection
) -> None:
    owner.post(SAVE, CHOSEN)
    page = owner.get("/catalogs/academy/settings/connection/disconnect")
    assert "Notifications go on through Azure Communication Services." in page.words


def test_the_log_says_which_route_a_message_took(
    owner: Visitor, activated: EmailProvider, connected: Connection
) -> None:
    assert connected.account is not None
    taken(provider_lane(activated), "ana@contoso.example")
    taken(mailbox_lane(connected.account), "bo@contoso.example")
    page = owner.get("/catalogs/academy/delivery")
    for words in (
        "Accepted by Azure",
        "Azure Communication Services",
        "Accepted by Microsoft",
        "Microsoft 365 account",
    ):
        assert words in page.words
