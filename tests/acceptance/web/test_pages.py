"""What the pages say about sessions, rooms, messages, acts and catalogs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.organisations.audit import OPERATOR, record
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    Connection,
    CourseSession,
    Entry,
    MessageState,
    Room,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import NOW, a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

ACADEMY = "/catalogs/academy"


def an_entry(session: CourseSession, connection: Connection, **values: object) -> Entry:
    """Return the session's entry in the connected account's calendar."""
    assert connection.account is not None
    chosen = {"state": "created", "requested_at": NOW} | values
    return Entry.objects.create(session=session, account=connection.account, **chosen)


def test_home_leads_through_the_first_steps(owner: Visitor) -> None:
    page = owner.get(ACADEMY)
    assert "Welcome, Mai" in page.words
    assert "Three steps and it is." in page.words
    assert f"{ACADEMY}/settings/notifications?panel=m365&switch=on" in page.links()


def test_home_counts_the_week(owner: Visitor, connected: Connection, cast: Cast) -> None:
    a_message(cast.catalog, "accepted", created_at=NOW - timedelta(days=8))
    a_message(cast.catalog, "accepted", created_at=NOW - timedelta(days=1))
    a_message(cast.catalog, "failed", created_at=NOW - timedelta(days=1))
    a_message(cast.other_catalog, "accepted", settled_at=NOW)
    a_session(cast.catalog, room_address="harbour@contoso.example")
    page = owner.get(ACADEMY)
    assert "Sent 1 Accepted for delivery" in page.words
    assert "Not sent or uncertain 1" in page.words
    assert "Upcoming sessions 1" in page.words
    assert "Rooms not confirmed yet 1" in page.words
    assert "Three steps" not in page.words


def test_a_session_shows_its_own_time_zone(owner: Visitor, cast: Cast) -> None:
    a_session(cast.catalog, time_zone="America/New_York", starts_at=NOW + timedelta(days=8))
    page = owner.get(f"{ACADEMY}/sessions")
    assert "Tue, Dec 1, 2026, 3:00" in page.words
    assert "New York (UTC-5)" in page.words


def test_the_list_separates_what_is_over(owner: Visitor, cast: Cast) -> None:
    a_session(cast.catalog, "NEXT", title="Next week")
    a_session(cast.catalog, "OVER", title="Last month", starts_at=NOW - timedelta(days=30))
    coming = owner.get(f"{ACADEMY}/sessions")
    assert "Next week" in coming.words
    assert "Last month" not in coming.words
    past = owner.get(f"{ACADEMY}/sessions?when=past")
    assert "Last month" in past.words


@pytest.mark.parametrize(
    ("answer", "words"),
    [("", "Requested"), ("accepted", "Accepted"), ("declined", "Declined")],
)
def test_a_session_says_what_the_room_answered(
    owner: Visitor, cast: Cast, connected: Connection, answer: str, words: str
) -> None:
    Room.objects.create(
        organisation=cast.catalog.organisation,
        address="harbour@contoso.example",
        name="Harbour",
        refreshed_at=NOW,
    )
    session = a_session(cast.catalog, room_address="harbour@contoso.example")
    an_entry(session, connected, room_answer=answer)
    page = owner.get(f"{ACADEMY}/sessions/{session.pk}")
    assert f"Harbour {words}" in page.words
    asks_again = "hx-get" in page.element("booked-now")
    assert asks_again == (answer == ""), "only what is under way is looked at again"


def test_a_session_gives_the_teams_link_and_each_answer(
    owner: Visitor, cast: Cast, connected: Connection
) -> None:
    session = a_session(cast.catalog, teams_meeting=True)
    yes, no, silent, mailed = (a_person(f"Person {n}") for n in "ABCD")
    for one in (yes, no, silent, mailed):
        an_enrolment(session, one)
    an_entry(
        session,
        connected,
        join_url="https://teams.example/join/1",
        answers={yes.address_key: "accepted", no.address_key: "declined", silent.address_key: ""},
        mailed={str(mailed.pk): {}},
    )
    page = owner.get(f"{ACADEMY}/sessions/{session.pk}")
    assert "https://teams.example/join/1" in page.links()
    assert "Link ready" in page.words
    for name, words in (
        ("Person A person.a@contoso.example", "Accepted"),
        ("Person B person.b@contoso.example", "Declined"),
        ("Person C person.c@contoso.example", "Invited, no answer yet"),
        ("Person D person.d@contoso.example", "Invited by email"),
    ):
        assert f"{name} {words}" in page.words


def test_a_session_without_account_says_what_would_help(owner: Visitor, cast: Cast) -> None:
    session = a_session(cast.catalog)
    page = owner.get(f"{ACADEMY}/sessions/{session.pk}")
    assert "Connecting one requests everything that is to come." in page.words


def test_rooms_are_listed_with_their_bookings(owner: Visitor, cast: Cast) -> None:
    Room.objects.create(
        organisation=cast.catalog.organisation,
        address="harbour@contoso.example",
        name="Harbour",
        capacity=20,
        city="Aarhus",
        refreshed_at=NOW,
    )
    a_session(cast.catalog, room_address="harbour@contoso.example")
    page = owner.get(f"{ACADEMY}/rooms")
    assert "Harbour harbour@contoso.example Aarhus 20" in page.words


def test_accepted_is_never_shown_as_delivered(owner: Visitor, cast: Cast) -> None:
    a_message(cast.catalog, "accepted")
    page = owner.get(f"{ACADEMY}/delivery")
    assert "Accepted by Microsoft" in page.words
    assert "Delivered" not in page.words


def test_every_state_has_words_and_belongs_to_one_chip(owner: Visitor, cast: Cast) -> None:
    for state in MessageState:
        a_message(cast.catalog, state)
    page = owner.get(f"{ACADEMY}/delivery")
    assert "All 11" in page.words
    for chip in ("Sent 2", "Waiting 3", "Failed or uncertain 3", "Not sent 3"):
        assert chip in page.words


def test_the_log_is_searched_and_filtered_by_its_address(owner: Visitor, cast: Cast) -> None:
    a_message(cast.catalog, "failed", person=a_person("Anna Berg"))
    a_message(cast.catalog, "accepted", person=a_person("Ole Bang"))
    found = owner.get(f"{ACADEMY}/delivery?q=anna")
    assert "Anna Berg" in found.words
    assert "Ole Bang" not in found.words
    assert "Nothing matches" in owner.get(f"{ACADEMY}/delivery?q=anna&status=sent").words
    part = owner.get(f"{ACADEMY}/delivery?status=sent", **{"HX-Request": "true"})
    assert "Ole Bang" in part.words
    assert "<html" not in part.html
    assert part.header("Vary").count("HX-Request") == 1


def test_the_log_turns_its_pages_without_losing_a_row(owner: Visitor, cast: Cast) -> None:
    for number in range(60):
        a_message(cast.catalog, "accepted", name=f"Row-{number:02}")
    first = owner.get(f"{ACADEMY}/delivery")
    older = next(link for link in first.links() if "before=" in link)
    words = first.words + owner.get(older).words
    assert all(f"Row-{number:02}" in words for number in range(60))


@pytest.mark.parametrize("odd", ["?status=nonsense", "?before=x", "?before=" + "9" * 30, "?kind=x"])
def test_odd_addresses_of_the_log_show_the_log(owner: Visitor, odd: str) -> None:
    assert owner.get(f"{ACADEMY}/delivery{odd}").status == 200


def test_the_audit_log_says_who_did_what(owner: Visitor, ports: Ports, cast: Cast) -> None:
    record(
        ports,
        actor=OPERATOR,
        organisation_id=cast.catalog.organisation_id,
        catalog=cast.catalog,
        action="connection.switched_off",
        subject="catalog:academy",
        before={"enabled": True},
        after={"enabled": False},
    )
    page = owner.get(f"{ACADEMY}/audit")
    assert "Operator Command line Connection switched off" in page.words
    assert "What Before After Switched on yes no" in page.words


def test_a_catalog_is_created_and_mistakes_keep_what_was_typed(cast: Cast) -> None:
    browser = a_visitor(cast.lms_admin)
    form = {"title": "Safety", "slug": "Not a slug", "language": "en", "time_zone": "Europe/Oslo"}
    page = browser.post("/catalogs", form)
    assert page.status == 422
    assert page.element("title")["value"] == "Safety"
    assert page.element("slug")["aria-invalid"] == "true"
    assert browser.post("/catalogs", form | {"slug": "safety"}).location == "/catalogs"
    assert Catalog.objects.get(slug="safety").time_zone == "Europe/Oslo"
    assert "Catalog created." in browser.get("/catalogs").words


def test_the_catalog_switcher_lists_only_ones_own(cast: Cast, ports: Ports) -> None:
    assert "Switch catalog" not in a_visitor(cast.owner).get(ACADEMY).html
    browser = a_visitor(cast.lms_admin)
    for slug in ("academy", "sales"):
        browser.post(f"/catalogs/{slug}/become-admin")
    page = browser.get(ACADEMY)
    assert "/catalogs/sales" in page.links()
    assert "/catalogs/fabrikam" not in page.links()


def test_the_chosen_theme_stays(owner: Visitor) -> None:
    answer = owner.post("/theme", {"theme": "dark"}, Referer=f"http://testserver{ACADEMY}/rooms")
    assert answer.location == f"{ACADEMY}/rooms"
    page = owner.get(ACADEMY)
    assert ("html", {"lang": "en", "dir": "ltr", "data-theme": "dark"}) in page.elements
    assert owner.post("/theme", Referer="https://evil.example/x").location == "/"
