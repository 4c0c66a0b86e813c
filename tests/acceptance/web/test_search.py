"""Did she get it, and is the room ours? One search, and one page that says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Connection,
    CourseSession,
    Entry,
    EntryState,
    Message,
    Person,
    Room,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import NOW, a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

HERE = "/catalogs/academy"
ROOM = "harbour@contoso.example"
LINK = "https://teams.example/join"


@pytest.fixture
def ana(cast: Cast) -> Person:
    return a_person("Ana Sørensen")


@pytest.fixture
def session(cast: Cast, connected: Connection, ana: Person) -> CourseSession:
    """A session with a room that accepted, a link, and Ana, who accepted too."""
    made = a_session(cast.catalog, room_address=ROOM, teams_meeting=True)
    Room.objects.create(
        organisation=cast.catalog.organisation, address=ROOM, name="Harbour", refreshed_at=NOW
    )
    an_enrolment(made, ana)
    assert connected.account is not None
    Entry.objects.create(
        session=made,
        account=connected.account,
        state=EntryState.CREATED,
        room_answer="accepted",
        room_answered_at=NOW + timedelta(minutes=5),
        answers={ana.address_key: "accepted", ROOM: "accepted"},
        join_url=LINK,
        requested_at=NOW,
        applied_at=NOW + timedelta(minutes=1),
    )
    return made


def told(cast: Cast, session: CourseSession, ana: Person, state: str = "delivered") -> Message:
    return a_message(cast.catalog, state, person=ana, context={"session": str(session.pk)})


def test_a_name_leads_straight_to_the_answer(
    cast: Cast, owner: Visitor, session: CourseSession, ana: Person
) -> None:
    told(cast, session, ana)
    assert 'action="/catalogs/academy/search"' in owner.get(HERE).html
    found = owner.get(f"{HERE}/search?q=sorensen")
    assert found.location == f"{HERE}/people/{ana.pk}"
    page = owner.get(found.location)
    assert "Fire safety: Session 1" in page.words
    assert "Harbour Accepted" in page.words
    assert LINK in page.links()
    assert "Accepted Delivered" in page.words, "her answer, and the mail"
    assert f"{HERE}/sessions/{session.pk}" in page.links()


def test_people_and_sessions_are_shown_apart(
    cast: Cast, owner: Visitor, session: CourseSession, ana: Person
) -> None:
    an_enrolment(session, a_person("Fiona Fire"))
    page = owner.get(f"{HERE}/search?q=fire")
    assert page.status == 200
    people, sessions = page.words.index("Fiona Fire"), page.words.index("Fire safety: Session 1")
    assert people < sessions
    assert owner.get(f"{HERE}/search?q=safety").location == f"{HERE}/sessions/{session.pk}"
    assert "Nothing matches" in owner.get(f"{HERE}/search?q=zzz").words
    assert "Type at least two letters" in owner.get(f"{HERE}/search?q=a").words
    assert owner.get(f"{HERE}/search").status == 200


def test_what_happened_stands_newest_first_and_can_be_narrowed(
    cast: Cast, owner: Visitor, session: CourseSession, ana: Person
) -> None:
    for number, state in enumerate(("delivered", "failed", "queued")):
        message = told(cast, session, ana, state)
        Message.objects.filter(pk=message.pk).update(created_at=NOW + timedelta(hours=number + 1))
    here = f"{HERE}/people/{ana.pk}"
    words = owner.get(here).words
    steps = words[words.index("What happened") :]
    places = [steps.rindex(one) for one in ("Waiting", "Failed", "Delivered", "Enrolled")]
    assert places == sorted(places)
    failed = owner.get(f"{here}?show=failed").words
    assert "Delivered" not in failed[failed.index("What happened") :]
    sessions = owner.get(f"{here}?show=places").words
    assert "Enrolled" in sessions[sessions.index("What happened") :]


def test_pages_go_on_and_no_message_is_lost(
    cast: Cast, owner: Visitor, session: CourseSession, ana: Person
) -> None:
    made = {told(cast, session, ana).pk for _ in range(60)}
    seen: set[int] = set()
    address = f"{HERE}/people/{ana.pk}"
    while address:
        page = owner.get(address)
        links = [one for one in page.links() if "/delivery/" in one]
        seen |= {int(one.rpartition("/")[2]) for one in links}
        address = next((one for one in page.links() if "before=" in one and one != address), "")
        assert len(seen) <= 60
        if "before=" not in address:
            break
    assert seen == made


def test_a_session_tells_what_was_booked_sent_and_done(
    ports: Ports, cast: Cast, owner: Visitor, session: CourseSession, ana: Person
) -> None:
    told(cast, session, ana)
    told(cast, session, a_person("Bo"), "failed")
    record(
        ports,
        actor=Actor.of(cast.owner),
        catalog=cast.catalog,
        action="session.outlook_edit_undone",
        subject=f"session:{session.code}",
    )
    page = owner.get(f"{HERE}/sessions/{session.pk}")
    for said in (
        "Delivered 1",
        "Failed 1",
        "Calendar entry requested",
        "Calendar entry written",
        "The room’s answer",
        "To 1 person",
        "Session outlook edit undone Mai Nielsen",
    ):
        assert said in page.words, said
    assert f"{HERE}/people/{ana.pk}" in page.links()


def test_only_the_catalogs_own_admins_see_it(
    cast: Cast, session: CourseSession, ana: Person
) -> None:
    refused = ((cast.owner, 200), (cast.colleague, 403), (cast.lms_admin, 403))
    for person, status in (*refused, (cast.learner, 403), (cast.stranger, 404)):
        for page in (f"{HERE}/search?q=zzz", f"{HERE}/people/{ana.pk}"):
            assert a_visitor(person).get(page).status == status, (person.name, page)


def test_nobody_of_another_catalog_is_shown(
    cast: Cast, session: CourseSession, ana: Person
) -> None:
    colleague = a_visitor(cast.colleague)
    assert colleague.get(f"/catalogs/sales/people/{ana.pk}").status == 404
    assert "Nothing matches" in colleague.get("/catalogs/sales/search?q=sorensen").words
    a_message(cast.other_catalog, "failed", person=ana)
    page = colleague.get(f"/catalogs/sales/people/{ana.pk}")
    assert "No place in any session of this catalog." in page.words
    assert "Fire safety" not in page.words
    stranger = a_visitor(cast.stranger)
    assert stranger.get(f"/catalogs/fabrikam/people/{ana.pk}").status == 404
