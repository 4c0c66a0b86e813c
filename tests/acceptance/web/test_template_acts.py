"""Acts on a notification beside its text: versions, reset, switches, tests."""

from __future__ import annotations

import pytest

from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.render import render
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    AuditEntry,
    Connection,
    Course,
    CourseNotification,
    Message,
    MessageState,
    Notification,
    NotificationTemplate,
    Role,
    RoleAssignment,
)
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.template_form import form_of
from tests.acceptance.web.test_template_editor import KIND, PAGE, SHARED, saved
from tests.domain.people import Cast
from tests.support import a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

LIST = "/catalogs/academy/settings/notifications"


def subject(owner: Visitor) -> str:
    return owner.get(PAGE).element("subject")["value"]


def test_a_version_is_restored_once_that_is_confirmed(owner: Visitor, cast: Cast) -> None:
    saved(owner, subject="The first")
    saved(owner, subject="The second")
    page = owner.get(PAGE)
    assert f"{PAGE}/versions/1/restore" in page.links()
    assert f"{PAGE}/versions/2/restore" not in page.links(), "it is in force"
    page = owner.get(f"{PAGE}/versions/1/restore")
    assert "Customised from now on: Subject (English)" in page.words
    assert subject(owner) == "The second"
    answer = owner.post(f"{PAGE}/versions/1/restore")
    assert "Version 1 restored." in owner.get(answer.location).words
    assert subject(owner) == "The first"
    assert NotificationTemplate.objects.get().number == 3
    assert AuditEntry.objects.filter(action="template.saved", actor=cast.owner).count() == 3


def test_a_version_that_never_was_is_not_restored(owner: Visitor) -> None:
    assert owner.get(f"{PAGE}/versions/7/restore").status == 404
    assert owner.post(f"{PAGE}/versions/7/restore").status == 404


def test_a_version_whose_person_is_gone_says_so(owner: Visitor, cast: Cast) -> None:
    saved(owner, cc_people=cast.learner.address)
    saved(owner, cc_people="")
    cast.learner.delete()
    page = owner.post(f"{PAGE}/versions/1/restore")
    assert page.status == 422
    assert "Somebody chosen is not of your organisation any more." in page.words


def test_restoring_what_names_its_readers_tells_the_cost(owner: Visitor) -> None:
    saved(owner, SHARED, act="save-anyway", message="<p>Hello {PERSON NAME}</p>")
    owner.post(f"{SHARED}/reset")
    page = owner.get(f"{SHARED}/versions/1/restore")
    assert "36 minutes instead of 1 minute" in page.words


def test_reset_takes_everything_back_once_that_is_confirmed(owner: Visitor) -> None:
    saved(owner, subject="Mine", cc_instructors="on")
    assert f"{PAGE}/reset" in owner.get(LIST).links()
    page = owner.get(f"{PAGE}/reset")
    assert "No longer customised: Cc, Subject (English)" in page.words
    assert subject(owner) == "Mine"
    owner.post(f"{PAGE}/reset")
    assert subject(owner).startswith("You are enrolled")
    assert f"{PAGE}/reset" not in owner.get(LIST).links()
    assert f"{PAGE}/versions/1/restore" in owner.get(PAGE).links()


def test_a_notification_is_switched_off_in_the_list_and_on_in_the_editor(
    owner: Visitor, cast: Cast
) -> None:
    answer = owner.post(f"{PAGE}/switch", {"on": "off", "q": "enrolment"})
    assert answer.location == f"{LIST}?q=enrolment"
    page = owner.get(f"{LIST}?show=off")
    assert "Enrolment confirmed" in page.words
    assert "Session invitation" not in page.words
    assert "Mai Nielsen" in page.words
    switch = next(given for _, given in page.elements if given.get("role") == "switch")
    assert (switch["aria-checked"], switch["value"]) == ("false", "on")
    assert "In this catalog: not sent (Set for the catalog)." in owner.get(PAGE).words
    answer = owner.post(f"{PAGE}/switch", {"on": "on", "from": "editor"})
    assert answer.location == PAGE
    acts = AuditEntry.objects.filter(action="template.switched").order_by("pk")
    assert [one.after for one in acts] == [{"on": False}, {"on": True}]


def test_what_is_only_sent_by_hand_has_no_switch(owner: Visitor) -> None:
    assert "Always sent" in owner.get(SHARED).words
    assert owner.post(f"{SHARED}/switch", {"on": "off"}).status == 422


def test_a_course_has_its_own_switch_and_says_where_its_state_comes_from(
    owner: Visitor, cast: Cast
) -> None:
    course = a_session(cast.catalog).course
    Course.objects.create(
        catalog=cast.catalog, code="FIRST", title="First aid", created_at=course.created_at
    )
    address = f"{PAGE}/courses"
    assert "Fire safety FIRE Sent Default" in owner.get(address).words
    owner.post(address, {"course": str(course.pk), "on": "off"})
    assert "Fire safety FIRE Not sent Set for the course" in owner.get(address).words
    assert "First aid FIRST Sent Default" in owner.get(address).words
    assert "First aid" not in owner.get(f"{address}?q=fire").words
    assert "Fire safety FIRE Not sent Set for the course" in owner.get(PAGE).words
    owner.post(f"{PAGE}/switch", {"on": "off"})
    assert "First aid FIRST Not sent Set for the catalog" in owner.get(address).words
    owner.post(address, {"course": str(course.pk), "on": "catalog"})
    assert not CourseNotification.objects.exists()
    acts = AuditEntry.objects.filter(action="template.switched_for_course").order_by("pk")
    assert [one.after["on"] for one in acts] == [False, None]


def test_a_course_of_another_catalog_is_not_switched(owner: Visitor, cast: Cast) -> None:
    foreign = a_session(cast.other_catalog, "SALES-1").course
    answer = owner.post(f"{PAGE}/courses", {"course": str(foreign.pk), "on": "off"})
    assert answer.status == 404
    assert owner.post(f"{PAGE}/courses", {"course": "none", "on": "off"}).status == 404
    assert not CourseNotification.objects.exists()


def sent_test(ports: Ports) -> Message:
    """Return the test that was asked for, expanded as the housekeeping lane would."""
    notification = Notification.objects.get(kind="template_test")
    lane = housekeeping_lane(notification.organisation_id)
    expand_notification(ports, lane, str(notification.pk))
    return Message.objects.get(notification=notification)


def test_a_test_of_unsaved_text_goes_to_the_admin_alone(
    owner: Visitor, cast: Cast, ports: Ports, connected: Connection
) -> None:
    session = a_session(cast.catalog)
    an_enrolment(session, a_person("Anna Krüger"))
    page = owner.post(
        PAGE, form_of(owner.get(PAGE)) | {"subject": "Mine {CATALOG TITLE}", "act": "test"}
    )
    assert page.status == 200
    assert "It goes to mai.nielsen@contoso.example and stands in the delivery log." in page.words
    assert page.element("subject")["value"] == "Mine {CATALOG TITLE}"
    assert not NotificationTemplate.objects.exists(), "a test saves nothing"
    message = sent_test(ports)
    assert (message.address, message.state) == (cast.owner.address, MessageState.QUEUED)
    mail = render(ports, message.pk)
    assert mail.subject == "[Test] Mine Contoso Academy"
    assert "Hello Anna Krüger," in mail.html
    assert [one.address for one in mail.to] == [cast.owner.address]
    assert not mail.cc
    assert not mail.bcc
    assert not mail.attachments
    entry = AuditEntry.objects.get(action="template.test_sent")
    assert (entry.actor, entry.subject) == (cast.owner, f"notification:{KIND}")


def test_the_stored_text_is_tested_from_the_list_in_the_admins_language(
    owner: Visitor, cast: Cast, ports: Ports, connected: Connection
) -> None:
    cast.owner.language = "de"
    cast.owner.save()
    saved(owner, language="de", subject="Meins")
    answer = owner.post(f"{PAGE}/test", {"show": "customised"})
    assert answer.location == f"{LIST}?show=customised"
    assert "Test gesendet." in owner.get(answer.location).words
    assert render(ports, sent_test(ports).pk).subject == "[Test] Meins"


def test_a_test_speaks_the_language_of_the_text_to_an_admin_of_another(
    owner: Visitor, cast: Cast, ports: Ports, connected: Connection
) -> None:
    owner.post(PAGE, form_of(owner.get(f"{PAGE}?language=fr")) | {"act": "test"})
    mail = render(ports, sent_test(ports).pk)
    assert mail.subject.startswith("[Test] Inscription confirmée")
    assert '<html lang="fr"' in mail.html
    assert "Vous recevez ce message" in mail.text


def test_where_nothing_leaves_a_test_says_so(owner: Visitor) -> None:
    page = owner.post(PAGE, form_of(owner.get(PAGE)) | {"act": "test"})
    assert page.status == 422
    assert "No test was sent. The catalog's Microsoft 365 connection is switched off." in page.words
    page = owner.get(owner.post(f"{PAGE}/test").location)
    assert "No test was sent." in page.words
    assert not Notification.objects.exists()


def test_a_test_of_what_could_not_be_saved_is_refused_beside_the_field(
    owner: Visitor, connected: Connection
) -> None:
    page = owner.post(PAGE, form_of(owner.get(PAGE)) | {"subject": "{NO}", "act": "test"})
    assert page.status == 422
    assert page.has("subject-error")
    assert not Notification.objects.exists()


def test_whoever_administers_one_course_alone_shapes_nothing(cast: Cast, ports: Ports) -> None:
    course = a_session(cast.catalog).course
    RoleAssignment.objects.create(
        person=cast.learner,
        role=Role.COURSE_ADMIN,
        course=course,
        granted_at=course.created_at,
    )
    browser = a_visitor(cast.learner)
    assert browser.get(PAGE).status == 403
    assert browser.get(f"{PAGE}/preview").status == 403
    assert browser.post(PAGE, {"subject": "Mine", "act": "save"}).status == 403
    switched = browser.post(f"{PAGE}/courses", {"course": str(course.pk), "on": "off"})
    assert switched.status == 403
    assert not CourseNotification.objects.exists()
