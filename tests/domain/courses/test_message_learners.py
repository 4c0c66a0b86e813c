"""Writing to the learners of a session: the same to all, in as few envelopes as may be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.handlers import Rendered
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.courses.message_learners import message_learners
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.render import Renderer, render
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import ClassbellError, InvalidInput
from classbell.storage.models import (
    AuditEntry,
    CourseSession,
    Message,
    Notification,
    NotificationContent,
)
from tests.domain.people import a_cast
from tests.support import (
    a_connected_account,
    a_person,
    a_session,
    an_enrolment,
    fake_ports,
)

pytestmark = pytest.mark.django_db

SUBJECT, TEXT = "Bring your badge", "The entrance has moved.\n<b>Door 3</b>, please."


def a_full_session(ports: Ports, *, learners: int = 3) -> CourseSession:
    session = a_session()
    a_connected_account(ports, session.course.catalog)
    for number in range(learners):
        an_enrolment(session, a_person(f"Learner {chr(65 + number)}"))
    return session


def expanded(ports: Ports, session: CourseSession) -> list[Message]:
    """Write the message rows, as the housekeeping lane would."""
    lane = housekeeping_lane(session.course.catalog.organisation_id)
    expand_notification(ports, lane, str(Notification.objects.get().pk))
    return list(Message.objects.order_by("pk"))


def test_all_learners_get_the_same_mail_and_do_not_see_each_other() -> None:
    ports = fake_ports()
    session = a_full_session(ports)
    message_learners(ports, session=session, actor=OPERATOR, subject=SUBJECT, text=TEXT)
    rows = expanded(ports, session)
    assert {row.most_together for row in rows} == {1000}
    (rendered,) = Renderer(ports).render([[row.pk for row in rows]])
    assert isinstance(rendered, Rendered)
    mail = rendered.mail
    assert mail.subject == "Bring your badge"
    assert (len(mail.to), len(mail.bcc)) == (0, 3)
    assert "The entrance has moved." in mail.html
    assert "&lt;b&gt;Door 3" in mail.html, "what was typed is text, never markup"
    assert session.title in mail.text
    assert not any(row.name in mail.html for row in rows)


def test_what_it_says_is_kept_once_and_stays_as_it_was_written() -> None:
    ports = fake_ports()
    session = a_full_session(ports)
    message_learners(ports, session=session, actor=OPERATOR, subject=SUBJECT, text=TEXT)
    rows = expanded(ports, session)
    first = render(ports, rows[0].pk)
    session.title = "Renamed since"
    session.save()
    later = render(ports, rows[1].pk)
    assert NotificationContent.objects.count() == 1
    assert later.html == first.html


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 201}, "200"),
        ({"text": "\n"}, "text"),
        ({"text": "x" * 20_001}, "20,000"),
    ],
)
def test_nothing_to_say_is_refused(changed: dict[str, str], said: str) -> None:
    ports = fake_ports()
    session = a_full_session(ports)
    with pytest.raises(InvalidInput, match=said):
        message_learners(
            ports,
            session=session,
            actor=OPERATOR,
            subject=changed.get("subject", SUBJECT),
            text=changed.get("text", TEXT),
        )
    assert Notification.objects.count() == 0


def test_nobody_to_tell_is_refused() -> None:
    ports = fake_ports()
    session = a_full_session(ports, learners=0)
    with pytest.raises(InvalidInput, match="Nobody is enrolled"):
        message_learners(ports, session=session, actor=OPERATOR, subject=SUBJECT, text=TEXT)
    assert AuditEntry.objects.filter(action="session.message_sent").count() == 0


def test_after_the_session_it_would_come_too_late() -> None:
    ports = fake_ports()
    session = a_full_session(ports)
    session.starts_at = ports.clock.now() - timedelta(hours=3)
    session.ends_at = ports.clock.now() - timedelta(hours=1)
    session.save()
    with pytest.raises(InvalidInput, match="over"):
        message_learners(ports, session=session, actor=OPERATOR, subject=SUBJECT, text=TEXT)


def test_only_the_catalogs_own_admins_may_write() -> None:
    ports = fake_ports()
    cast = a_cast(ports)
    session = a_full_session(ports)
    assert session.course.catalog == cast.catalog
    for person in (cast.colleague, cast.stranger, cast.learner):
        with pytest.raises(ClassbellError):
            message_learners(
                ports, session=session, actor=Actor.of(person), subject=SUBJECT, text=TEXT
            )
    assert Notification.objects.count() == 0
    message_learners(ports, session=session, actor=Actor.of(cast.owner), subject=SUBJECT, text=TEXT)
    entry = AuditEntry.objects.get(action="session.message_sent")
    assert (entry.actor, entry.after) == (cast.owner, {"learners": 3})
    assert "badge" not in str(entry.after), "the audit log tells who wrote, not what"
