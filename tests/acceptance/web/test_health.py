"""Connection health, all connections, the help on delivery problems, and sign-in links."""

from __future__ import annotations

import pytest

from classbell.ports.bundle import Ports
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import (
    AlertRouteTest,
    CalendarWatch,
    Connection,
    Message,
    Notification,
    PersonLink,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.test_connection_panel import lose
from tests.domain.people import Cast
from tests.fakes import FakeIdentity
from tests.support import a_connected_account, a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

HEALTH = "/catalogs/academy/connection"


def test_health_without_an_account_says_so(owner: Visitor) -> None:
    page = owner.get(HEALTH)
    assert "No Microsoft 365 account is connected" in page.words
    assert "Not connected" in page.words
    assert "Check now" not in page.buttons


def test_health_shows_what_the_account_can_do_after_a_check(
    owner: Visitor, connected: Connection
) -> None:
    assert owner.post(f"{HEALTH}/check").location == HEALTH
    page = owner.get(HEALTH)
    assert "Account checked." in page.words
    assert "learning@contoso.example for Contoso Academy" in page.words
    for words in ("Email notifications", "Room booking", "Ready", "Checked by an admin"):
        assert words in page.words
    assert "Mai Nielsen" in page.words


def test_health_says_where_changes_are_not_reported(owner: Visitor, connected: Connection) -> None:
    assert connected.account is not None
    CalendarWatch.objects.create(account=connected.account, problem="Nobody answered there.")
    page = owner.get(HEALTH)
    assert "Changes made in Outlook are noticed some minutes later" in page.words
    assert "Nobody answered there." in page.words
    CalendarWatch.objects.update(problem="")
    assert "noticed some minutes later" not in owner.get(HEALTH).words


def test_a_check_that_shows_a_loss_says_so_on_the_same_page(
    owner: Visitor, ports: Ports, connected: Connection
) -> None:
    assert connected.account is not None
    connected.account.token_expires_at = connected.account.connected_at
    connected.account.save()
    assert isinstance(ports.identity, FakeIdentity)
    verdict = Verdict(VerdictKind.SIGN_IN_AGAIN, code="AADSTS50173")
    ports.identity.fail_always(verdict, on="refresh")
    assert owner.post(f"{HEALTH}/check").location == HEALTH
    page = owner.get(HEALTH)
    assert "The connection to learning@contoso.example is lost." in page.words
    assert "AADSTS50173" in page.words


def test_a_loss_stands_in_the_history_with_microsofts_code(
    owner: Visitor, connected: Connection
) -> None:
    lose(connected)
    page = owner.get(HEALTH)
    assert "Connection lost" in page.words
    assert "The password was changed." in page.words
    assert "AADSTS50173" in page.words


def test_details_for_support_can_be_copied_and_hold_no_token(
    owner: Visitor, connected: Connection
) -> None:
    page = owner.get(HEALTH)
    details = page.element("support-details")
    assert "readonly" in details
    assert "Granted: Calendars.ReadWrite" in page.words
    assert "refresh_token" not in page.html
    copy = [given for tag, given in page.elements if given.get("data-copy")]
    assert [given["data-copy"] for given in copy] == ["support-details"]


def test_a_shared_accounts_history_keeps_other_catalogs_acts_to_themselves(
    owner: Visitor, ports: Ports, cast: Cast, connected: Connection
) -> None:
    a_connected_account(ports, cast.other_catalog)
    a_visitor(cast.colleague).post(
        "/catalogs/sales/settings/connection/save", {"switch_off": "confirmed"}
    )
    assert "Contoso Sales School" not in owner.get(HEALTH).words
    assert "Switched off" in a_visitor(cast.colleague).get("/catalogs/sales/connection").words


def test_lms_admins_see_all_connections(
    ports: Ports, cast: Cast, owner: Visitor, connected: Connection
) -> None:
    lose(connected)
    page = a_visitor(cast.lms_admin).get("/connections")
    assert page.status == 200
    for words in ("Contoso Academy", "Contoso Sales School", "Connection lost", "Not connected"):
        assert words in page.words
    assert "Fabrikam" not in page.words
    assert "Make me catalog admin of Contoso Academy" in page.buttons
    assert "Reconnect Contoso Academy" not in page.buttons
    a_visitor(cast.lms_admin).post("/catalogs/academy/become-admin")
    assert "Reconnect Contoso Academy" in a_visitor(cast.lms_admin).get("/connections").buttons


def test_lms_admins_prove_that_alerts_arrive(cast: Cast, ports: Ports) -> None:
    browser = a_visitor(cast.lms_admin)
    assert "No route for alerts has delivered a test yet." in browser.get("/connections").words
    assert browser.post("/connections/alert-test").location == "/connections"
    page = browser.get("/connections")
    assert "Test alert accepted." in page.words
    assert "Proven" in page.words
    assert "A test alert is missing." not in page.words
    browser.post("/connections/alert-substitute", {"allowed": "yes"})
    assert "Forbid alerts by another account" in browser.get("/connections").buttons


@pytest.mark.parametrize("part", ["owner", "colleague", "learner"])
def test_alerts_are_for_lms_admins(cast: Cast, part: str) -> None:
    browser = a_visitor(getattr(cast, part))
    assert browser.post("/connections/alert-test").status == 403
    assert browser.post("/connections/alert-substitute", {"allowed": "yes"}).status == 403
    assert not AlertRouteTest.objects.exists()


@pytest.mark.parametrize(("part", "status"), [("owner", 403), ("colleague", 403), ("learner", 403)])
def test_the_list_of_connections_is_for_lms_admins(cast: Cast, part: str, status: int) -> None:
    assert a_visitor(getattr(cast, part)).get("/connections").status == status


def test_a_strangers_connections_are_their_own(cast: Cast, connected: Connection) -> None:
    page = a_visitor(cast.stranger).get("/connections")
    assert "Fabrikam Training" in page.words
    assert "Contoso" not in page.words


def test_help_puts_the_catalogs_figures_beside_each_point(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    failed(cast)
    page = owner.get("/help/delivery?catalog=academy")
    for words in (
        "learning@contoso.example",
        "1 failed in 7 days",
        "28 a minute",
        "9,000 recipients a day",
        "message trace",
        "wrote to 0 recipients",
    ):
        assert words in page.words
    assert "/catalogs/academy/delivery?status=failed" in page.links()


def test_help_is_for_everybody_and_figures_are_not(cast: Cast, connected: Connection) -> None:
    for part in (cast.learner, cast.lms_admin):
        page = a_visitor(part).get("/help/delivery")
        assert page.status == 200
        assert "Is the catalog connected?" in page.words
        assert "learning@contoso.example" not in page.words
    assert a_visitor(cast.colleague).get("/help/delivery?catalog=academy").status == 403
    assert a_visitor(cast.stranger).get("/help/delivery?catalog=academy").status == 404


def test_a_learner_without_a_sign_in_is_sent_a_link(owner: Visitor, cast: Cast) -> None:
    session = a_session(cast.catalog)
    guest = a_person("New Learner", known_to_microsoft=False)
    an_enrolment(session, guest)
    an_enrolment(session, cast.learner)
    here = f"/catalogs/academy/sessions/{session.pk}"
    page = owner.get(here)
    links = [one for one in page.buttons if one.startswith("Send a sign-in link")]
    assert links == ["Send a sign-in link to New Learner"]
    assert owner.post(f"{here}/sign-in-link/{guest.pk}").location == here
    assert "To New Learner." in owner.get(here).words
    assert PersonLink.objects.filter(person=guest, used_at=None).count() == 1
    assert Notification.objects.filter(kind="sign_in_link").count() == 1


def test_a_link_is_sent_only_to_learners_of_the_session(owner: Visitor, cast: Cast) -> None:
    session = a_session(cast.catalog)
    elsewhere = a_person("Other Learner", known_to_microsoft=False)
    here = f"/catalogs/academy/sessions/{session.pk}/sign-in-link/{elsewhere.pk}"
    assert owner.post(here).status == 404
    assert not PersonLink.objects.exists()


def failed(cast: Cast) -> Message:
    """A message of the owner's catalog that Microsoft refused."""
    session = a_session(cast.catalog)
    notification = Notification.objects.create(
        kind="enrolment_confirmed",
        organisation=cast.catalog.organisation,
        catalog=cast.catalog,
        context={"session": str(session.pk)},
        audience=[],
        audience_size=1,
        due_at=session.created_at,
        created_at=session.created_at,
        expires_at=session.starts_at,
    )
    return Message.objects.create(
        organisation=cast.catalog.organisation,
        catalog=cast.catalog,
        notification=notification,
        address="nobody@contoso.example",
        language="en",
        time_zone="UTC",
        state="failed",
        due_at=session.created_at,
        expires_at=session.starts_at,
        created_at=session.created_at,
    )
