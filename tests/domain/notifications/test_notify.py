"""Telling people: one row in the transaction of the cause, expanded into messages afterwards."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import EXPAND, notify
from classbell.domain.notifications.render import render
from classbell.ports.bundle import Ports
from classbell.ports.mail import Address
from classbell.storage.models import (
    AccountState,
    Connection,
    CourseSession,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Notification,
    Person,
    WorkItem,
)
from tests.support import (
    NOW,
    a_catalog,
    a_connected_account,
    a_person,
    a_session,
    an_organisation,
    fake_ports,
)

pytestmark = [pytest.mark.django_db, pytest.mark.store]


def told(
    ports: Ports, session: CourseSession, *people: Person, kind: str = "enrolment_confirmed"
) -> Notification:
    """Tell people about a session and expand it, as the housekeeping lane would."""
    with transaction.atomic():
        notification = notify(
            ports,
            kind=kind,
            organisation_id=session.course.catalog.organisation_id,
            catalog=session.course.catalog,
            audience=[person.pk for person in people],
            context={"session": str(session.pk)},
        )
    assert notification is not None
    lane = housekeeping_lane(session.course.catalog.organisation_id)
    while expand_notification(ports, lane, str(notification.pk)):
        pass
    return notification


def test_a_notification_asks_housekeeping_to_expand_it() -> None:
    ports, session = fake_ports(), a_session()
    with transaction.atomic():
        notification = notify(
            ports,
            kind="enrolment_confirmed",
            organisation_id=an_organisation().pk,
            catalog=session.course.catalog,
            audience=[a_person().pk],
            context={"session": str(session.pk)},
        )
    assert notification is not None
    item = WorkItem.objects.get(kind=EXPAND, subject=str(notification.pk))
    assert item.lane.kind == LaneKind.HOUSEKEEPING
    assert Message.objects.count() == 0


def test_nobody_to_tell_is_nothing_told() -> None:
    made = notify(
        fake_ports(),
        kind="enrolment_confirmed",
        organisation_id=an_organisation().pk,
        catalog=a_catalog(),
        audience=[],
        context={"session": str(a_session().pk)},
    )
    assert made is None
    assert Notification.objects.count() == 0


def test_each_person_gets_one_message_even_if_expansion_runs_again() -> None:
    ports, session = fake_ports(), a_session()
    a_connected_account(ports, session.course.catalog)
    people = [a_person(f"Learner {chr(65 + number)}") for number in range(5)]
    notification = told(ports, session, *people)
    Notification.objects.filter(pk=notification.pk).update(expanded=0)
    lane = housekeeping_lane(session.course.catalog.organisation_id)
    expand_notification(ports, lane, str(notification.pk))
    assert sorted(Message.objects.values_list("address", flat=True)) == sorted(
        person.address for person in people
    )


def test_messages_go_to_the_lane_of_the_catalogs_account() -> None:
    ports, session = fake_ports(), a_session()
    account = a_connected_account(ports, session.course.catalog)
    told(ports, session, a_person())
    message = Message.objects.get()
    assert message.state == MessageState.QUEUED
    assert message.lane is not None
    assert (message.lane.kind, message.lane.key) == (LaneKind.MAILBOX, str(account.pk))


def test_a_catalog_never_connected_records_and_never_sends() -> None:
    told(fake_ports(), a_session(), a_person())
    message = Message.objects.get()
    assert (message.state, message.reason_code) == (MessageState.NOT_SENT, "switched_off")


def test_a_lost_account_holds_what_falls_due() -> None:
    ports, session = fake_ports(), a_session()
    account = a_connected_account(ports, session.course.catalog)
    account.state = AccountState.LOST
    account.save(update_fields=["state"])
    told(ports, session, a_person())
    assert Message.objects.get().state == MessageState.HELD


def test_a_disconnected_catalog_holds_what_falls_due() -> None:
    ports, session = fake_ports(), a_session()
    a_connected_account(ports, session.course.catalog)
    Connection.objects.update(account=None, disconnected_at=NOW)
    told(ports, session, a_person())
    message = Message.objects.get()
    assert (message.state, message.lane) == (MessageState.HELD, None)


def test_an_enrolment_is_pointless_once_the_session_is_over() -> None:
    ports, session = fake_ports(), a_session(starts_at=NOW + timedelta(hours=3))
    a_connected_account(ports, session.course.catalog)
    told(ports, session, a_person())
    assert Message.objects.get().expires_at == session.ends_at


def test_the_mail_speaks_of_the_session_in_its_own_zone() -> None:
    ports, session = fake_ports(), a_session(place="Room 1")
    a_connected_account(ports, session.course.catalog)
    told(ports, session, a_person("Zoë Čapek"))
    mail = render(ports, Message.objects.get().pk)
    assert mail.subject == "You are enrolled: Fire safety, Session 1"
    assert mail.to == (Address("zoë.čapek@contoso.example", "Zoë Čapek"),)
    assert "Tuesday, 1 December 2026, 09:00 to 11:00 (Central European" in mail.html
    assert "Room 1" in mail.text


def test_the_mailed_invitation_carries_a_file_for_the_calendar() -> None:
    ports, session = fake_ports(), a_session()
    a_connected_account(ports, session.course.catalog, scopes=["Mail.Send", "User.Read"])
    told(ports, session, a_person(), kind="session_invitation")
    mail = render(ports, Message.objects.get().pk)
    [attachment] = mail.attachments
    assert attachment.name == "session.ics"
    assert b"DTSTART:20261201T080000Z" in attachment.content


def test_an_alert_takes_the_system_mailer() -> None:
    ports = fake_ports()
    catalog = a_catalog()
    account = a_connected_account(ports, catalog)
    incident = account.incidents.create(
        verdict="sign_in_again", code="AADSTS50173", explanation="Sessions revoked", opened_at=NOW
    )
    notification = notify(
        ports,
        kind="connection_lost",
        organisation_id=catalog.organisation_id,
        catalog=None,
        audience=[a_person("Mai Nielsen").pk],
        context={"incident": str(incident.pk)},
    )
    assert notification is not None
    expand_notification(ports, Lane(), str(notification.pk))
    message = Message.objects.get()
    assert message.lane is not None
    assert message.lane.kind == LaneKind.SYSTEM_MAILER
    mail = render(ports, message.pk)
    assert "learning@contoso.example" in mail.subject
    assert "Contoso Academy" in mail.html
    assert "AADSTS50173" in mail.html


def test_fifty_thousand_people_cost_one_row_at_first() -> None:
    session = a_session()
    notification = notify(
        fake_ports(),
        kind="enrolment_confirmed",
        organisation_id=an_organisation().pk,
        catalog=session.course.catalog,
        audience=[UUID(int=number) for number in range(1, 50_001)],
        context={"session": str(session.pk)},
    )
    assert notification is not None
    assert notification.audience_size == 50_000
    assert Message.objects.count() == 0
