"""Writing to the learners of a session: choose, look, send once, follow."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.templates.edit import save_template
from classbell.domain.notifications.templates.fields import CustomText, TemplateFields
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    AuditEntry,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Message,
    MessageState,
    Notification,
    Person,
    SentReminder,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.fakes import FakeClock
from tests.support import NOW, a_connected_account, a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

WORDS = {"subject": "Bring your badge", "text": "Door 3.\n<b>Not</b> door 1."}


@pytest.fixture
def session(cast: Cast, ports: Ports) -> CourseSession:
    """A session with two learners and one who waits."""
    a_connected_account(ports, cast.catalog)
    found = a_session(cast.catalog)
    for name in ("Bo Holm", "Cy Young"):
        an_enrolment(found, a_person(name))
    Enrolment.objects.create(
        session=found, person=a_person("Wim Waits"), state=EnrolmentState.WAITING, created_at=NOW
    )
    return found


@pytest.fixture
def here(session: CourseSession) -> str:
    return f"/catalogs/academy/sessions/{session.pk}/message"


def person(name: str) -> Person:
    return Person.objects.get(name=name)


def written_to() -> list[str]:
    (notification,) = Notification.objects.filter(kind="session_message")
    return sorted(Person.objects.get(pk=pk).name for pk in notification.audience)


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_all_with_a_place_are_written_to_by_default(owner: Visitor, here: str) -> None:
    page = owner.get(here)
    assert "All 2 learners with a place" in page.words
    assert "Everybody has it after about" in page.words
    sent = owner.post(here, {**WORDS, "to": "enrolled", "once": once(page.html)})
    assert written_to() == ["Bo Holm", "Cy Young"]
    assert sent.location.startswith(f"{here}/")


@pytest.mark.parametrize(
    ("to", "ticked", "expected"),
    [
        ("all", [], ["Bo Holm", "Cy Young", "Wim Waits"]),
        ("chosen", ["Wim Waits"], ["Wim Waits"]),
        ("chosen", ["Bo Holm", "Ana Learner"], ["Bo Holm"]),
    ],
)
def test_others_can_be_chosen_and_nobody_beside_the_session(
    owner: Visitor, here: str, to: str, ticked: list[str], expected: list[str]
) -> None:
    boxes = {f"person-{person(name).pk}": "on" for name in ticked}
    owner.post(here, {**WORDS, "to": to, **boxes})
    assert written_to() == expected


def test_pressing_twice_sends_once(owner: Visitor, here: str) -> None:
    form = {**WORDS, "to": "enrolled", "once": str(uuid4())}
    first, second = owner.post(here, form), owner.post(here, form)
    assert first.location == second.location
    assert Notification.objects.filter(kind="session_message").count() == 1
    assert AuditEntry.objects.filter(action="session.message_sent").count() == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"subject": " "}, "The subject must have 1 to 200 characters."),
        ({"text": " "}, "The text must have 1 to 20,000 characters."),
        ({"to": "chosen"}, "Choose at least one learner of the session."),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    owner: Visitor, here: str, form: dict[str, str], said: str
) -> None:
    page = owner.post(here, {**WORDS, "to": "enrolled", **form})
    assert page.status == 422
    assert said in page.words
    kept = {**WORDS, **form}
    assert kept["subject"].strip() in page.html
    assert "Door 3." in page.html or form.get("text") == " "
    assert not Notification.objects.exists()


def test_the_preview_is_the_mail_and_what_is_typed_is_text(owner: Visitor, here: str) -> None:
    shown = owner.post(f"{here}/preview", WORDS)
    assert "Bring your badge" in shown.html
    assert "Door 3.<br>&lt;b&gt;Not&lt;/b&gt; door 1." in shown.html
    assert "Session 1" in shown.html
    assert "script" not in shown.response.headers["Content-Security-Policy"]
    assert not Notification.objects.exists()


def test_it_is_followed_until_nobody_waits(
    owner: Visitor, here: str, session: CourseSession, ports: Ports
) -> None:
    address = owner.post(here, {**WORDS, "to": "enrolled"}).location
    before = owner.get(address)
    assert "0 of 2" in before.words
    assert 'hx-trigger="load delay' in before.html
    notification = Notification.objects.get(kind="session_message")
    lane = housekeeping_lane(session.course.catalog.organisation_id)
    expand_notification(ports, lane, str(notification.pk))
    first = Message.objects.filter(notification=notification).first()
    assert first is not None
    Message.objects.filter(pk=first.pk).update(state=MessageState.ACCEPTED)
    assert "1 of 2" in owner.get(address).words
    Message.objects.filter(notification=notification).update(state=MessageState.ACCEPTED)
    after = owner.get(address)
    assert "2 of 2" in after.words
    assert 'hx-trigger="load delay' not in after.html
    assert "Door 3." in after.words


def test_only_the_catalogs_admin_writes_and_reads(owner: Visitor, cast: Cast, here: str) -> None:
    sent = owner.post(here, {**WORDS, "to": "enrolled"}).location
    for person_of, status in ((cast.colleague, 403), (cast.lms_admin, 403), (cast.stranger, 404)):
        visitor = a_visitor(person_of)
        assert visitor.get(here).status == status
        assert visitor.get(sent).status == status
        assert visitor.post(here, {**WORDS, "to": "enrolled"}).status == status
        assert visitor.post(f"{here}/preview", WORDS).status == status
    assert Notification.objects.filter(kind="session_message").count() == 1


def test_a_message_of_another_session_is_not_shown_here(
    owner: Visitor, cast: Cast, here: str
) -> None:
    sent = owner.post(here, {**WORDS, "to": "enrolled"}).location
    other = a_session(cast.catalog, "FIRE-2")
    elsewhere = f"/catalogs/academy/sessions/{other.pk}/message/{sent.rpartition('/')[2]}"
    assert owner.get(elsewhere).status == 404


def test_the_page_of_a_session_says_when_learners_are_reminded(
    owner: Visitor, session: CourseSession, ports: Ports
) -> None:
    page = owner.get(f"/catalogs/academy/sessions/{session.pk}")
    assert "Reminders" in page.words
    day_before = session.starts_at - timedelta(days=1)
    assert f'datetime="{day_before.isoformat()}"' in page.html
    assert isinstance(ports.clock, FakeClock)
    ports.clock.set(session.starts_at - timedelta(hours=1))
    notification = Notification.objects.create(
        kind="session_reminder",
        organisation=session.course.catalog.organisation,
        catalog=session.course.catalog,
        audience_size=2,
        created_at=day_before,
        due_at=day_before,
        expires_at=session.starts_at,
    )
    SentReminder.objects.create(
        session=session,
        days=1,
        day=session.starts_at.date(),
        notification=notification,
        at=day_before,
    )
    later = owner.get(f"/catalogs/academy/sessions/{session.pk}")
    assert "No more" in later.words
    assert f'datetime="{day_before.isoformat()}"' in later.html


def test_other_words_in_a_form_that_was_sent_are_not_taken_for_sent(
    owner: Visitor, here: str
) -> None:
    form = {**WORDS, "to": "enrolled", "once": str(uuid4())}
    owner.post(here, form)
    page = owner.post(here, {**form, "text": "Door 5, after all."})
    assert page.status == 422
    assert "was sent already" in page.words
    assert "Door 5, after all." in page.html
    owner.post(here, {**form, "text": "Door 5, after all.", "once": once(page.html)})
    assert Notification.objects.filter(kind="session_message").count() == 2


def test_a_session_of_more_than_a_thousand_learners_is_written_to(
    owner: Visitor, here: str, session: CourseSession
) -> None:
    home = session.course.catalog.organisation
    people = Person.objects.bulk_create(
        Person(
            organisation=home,
            name=f"Learner {number:04}",
            address=f"l{number}@contoso.example",
            address_key=f"l{number}@contoso.example",
            created_at=NOW,
        )
        for number in range(1200)
    )
    Enrolment.objects.bulk_create(
        Enrolment(session=session, person=one, state=EnrolmentState.ENROLLED, created_at=NOW)
        for one in people
    )
    page = owner.get(here)
    owner.post(here, {**fields_of(page.html), **WORDS, "act": "send"})
    assert Notification.objects.get(kind="session_message").audience_size == 1202


def test_learners_are_ticked_searched_and_sent_to_and_nothing_typed_is_lost(
    owner: Visitor, here: str
) -> None:
    page = owner.post(here, {**WORDS, "to": "enrolled", "act": "choose"})
    assert "2 are ticked" in page.words
    page = owner.post(here, {**fields_of(page.html), **WORDS, "act": "untick"})
    assert "0 are ticked" in page.words
    page = owner.post(here, {**fields_of(page.html), **WORDS, "find": "CY", "act": "find"})
    assert "Cy Young" in page.words
    assert "Bo Holm" not in page.words
    page = owner.post(here, {**fields_of(page.html), **WORDS, "find": "CY", "act": "tick"})
    page = owner.post(here, {**fields_of(page.html), **WORDS, "find": "bo.holm@", "act": "find"})
    assert "1 is ticked" in page.words
    assert "Cy Young" not in page.words
    assert 'value="Bring your badge"' in page.html
    assert "Door 3." in page.html
    assert not Notification.objects.exists()
    owner.post(here, {**fields_of(page.html), **WORDS, "act": "send"})
    assert written_to() == ["Cy Young"]


def test_enter_in_a_line_sends_nothing(owner: Visitor, here: str) -> None:
    page = owner.get(here)
    form = page.html.partition('<form id="template"')[2]
    first = re.search(r'<button type="submit" name="act" value="([^"]+)"', form)
    assert first is not None
    owner.post(here, {**fields_of(page.html), **WORDS, "act": first[1]})
    assert not Notification.objects.exists()


def test_naming_readers_is_counted_in_the_time(
    owner: Visitor, here: str, session: CourseSession, ports: Ports, cast: Cast
) -> None:
    for number in range(100):
        an_enrolment(session, a_person(f"Learner No{number}"))
    assert "after about 1 min" in owner.get(here).words
    save_template(
        ports,
        catalog=cast.catalog,
        kind_name="session_message",
        fields=TemplateFields(texts={"en": CustomText(message="<p>{PERSON NAME}: {TEXT}</p>")}),
        actor=Actor.of(cast.owner),
    )
    assert "after about 1 min" not in owner.get(here).words


def fields_of(html: str) -> dict[str, str]:
    """Return what a browser would send of the form, as it came."""
    form = html.partition('<form id="template"')[2].partition("</form>")[0]
    boxes = re.findall(r'<input type="checkbox" id="[^"]*" name="([^"]+)" value="on" checked', form)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return dict(hidden) | dict.fromkeys(boxes, "on")
