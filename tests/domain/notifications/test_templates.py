"""What a catalog makes of its notifications, and what stays the product's."""

from __future__ import annotations

import pytest

from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.courses.message_learners import message_learners
from classbell.domain.notifications.default_texts import default_text
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.render import render
from classbell.domain.notifications.templates.edit import (
    reset_template,
    restore_version,
    save_template,
    switch_for_course,
    switch_kind,
)
from classbell.domain.notifications.templates.effective import (
    Source,
    fields_of,
    switch_of,
    template_of,
    text_in,
)
from classbell.domain.notifications.templates.fields import (
    CustomText,
    RecipientRole,
    Recipients,
    TemplateFields,
)
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.organisations.people import grant_role
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    CourseSession,
    Message,
    Notification,
    Person,
    Role,
    SessionInstructor,
    TemplateVersion,
)
from tests.domain.people import a_cast
from tests.support import a_connected_account, a_person, a_session, an_enrolment, fake_ports

pytestmark = pytest.mark.django_db

ENROLLED, WRITTEN = "enrolment_confirmed", "session_message"


def english(subject: str | None = None, message: str | None = None) -> TemplateFields:
    return TemplateFields(texts={"en": CustomText(subject, message)})


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def session(ports: Ports) -> CourseSession:
    made = a_session()
    a_connected_account(ports, made.course.catalog)
    return made


def save(
    ports: Ports, session: CourseSession, fields: TemplateFields, kind: str = ENROLLED
) -> None:
    catalog = session.course.catalog
    save_template(ports, catalog=catalog, kind_name=kind, fields=fields, actor=OPERATOR)


def told(ports: Ports, session: CourseSession, *people: Person) -> list[Message]:
    """Confirm that people are enrolled, and return the rows of the ledger."""
    catalog = session.course.catalog
    notification = notify(
        ports,
        kind=ENROLLED,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[person.pk for person in people],
        context={"session": str(session.pk)},
    )
    return expanded(ports, notification) if notification else []


def expanded(ports: Ports, notification: Notification) -> list[Message]:
    assert notification.organisation_id is not None
    lane = housekeeping_lane(notification.organisation_id)
    expand_notification(ports, lane, str(notification.pk))
    return list(Message.objects.filter(notification=notification).order_by("pk"))


def test_people_read_the_catalogs_own_words(ports: Ports, session: CourseSession) -> None:
    save(ports, session, english("Welcome, {PERSON NAME}", "<p>See you at {SESSION PLACE}.</p>"))
    (row,) = told(ports, session, a_person("Ana"))
    mail = render(ports, row.pk)
    assert mail.subject == "Welcome, Ana"
    assert "See you at" in mail.html


def test_a_customised_field_freezes_only_itself_in_its_language(
    ports: Ports, session: CourseSession
) -> None:
    save(ports, session, english("Welcome"))
    kind, fields = (
        kind_named(ENROLLED),
        fields_of(template_of(session.course.catalog_id, kind_named(ENROLLED))),
    )
    assert text_in(kind, fields, "en").subject == "Welcome"
    assert text_in(kind, fields, "en").message == default_text(ENROLLED, "en").message
    assert text_in(kind, fields, "de").subject == default_text(ENROLLED, "de").subject


def test_somebody_whose_language_is_not_spoken_reads_the_catalogs(
    ports: Ports, session: CourseSession
) -> None:
    fields = TemplateFields(texts={"da": CustomText("Velkommen")})
    session.course.catalog.language = "da"
    session.course.catalog.save()
    save(ports, session, fields)
    swede = a_person("Sven")
    swede.language = "sv"
    swede.save()
    (row,) = told(ports, session, swede)
    assert render(ports, row.pk).subject == "Velkommen"


def test_what_was_written_down_says_what_its_version_said(
    ports: Ports, session: CourseSession
) -> None:
    save(ports, session, english("First"))
    (row,) = told(ports, session, a_person("Ana"))
    save(ports, session, english("Second"))
    assert render(ports, row.pk).subject == "First"
    (later,) = told(ports, session, a_person("Bo"))
    assert render(ports, later.pk).subject == "Second"


def test_text_equal_to_the_default_stays_the_products(ports: Ports, session: CourseSession) -> None:
    default = default_text(ENROLLED, "en")
    save(ports, session, english(default.subject, "<p>Ours.</p>"))
    fields = fields_of(template_of(session.course.catalog_id, kind_named(ENROLLED)))
    assert fields.texts["en"] == CustomText(None, "<p>Ours.</p>")


def test_versions_are_kept_and_restored_and_reset_keeps_them(
    ports: Ports, session: CourseSession
) -> None:
    catalog = session.course.catalog
    save(ports, session, english("First"))
    save(ports, session, english("Second"))
    reset_template(ports, catalog=catalog, kind_name=ENROLLED, actor=OPERATOR)
    restore_version(ports, catalog=catalog, kind_name=ENROLLED, number=1, actor=OPERATOR)
    kept = TemplateVersion.objects.order_by("number").values_list("number", "fields")
    assert [number for number, _ in kept] == [1, 2, 3, 4]
    assert kept[2][1] == {}
    assert kept[3][1] == kept[0][1]
    restore_version(ports, catalog=catalog, kind_name=ENROLLED, number=0, actor=OPERATOR)
    assert fields_of(template_of(catalog.pk, kind_named(ENROLLED))).is_default


def test_saving_the_same_again_makes_no_version(ports: Ports, session: CourseSession) -> None:
    save(ports, session, english("First"))
    save(ports, session, english("First"))
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        (english("{PERSON NAM}"), "subject_en", "{PERSON NAM}"),
        (english(None, "<p>{COURSE TITEL}</p>"), "message_en", "{COURSE TITEL}"),
        (english(" "), "subject_en", "empty"),
        (english(None, "<script>x</script>"), "message_en", "empty"),
        (english("x" * 256), "subject_en", "256"),
        (english(None, '<a href="https://x.example/{PERSON NAME}">x</a>'), "message_en", "address"),
        (english(None, '<a href="{PERSON NAME}">x</a>'), "message_en", "address"),
        (TemplateFields(to=Recipients()), "to", "nobody"),
        (TemplateFields(reminder_days=(1,)), "reminder_days", "no reminder days"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_saved(
    ports: Ports, session: CourseSession, fields: TemplateFields, field: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(ports, session, fields)
    assert refused.value.field == field
    assert said in refused.value.what
    assert not TemplateVersion.objects.exists()


def test_an_unknown_variable_is_refused_with_a_suggestion(
    ports: Ports, session: CourseSession
) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(ports, session, english("{COURSE TITEL}"))
    assert "{COURSE TITLE}" in refused.value.remedy


def test_somebody_of_another_organisation_is_no_recipient(
    ports: Ports, session: CourseSession
) -> None:
    cast = a_cast(ports)
    with pytest.raises(InvalidInput) as refused:
        save(ports, session, TemplateFields(cc=Recipients(people=(cast.stranger.pk,))))
    assert refused.value.field == "cc"


def test_a_message_is_kept_without_what_a_mail_program_could_run(
    ports: Ports, session: CourseSession
) -> None:
    save(ports, session, english(None, '<p onclick="x()">Hi</p><img src=x><iframe></iframe>'))
    (row,) = told(ports, session, a_person("Ana"))
    html = render(ports, row.pk).html
    assert ">Hi</p>" in html
    assert not any(word in html for word in ("onclick", "<img", "<iframe"))


def test_roles_and_people_are_added_once_and_copies_go_beside(
    ports: Ports, session: CourseSession
) -> None:
    teacher, boss, learner = a_person("Tina Teacher"), a_person("Bo Boss"), a_person("Ana")
    SessionInstructor.objects.create(session=session, person=teacher)
    grant_role(ports, boss, Role.CATALOG_ADMIN, catalog=session.course.catalog, actor=OPERATOR)
    to = Recipients((RecipientRole.AUDIENCE, RecipientRole.INSTRUCTORS))
    cc = Recipients((RecipientRole.CATALOG_ADMINS,), (teacher.pk,))
    save(ports, session, TemplateFields(to=to, cc=cc))
    rows = told(ports, session, learner)
    assert sorted(row.name for row in rows) == ["Ana", "Bo Boss", "Tina Teacher"]
    copies = rows[0].notification.copies
    assert copies == {"people": [boss.pk.hex], "of": "", "count": 2}


def test_a_variable_that_names_the_reader_makes_a_shared_kind_personal(
    ports: Ports, session: CourseSession
) -> None:
    for name in ("Ana", "Bo"):
        an_enrolment(session, a_person(name))
    message = default_text(WRITTEN, "de").message
    save(
        ports,
        session,
        TemplateFields(texts={"de": CustomText(None, "<p>Hallo {PERSON NAME}</p>" + message)}),
        WRITTEN,
    )
    notification = message_learners(
        ports, session=session, subject="Hi", text="There", actor=OPERATOR
    )
    rows = expanded(ports, notification)
    assert {row.most_together for row in rows} == {1}


def test_a_kind_that_is_off_is_not_written_down_and_a_course_decides_for_itself(
    ports: Ports, session: CourseSession
) -> None:
    catalog, course, kind = session.course.catalog, session.course, kind_named(ENROLLED)
    switch_kind(ports, catalog=catalog, kind_name=ENROLLED, on=False, actor=OPERATOR)
    assert told(ports, session, a_person("Ana")) == []
    switch_for_course(ports, course=course, kind_name=ENROLLED, on=True, actor=OPERATOR)
    assert len(told(ports, session, a_person("Bo"))) == 1
    template = template_of(catalog.pk, kind)
    assert switch_of(kind, template, course.pk).source is Source.COURSE
    switch_for_course(ports, course=course, kind_name=ENROLLED, on=None, actor=OPERATOR)
    state = switch_of(kind, template, course.pk)
    assert (state.on, state.source) == (False, Source.CATALOG)


def test_what_somebody_writes_cannot_be_switched_off(ports: Ports, session: CourseSession) -> None:
    with pytest.raises(InvalidInput):
        switch_kind(
            ports, catalog=session.course.catalog, kind_name=WRITTEN, on=False, actor=OPERATOR
        )
