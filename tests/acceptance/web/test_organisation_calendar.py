"""«Share course sessions to organization calendar» in the panel, and the line at the session."""

from __future__ import annotations

import pytest

from classbell.domain.scheduling.reconcile_shared import reconcile_shared
from classbell.ports.bundle import Ports
from classbell.ports.errors import VerdictKind
from classbell.storage.models import CalendarOptions, Connection, Lane
from tests.acceptance.web.azure import SAVE
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.fakes import FakeCalendar
from tests.support import a_session

pytestmark = pytest.mark.django_db

PAGE = "/catalogs/academy/settings/notifications"
PANEL = f"{PAGE}?panel=m365"
ALL = "/organisation-calendar"
CALENDAR = "training@contoso.example"
ON = {"m365_enabled": "on"}
SHARED = {**ON, "share_sessions": "on", "share_address": CALENDAR, "share_way": "invite"}
WRITTEN = {**SHARED, "share_way": "write"}


def grant(connection: Connection) -> None:
    assert connection.account is not None
    connection.account.granted_scopes.append("Calendars.ReadWrite.Shared")
    connection.account.save()


def test_without_an_account_the_box_is_disabled_and_says_why(cast: Cast) -> None:
    page = a_visitor(cast.owner).get(PANEL)
    assert "disabled" in page.element("share_sessions")
    assert not page.has("share_address")
    assert "Connect an account first; it shares the sessions." in page.words


def test_ticked_and_saved_sessions_are_shown_and_the_page_says_so(
    owner: Visitor, ports: Ports, cast: Cast, connected: Connection, lane: Lane
) -> None:
    session = a_session(cast.catalog)
    assert "Share course sessions to organization calendar" in owner.get(PANEL).words
    assert owner.post(SAVE, SHARED).location == PAGE
    page = owner.get(PANEL)
    assert "checked" in page.element("share_sessions")
    assert page.element("share_address")["value"] == CALENDAR
    reconcile_shared(ports, lane, str(session.pk))
    shown = owner.get(f"/catalogs/academy/sessions/{session.pk}")
    assert "Organization calendar training@contoso.example Invited" in shown.words
    assert "1 session is shown there now" in owner.get(PANEL).words


def test_the_accounts_own_address_is_refused_with_the_reason(
    owner: Visitor, connected: Connection
) -> None:
    refused = owner.post(SAVE, {**SHARED, "share_address": "learning@contoso.example"})
    assert refused.status == 422
    assert "is the connected account itself" in refused.words
    assert "Its mailbox is used for notifications, rooms and Teams meetings" in refused.words
    assert refused.element("share_address")["aria-invalid"] == "true"
    assert refused.element("share_address")["value"] == "learning@contoso.example"
    assert not CalendarOptions.objects.exists()


def test_without_the_right_the_panel_shows_the_command_to_forward(
    owner: Visitor, connected: Connection
) -> None:
    grant(connected)
    refused = owner.post(SAVE, WRITTEN)
    assert refused.status == 422
    assert "Add-MailboxFolderPermission -Identity training@contoso.example:\\Calendar" in (
        refused.words
    )
    assert "Everything else was saved." in refused.words


def test_with_the_right_it_is_proved_and_saved(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    grant(connected)
    assert isinstance(ports.calendar, FakeCalendar)
    ports.calendar.editors_of.add(CALENDAR)
    assert owner.post(SAVE, WRITTEN).location == PAGE
    assert CalendarOptions.objects.get().shared_proved_at is not None


def test_microsoft_out_of_reach_is_told_in_the_panel(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    grant(connected)
    assert isinstance(ports.calendar, FakeCalendar)
    ports.calendar.fail_next(VerdictKind.RETRY, on="create")
    refused = owner.post(SAVE, WRITTEN)
    assert refused.status == 422
    assert "Sharing was left as it was. Everything else was saved." in refused.words


def test_unticked_the_entries_go_unless_they_shall_stay(
    owner: Visitor, ports: Ports, cast: Cast, connected: Connection, lane: Lane
) -> None:
    session = a_session(cast.catalog)
    assert isinstance(ports.calendar, FakeCalendar)
    for fields, left in ((ON, 0), ({**ON, "share_leave": "on"}, 1)):
        owner.post(SAVE, SHARED)
        reconcile_shared(ports, lane, str(session.pk))
        assert len(ports.calendar.events) == 1
        owner.post(SAVE, fields)
        reconcile_shared(ports, lane, str(session.pk))
        assert len(ports.calendar.events) == left
        assert "checked" not in owner.get(PANEL).element("share_sessions")


def test_lms_admins_see_what_every_catalog_shares(
    owner: Visitor, ports: Ports, cast: Cast, connected: Connection, lane: Lane
) -> None:
    session = a_session(cast.catalog)
    owner.post(SAVE, SHARED)
    reconcile_shared(ports, lane, str(session.pk))
    words = a_visitor(cast.lms_admin).get(ALL).words
    assert f"Contoso Academy {CALENDAR} The calendar is invited 1 Shared" in words
    assert "Not shared" in words, "the other catalog stands there too"


def test_what_is_wrong_with_a_calendar_is_said_to_lms_admins(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    owner.post(SAVE, SHARED)
    CalendarOptions.objects.update(shared_problem="The calendar does not exist any more.")
    words = a_visitor(cast.lms_admin).get(ALL).words
    assert "Problem The calendar does not exist any more." in words


def test_the_page_is_for_lms_admins_of_the_organisation(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    owner.post(SAVE, SHARED)
    assert owner.get(ALL).status == 403
    assert a_visitor(cast.colleague).get(ALL).status == 403
    stranger = a_visitor(cast.stranger).get(ALL)
    assert CALENDAR not in stranger.words
