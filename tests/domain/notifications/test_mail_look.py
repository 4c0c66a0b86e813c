"""What a catalog's mail looks like when it leaves: its look, its copies, who may decline it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from classbell.delivery.handlers import Rendered
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.layout.choose import LookChoice, set_look
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.preference_links import person_of_token
from classbell.domain.notifications.render import Renderer, render
from classbell.domain.notifications.templates.edit import save_template
from classbell.domain.notifications.templates.fields import (
    Recipients,
    TemplateFields,
)
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.organisations.links import issue_link
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.ports.mail import Address, Mail
from classbell.storage.models import (
    AuditEntry,
    Catalog,
    CourseSession,
    MailLook,
    Message,
    Notification,
    Person,
)
from tests.domain.people import a_cast
from tests.mail_html import parsed
from tests.pictures import a_png
from tests.support import a_catalog, a_connected_account, a_person, a_session, fake_ports

pytestmark = pytest.mark.django_db

OPTIONAL = "session_reminder"
CHOICE = LookChoice("#ffb900", "help@contoso.example", "Contoso Help", a_png())


def tell(ports: Ports, session: CourseSession, *people: Person, kind: str) -> list[Message]:
    """Tell people something about a session; return what is to be sent, oldest first."""
    with transaction.atomic():
        notification = notify(
            ports,
            kind=kind,
            organisation_id=session.course.catalog.organisation_id,
            catalog=session.course.catalog,
            audience=[person.pk for person in people],
            context={"session": str(session.pk), "subject": "Hello", "text": "World"},
        )
    assert notification is not None
    lane = housekeeping_lane(session.course.catalog.organisation_id)
    while expand_notification(ports, lane, str(notification.pk)):
        pass
    return list(Message.objects.filter(notification=notification).order_by("pk"))


@pytest.fixture
def ports() -> Ports:
    return replace(fake_ports(), base_url="https://lms.example")


@pytest.fixture
def session(ports: Ports) -> CourseSession:
    made = a_session(meeting_url="https://meet.example/join")
    a_connected_account(ports, made.course.catalog)
    return made


def the_mail(ports: Ports, session: CourseSession, *people: Person, kind: str) -> Mail:
    """Return the one mail that people are told something in."""
    rows = tell(ports, session, *people, kind=kind)
    (rendered,) = Renderer(ports).render([[row.pk for row in rows]])
    assert isinstance(rendered, Rendered)
    return rendered.mail


def dressed(ports: Ports, catalog: Catalog) -> None:
    set_look(ports, catalog=catalog, choice=CHOICE, actor=OPERATOR)


def test_mail_comes_in_the_catalogs_look_and_answers_go_where_it_wants(
    ports: Ports, session: CourseSession
) -> None:
    catalog = session.course.catalog
    before = the_mail(ports, session, a_person(), kind="enrolment_confirmed")
    assert (before.reply_to, before.attachments) == ((), ())
    assert catalog.title in parsed(before.html).text
    dressed(ports, catalog)
    mail = the_mail(ports, session, a_person(), kind="enrolment_confirmed")
    assert mail.reply_to == (Address("help@contoso.example", "Contoso Help"),)
    (logo,) = mail.attachments
    assert (logo.content, logo.content_type) == (CHOICE.logo, "image/png")
    (image,) = parsed(mail.html).of("img")
    assert image["src"] == f"cid:{logo.content_id}"
    assert (image["width"], image["height"], image["alt"]) == ("240", "60", catalog.title)
    assert "#ffb900" in mail.html
    assert "Contoso" in mail.text


def test_another_catalogs_mail_has_another_look(ports: Ports, session: CourseSession) -> None:
    dressed(ports, a_catalog("sales", "Contoso Sales School"))
    mail = the_mail(ports, session, a_person(), kind="enrolment_confirmed")
    assert (mail.reply_to, mail.attachments) == ((), ())


def test_a_file_of_an_invitation_travels_beside_the_logo(
    ports: Ports, session: CourseSession
) -> None:
    dressed(ports, session.course.catalog)
    mail = the_mail(ports, session, a_person(), kind="session_invitation")
    assert [one.content_type.partition(";")[0] for one in mail.attachments] == [
        "text/calendar",
        "image/png",
    ]


def test_mail_one_may_do_without_says_how_to_decline_it(
    ports: Ports, session: CourseSession
) -> None:
    ana = a_person()
    mail = the_mail(ports, session, ana, kind=OPTIONAL)
    assert mail.unsubscribe is not None
    assert mail.unsubscribe.one_click
    address, _, kind = mail.unsubscribe.address.rpartition("/")
    assert kind == OPTIONAL
    assert address in parsed(mail.html).links()
    assert address in mail.text
    token = address.removeprefix("https://lms.example/preferences/")
    assert person_of_token(ports, token) == ana
    assert ana.pk.hex not in address
    assert ana.name.split()[0] not in address


def test_mail_to_many_names_none_of_them(ports: Ports, session: CourseSession) -> None:
    mail = the_mail(ports, session, a_person("Ana A"), a_person("Ben B"), kind=OPTIONAL)
    assert len(mail.bcc) == 2
    assert mail.unsubscribe is not None
    assert (mail.unsubscribe.address, mail.unsubscribe.one_click) == (
        "https://lms.example/preferences",
        False,
    )
    assert "https://lms.example/preferences" in parsed(mail.html).links()


def test_mail_that_is_needed_cannot_be_declined(ports: Ports, session: CourseSession) -> None:
    mail = the_mail(ports, session, a_person(), kind="enrolment_confirmed")
    assert mail.unsubscribe is None
    assert "preferences" not in mail.html + mail.text


def test_one_click_is_offered_only_where_it_may_be(session: CourseSession) -> None:
    mail = the_mail(fake_ports(), session, a_person(), kind=OPTIONAL)
    assert mail.unsubscribe is not None
    assert not mail.unsubscribe.one_click


def with_copies(ports: Ports, catalog: Catalog, kind: str, *people: Person) -> None:
    """Let copies of a kind go to people."""
    copied = Recipients(people=tuple(person.pk for person in people))
    save_template(
        ports, catalog=catalog, kind_name=kind, fields=TemplateFields(cc=copied), actor=OPERATOR
    )


def test_a_copy_says_of_whose_mail_it_is_and_speaks_of_them(
    ports: Ports, session: CourseSession
) -> None:
    boss = a_person("Bo Boss")
    with_copies(ports, session.course.catalog, "session_invitation", boss)
    mine, copy = tell(ports, session, a_person("Ana Learner"), kind="session_invitation")
    assert "For your information" not in render(ports, mine.pk).html
    mail = render(ports, copy.pk)
    assert mail.to == (Address(boss.address, boss.name),)
    text = parsed(mail.html).text
    assert "For your information: this went to Ana Learner." in text
    assert "Hello Ana Learner" in text
    assert "Bo Boss" not in text
    assert mail.text.startswith("For your information: this went to Ana Learner.")
    assert mail.attachments == (), "a copy puts nothing into its reader's calendar"


def test_a_copy_speaks_its_readers_language(ports: Ports, session: CourseSession) -> None:
    boss = a_person("Bo Boss")
    Person.objects.filter(pk=boss.pk).update(language="de-AT")
    with_copies(ports, session.course.catalog, "session_invitation", boss)
    _, copy = tell(ports, session, a_person("Ana Learner"), kind="session_invitation")
    html = render(ports, copy.pk).html
    assert parsed(html).of("html")[0]["lang"] == "de"
    assert "Zu Ihrer Information: Diese Nachricht ging an Ana Learner." in html


def test_a_copy_of_what_many_got_never_shares_their_envelope(
    ports: Ports, session: CourseSession
) -> None:
    boss = a_person("Bo Boss")
    with_copies(ports, session.course.catalog, "session_message", boss)
    rows = tell(ports, session, a_person("Ana A"), a_person("Ben B"), kind="session_message")
    assert [row.most_together > 1 for row in rows] == [True, True, False]
    copy = render(ports, rows[-1].pk)
    assert "For your information: this went to 2 people." in parsed(copy.html).text


def test_a_sign_in_link_is_for_its_own_person_whoever_gets_the_mail_besides(ports: Ports) -> None:
    cast = a_cast(ports)
    a_connected_account(ports, cast.catalog)
    guest = a_person("Gus Guest", known_to_microsoft=False)
    issue_link(ports, guest, catalog=cast.catalog, actor=OPERATOR)
    notification = Notification.objects.get(kind="sign_in_link")
    lane = housekeeping_lane(cast.catalog.organisation_id)
    while expand_notification(ports, lane, str(notification.pk)):
        pass
    own = Message.objects.get(notification=notification)
    assert "/link/" in render(ports, own.pk).html
    own.pk, own.person, own.address = None, cast.owner, cast.owner.address
    own.save()
    mail = render(ports, own.pk)
    assert "/link/" not in mail.html + mail.text


def test_the_catalogs_admin_alone_sets_its_look(ports: Ports) -> None:
    cast = a_cast(ports)
    for person, refusal in (
        (cast.colleague, NotAllowed),
        (cast.lms_admin, NotAllowed),
        (cast.learner, NotAllowed),
        (cast.stranger, NotFoundHere),
    ):
        with pytest.raises(refusal):
            set_look(ports, catalog=cast.catalog, choice=CHOICE, actor=Actor.of(person))
    assert not MailLook.objects.exists()
    mai = Actor.of(cast.owner)
    assert set_look(ports, catalog=cast.catalog, choice=CHOICE, actor=mai)
    assert not set_look(ports, catalog=cast.catalog, choice=CHOICE, actor=mai)
    (row,) = AuditEntry.objects.filter(action="catalog.look_changed")
    assert row.after["reply_to"] == "help@contoso.example"
    assert row.after["logo"].endswith(" bytes")


def test_a_logo_is_kept_until_it_is_taken_away(ports: Ports) -> None:
    catalog = a_catalog()
    dressed(ports, catalog)
    set_look(ports, catalog=catalog, choice=replace(CHOICE, logo=None), actor=OPERATOR)
    assert bytes(MailLook.objects.get().logo) == CHOICE.logo
    set_look(ports, catalog=catalog, choice=replace(CHOICE, logo=b""), actor=OPERATOR)
    row = MailLook.objects.get()
    assert (bytes(row.logo), row.logo_type, row.logo_width) == (b"", "", 0)


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (LookChoice(colour="blue"), "colour"),
        (LookChoice(reply_to="nobody"), "reply_to"),
        (LookChoice(reply_to="a@b.example\r\nBcc: c@d.example"), "reply_to"),
        (LookChoice(reply_to_name="Help"), "reply_to"),
        (LookChoice(reply_to="a@b.example", reply_to_name="x" * 201), "reply_to_name"),
        (LookChoice(reply_to="a@b.example", reply_to_name="a\x00b"), "reply_to_name"),
        (LookChoice(logo=b"<svg/>"), "logo"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(
    ports: Ports, choice: LookChoice, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_look(ports, catalog=a_catalog(), choice=choice, actor=OPERATOR)
    assert refused.value.field == field
    assert not MailLook.objects.exists()
