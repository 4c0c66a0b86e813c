"""Whatever is typed as text, title, name or link: mail runs nothing, and tells nobody of another.

Admins write subjects and messages, people and sessions have names and links that anybody may have
chosen; all of it is drawn here, hostile as can be.
"""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from classbell.delivery.handlers import Rendered
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.layout.choose import LookChoice, set_look
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.render import Renderer
from classbell.domain.notifications.templates.edit import save_template
from classbell.domain.notifications.templates.fields import CustomText, TemplateFields
from classbell.domain.organisations.audit import OPERATOR
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.ports.mail import Mail
from classbell.smtp.compose import compose
from classbell.storage.models import CourseSession, Message, Person
from tests.mail_html import dangers, parsed
from tests.pictures import a_png
from tests.support import NOW, a_connected_account, a_person, a_session, fake_ports

pytestmark = pytest.mark.django_db

KINDS = ("enrolment_confirmed", "session_invitation", "session_message", "session_reminder")
MARKS = {"ana": "Q7ANA", "ben": "Q7BEN"}
EXPECTED_HEADERS = {
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type", "x-classbell-message"),
    *("List-Unsubscribe", "List-Unsubscribe-Post"),
}

HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">a</a>',
        '<a class="button" href="{SESSION LINK}">Join</a>',
        '<p><a class="button" href="{SESSION LINK}">{COURSE TITLE}</a></p>',
        '<a href="https://evil.example/?q={PERSON NAME}">x</a>',
        "<p style='background:url(//evil.example)'>x</p>",
        "<style>@import url(//evil.example)</style>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext></p><img src=x onerror=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=//evil.example><input name=a></form>",
        "<object data=//evil.example></object><embed src=//evil.example>",
        "<meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example>",
        "<!--[if mso]><script>alert(1)</script><![endif]-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "</td></tr></table></body></html><script>alert(1)</script>",
        '" onmouseover="alert(1)" x="',
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#106;avascript:alert(1)",
        "[[MESSAGE]] [[SUBJECT]] [[NOWHERE]]",
        "\x010\x01",
        "a\r\nBcc: evil@evil.example\r\n\r\n<script>",
        "\u2028Bcc: evil@evil.example\u2028",
        "{PERSON NAME} {COURSE TITLE} {SESSION LINK} {CATALOG TITLE}",
        "{SUBJECT} {TEXT}",
        "<h1>{PERSON NAME}</h1><ul><li>{SESSION TITLE}</ul>",
        "<table><tr><td>{SESSION PLACE}</table>",
    ]
)
LINKS = st.sampled_from(
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.example",
        "https://meet.example/join?a=1&b=2",
        'https://meet.example/"onmouseover="alert(1)',
        "https://meet.example/><script>alert(1)</script>",
        "https://meet.example/'onclick='alert(1)",
        "mailto:a@b.example",
        "",
    ]
)
ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
WORDS = st.lists(HOSTILE | ANYTHING, min_size=1, max_size=4).map("".join)
NAMES = WORDS.map(lambda text: text[:150])


def a_stage(ports: Ports) -> tuple[CourseSession, Person, Person]:
    """Return a session of a connected catalog with a logo, and the two people."""
    session = a_session()
    catalog = session.course.catalog
    a_connected_account(ports, catalog)
    choice = LookChoice("#ffb900", "help@contoso.example", "Help", a_png(40, 20))
    set_look(ports, catalog=catalog, choice=choice, actor=OPERATOR)
    return session, a_person("Q7ANA"), a_person("Q7BEN")


def shape(ports: Ports, session: CourseSession, kind: str, subject: str, message: str) -> None:
    """Let a kind say what was typed; where its variables are refused, without any."""
    for typed in (CustomText(subject, message), CustomText(plain(subject), plain(message))):
        fields, catalog = TemplateFields(texts={"en": typed}), session.course.catalog
        try:
            save_template(ports, catalog=catalog, kind_name=kind, fields=fields, actor=OPERATOR)
        except InvalidInput:
            continue
        return


def plain(text: str) -> str:
    """Return a text without variables."""
    return text.replace("{", "(")


def mails(ports: Ports, kind: str, session: CourseSession, *people: Person) -> list[Mail]:
    """Tell people something, and return what would go on the wire: together where that is so."""
    notification = notify(
        ports,
        kind=kind,
        organisation_id=session.course.catalog.organisation_id,
        catalog=session.course.catalog,
        audience=[person.pk for person in people],
        context={"session": str(session.pk), "subject": session.title, "text": session.place},
    )
    assert notification is not None
    lane = housekeeping_lane(session.course.catalog.organisation_id)
    while expand_notification(ports, lane, str(notification.pk)):
        pass
    rows = list(Message.objects.filter(notification=notification).order_by("pk"))
    together = [[row.pk for row in rows]] if rows[0].most_together > 1 else []
    found = Renderer(ports).render([*together, *([row.pk] for row in rows)])
    made = [one.mail for one in found if isinstance(one, Rendered)]
    assert len(made) == len(found), [one for one in found if isinstance(one, Exception)]
    return made


def check(mail: Mail) -> None:
    """See that a mail runs nothing, breaks out of nothing, and speaks of its own reader only."""
    assert dangers(mail.html) == []
    assert not parsed(mail.html).unbalanced
    assert "\r" not in mail.subject
    assert "\n" not in mail.subject
    message = compose(mail, sender="bell@lms.example", now=NOW)
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert set(read.keys()) <= EXPECTED_HEADERS
    everything = [mail.html, mail.text, mail.subject, *(str(value) for value in read.values())]
    everything += [
        file.content.decode(errors="replace") for file in mail.attachments if not file.content_id
    ]
    for name, mark in MARKS.items():
        if mail.to and name in mail.to[0].address:
            continue
        for text in everything:
            assert mark not in text
            assert f"q7{name}@" not in text.lower()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=st.sampled_from(KINDS),
    subject=WORDS,
    message=WORDS,
    names=st.tuples(NAMES, NAMES, NAMES, NAMES),
    link=LINKS | ANYTHING,
)
@example("session_reminder", "a", '<a href="(SESSION LINK}">a</a>', ("a", "b", "c", "d"), "")
@example("session_message", "{PERSON NAME}", "<p>{PERSON NAME}</p>", ("a", "b", "c", "d"), "")
@example("session_reminder", "{COURSE TITLE}", "{SESSION LINK}", ("a\r\nBcc: b@c.d",) * 4, "")
@example("session_invitation", "a", "b", ("a\rATTENDEE:b",) * 4, "https://m.example/\rURL:x\n\x85")
def test_mail_runs_nothing_and_tells_nobody_of_another(
    kind: str, subject: str, message: str, names: tuple[str, str, str, str], link: str
) -> None:
    ports = fake_ports()
    with transaction.atomic():
        session, ana, ben = a_stage(ports)
        course, title, place, person = names
        session.course.title, session.title, session.place = course, title, place
        session.meeting_url = link
        session.course.save()
        session.save()
        for one, mark in ((ana, "Q7ANA"), (ben, "Q7BEN")):
            one.name = f"{person}{mark}"
            one.save()
        shape(ports, session, kind, subject, message)
        for mail in mails(ports, kind, session, ana, ben):
            check(mail)
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", KINDS)
def test_the_check_itself_notices_a_leak(kind: str) -> None:
    """Shows that the property can fail: mail to one person that names the other is found out."""
    assert kind in REGISTRY
    ports = fake_ports()
    session, ana, ben = a_stage(ports)
    mail = mails(ports, kind, session, ana, ben)[-1]
    check(mail)
    for leak in ("Q7ANA", "q7ana@contoso.example", "<script>", '<p onclick="a">'):
        with pytest.raises(AssertionError):
            check(replace(mail, html=mail.html.replace("</h1>", f"{leak}</h1>")))
