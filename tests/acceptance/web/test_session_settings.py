"""Catalog settings > Invitations and meetings, and making a link anew, as admins meet them."""

from __future__ import annotations

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.ports.bundle import Ports
from classbell.storage.models import AuditEntry, CalendarOptions, Connection
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.support import a_session

pytestmark = pytest.mark.django_db

PAGE = "/catalogs/{}/settings/sessions"


def ticked(page: Page) -> set[str]:
    return {
        given["name"]
        for tag, given in page.elements
        if tag == "input" and given.get("type") == "checkbox" and "checked" in given
    }


def test_choices_are_shown_saved_and_shown_again(owner: Visitor, cast: Cast) -> None:
    address = PAGE.format(cast.catalog.slug)
    assert ticked(owner.get(address)) == {"ask_for_answers"}
    answer = owner.post(address, {"by_mail_only": "on", "lobby": "uninvited"})
    assert answer.location == address
    page = owner.get(address)
    assert "Settings saved." in page.words
    assert ticked(page) == {"by_mail_only"}
    assert {"value": "uninvited", "selected": ""} in [
        given for tag, given in page.elements if tag == "option"
    ]
    options = CalendarOptions.objects.get(catalog=cast.catalog)
    assert (options.by_mail_only, options.ask_for_answers) == (True, False)
    assert AuditEntry.objects.filter(action="catalog.calendar_options_changed").count() == 1


def test_a_lobby_that_is_not_on_the_list_changes_nothing(owner: Visitor, cast: Cast) -> None:
    page = owner.post(PAGE.format(cast.catalog.slug), {"lobby": "nowhere"})
    assert "There is no lobby «nowhere»." in page.words
    assert not CalendarOptions.objects.exists()


def test_the_page_says_which_permission_the_lobby_needs(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    address = PAGE.format(cast.catalog.slug)
    assert "OnlineMeetings.ReadWrite" in owner.get(address).words
    account = connected.account
    assert account is not None
    account.granted_scopes = [*account.granted_scopes, "OnlineMeetings.ReadWrite"]
    account.save()
    assert "OnlineMeetings.ReadWrite" not in owner.get(address).words


def test_a_link_is_made_anew_from_the_sessions_page(
    owner: Visitor, cast: Cast, connected: Connection, ports: Ports
) -> None:
    session = a_session(cast.catalog, teams_meeting=True)
    here = f"/catalogs/{cast.catalog.slug}/sessions/{session.pk}"
    again = "Cancel the old entry and invite everybody anew"
    assert again not in owner.get(here).buttons
    assert connected.account is not None
    reconcile(ports, mailbox_lane(connected.account), str(session.pk))
    assert again in owner.get(here).buttons
    assert owner.post(f"{here}/recreate-link").location == here
    page = owner.get(here)
    assert "A new link is being made." in page.words
    assert again not in page.buttons
