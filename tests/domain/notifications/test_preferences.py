"""What people do without: declined for good, told in the log, and cancelled where it waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from classbell import bootstrap
from classbell.bootstrap.lanes import handlers_for
from classbell.delivery.doorbell import LaneDoorbell
from classbell.delivery.drain import drain
from classbell.delivery.lanes import housekeeping_lane, take
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.preference_links import (
    person_of_token,
    preference_token,
    preferences_address,
)
from classbell.domain.notifications.preferences import (
    DECLINED,
    cancel_declined,
    choose_mail,
    decline,
    declined_kinds,
    optional_kinds,
)
from classbell.domain.notifications.send_again import choose_again
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotFoundHere, Verdict, VerdictKind
from classbell.ports.mail import Address
from classbell.storage.models import (
    CourseSession,
    Lane,
    MailOptOut,
    Message,
    MessageState,
    Notification,
    Person,
    WorkItem,
)
from tests.fakes import FakeClock
from tests.messages import a_message
from tests.storage.delivery.world import World
from tests.support import NOW, a_connected_account, a_person, a_session, fake_ports

pytestmark = [pytest.mark.django_db, pytest.mark.store]

OPTIONAL, NEEDED = "session_reminder", "enrolment_confirmed"


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def session(ports: Ports) -> CourseSession:
    made = a_session()
    a_connected_account(ports, made.course.catalog)
    return made


def told(
    session: CourseSession, ports: Ports, *people: Person | Address, kind: str
) -> Notification:
    """Write a notification down, not expanded yet."""
    with transaction.atomic():
        made = notify(
            ports,
            kind=kind,
            organisation_id=session.course.catalog.organisation_id,
            catalog=session.course.catalog,
            audience=[one if isinstance(one, Address) else one.pk for one in people],
            context={"session": str(session.pk)},
        )
    assert made is not None
    return made


def expanded(ports: Ports, notification: Notification) -> dict[str, tuple[str, str]]:
    """Expand a notification; return state and reason by address."""
    lane = Lane.objects.get(pk=housekeeping_lane(notification.organisation_id).pk)
    while expand_notification(ports, lane, str(notification.pk)):
        pass
    rows = Message.objects.filter(notification=notification)
    return {row.address: (row.state, row.reason_code) for row in rows}


def test_whoever_declined_a_kind_is_not_sent_it_and_the_log_says_so(
    ports: Ports, session: CourseSession
) -> None:
    ana, ben = a_person("Ana A"), a_person("Ben B")
    decline(ports, person=ana, kind_name=OPTIONAL)
    mailbox = Address("mailbox@contoso.example", "A mailbox")
    found = expanded(ports, told(session, ports, ana, ben, mailbox, kind=OPTIONAL))
    assert found == {
        ana.address: ("not_sent", "declined"),
        ben.address: ("queued", ""),
        mailbox.address: ("queued", ""),
    }
    row = Message.objects.get(address=ana.address)
    assert row.reason == "This person does not want this kind of mail."
    assert row.settled_at == NOW


def test_what_one_needs_comes_whatever_one_has_declined(
    ports: Ports, session: CourseSession
) -> None:
    ana = a_person("Ana A")
    MailOptOut.objects.create(person=ana, kind=NEEDED, at=NOW)
    assert expanded(ports, told(session, ports, ana, kind=NEEDED))[ana.address][0] == "queued"
    with pytest.raises(NotFoundHere):
        decline(ports, person=ana, kind_name=NEEDED)
    with pytest.raises(NotFoundHere):
        decline(ports, person=ana, kind_name="nothing")


def test_another_kind_and_another_person_are_not_touched(
    ports: Ports, session: CourseSession
) -> None:
    ana, ben = a_person("Ana A"), a_person("Ben B")
    rows = {
        (kind, person.name): a_message(session.course.catalog, "queued", kind=kind, person=person)
        for kind in (OPTIONAL, NEEDED)
        for person in (ana, ben)
    }
    decline(ports, person=ana, kind_name=OPTIONAL)
    states = {key: Message.objects.get(pk=row.pk).state for key, row in rows.items()}
    assert states == {
        (OPTIONAL, "Ana A"): "cancelled",
        (OPTIONAL, "Ben B"): "queued",
        (NEEDED, "Ana A"): "queued",
        (NEEDED, "Ben B"): "queued",
    }


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("queued", "cancelled"),
        ("held", "cancelled"),
        ("accepted", "accepted"),
        ("failed", "failed"),
    ],
)
def test_declining_cancels_what_waits(
    ports: Ports, session: CourseSession, state: str, after: str
) -> None:
    ana = a_person("Ana A")
    row = a_message(session.course.catalog, state, kind=OPTIONAL, person=ana)
    choose_mail(ports, person=ana, wanted=frozenset())
    row.refresh_from_db()
    assert row.state == after
    if after == "cancelled":
        assert (row.reason_code, row.reason) == DECLINED


def test_a_choice_is_kept_changed_and_taken_back(ports: Ports) -> None:
    ana = a_person("Ana A")
    every = {one.name for one in optional_kinds()}
    assert OPTIONAL in every
    assert choose_mail(ports, person=ana, wanted=every - {OPTIONAL})
    assert declined_kinds(ana) == {OPTIONAL}
    assert not choose_mail(ports, person=ana, wanted=every - {OPTIONAL})
    assert choose_mail(ports, person=ana, wanted=every | {"csrfmiddlewaretoken"})
    assert declined_kinds(ana) == frozenset()
    decline(ports, person=ana, kind_name=OPTIONAL)
    decline(ports, person=ana, kind_name=OPTIONAL)
    assert MailOptOut.objects.filter(person=ana).count() == 1


def test_what_failed_is_not_sent_again_to_whoever_declined_it(
    ports: Ports, session: CourseSession
) -> None:
    ana = a_person("Ana A")
    row = a_message(session.course.catalog, "failed", kind=OPTIONAL, person=ana)
    assert choose_again(ports, session.course.catalog, [row.pk]).certain == (row,)
    decline(ports, person=ana, kind_name=OPTIONAL)
    choice = choose_again(ports, session.course.catalog, [row.pk])
    assert choice.refused == ((row, DECLINED[1]),)


def test_what_a_batch_wrote_that_had_begun_before_is_cancelled_by_the_same_lane(
    ports: Ports, session: CourseSession
) -> None:
    """A batch reads who declined before it writes; its rows become visible only afterwards."""
    ana = a_person("Ana A")
    decline(ports, person=ana, kind_name=OPTIONAL)
    late = a_message(session.course.catalog, "queued", kind=OPTIONAL, person=ana)
    lane = housekeeping_lane(ana.organisation_id)
    item = WorkItem.objects.get(kind="cancel_declined")
    assert item.lane == lane, "no batch is written while it runs"
    cancel_declined(ports, lane, item.subject)
    late.refresh_from_db()
    assert (late.state, late.reason_code) == ("cancelled", "declined")


def test_who_wants_it_again_meanwhile_loses_nothing(ports: Ports, session: CourseSession) -> None:
    ana = a_person("Ana A")
    decline(ports, person=ana, kind_name=OPTIONAL)
    choose_mail(ports, person=ana, wanted=[OPTIONAL])
    row = a_message(session.course.catalog, "queued", kind=OPTIONAL, person=ana)
    lane = housekeeping_lane(ana.organisation_id)
    item = WorkItem.objects.get(kind="cancel_declined", subject__endswith=OPTIONAL)
    cancel_declined(ports, lane, item.subject)
    row.refresh_from_db()
    assert row.state == MessageState.QUEUED


def test_a_worker_serves_that_lane(session: CourseSession) -> None:
    clock = FakeClock(NOW)
    ports, ana = fake_ports(clock=clock, doorbell=LaneDoorbell(clock)), a_person("Ana A")
    with bootstrap.use(ports):
        decline(ports, person=ana, kind_name=OPTIONAL)
        late = a_message(session.course.catalog, "queued", kind=OPTIONAL, person=ana)
        lane = housekeeping_lane(ana.organisation_id)
        for taken in take(NOW, holder="test", limit=10, lease_seconds=15):
            if taken.lane_id == lane.pk:
                drain(ports, taken, handlers_for(lane))
    late.refresh_from_db()
    assert late.state == MessageState.CANCELLED


def test_what_is_on_the_wire_is_not_tried_again() -> None:
    """Somebody declines while their mail is on its way, and the provider then asks to try later."""
    world = World()
    ana = a_person("Ana A")
    notification = world.queue(ana.address)
    Notification.objects.filter(pk=notification.pk).update(kind=OPTIONAL)
    Message.objects.update(person=ana)
    world.provider.answers[ana.address] = [Verdict(VerdictKind.RETRY, "busy", "Busy.")]

    def declines(_address: str) -> None:
        decline(world.ports, person=ana, kind_name=OPTIONAL)

    world.provider.before = declines
    world.run_until(world.clock.now() + timedelta(minutes=10))
    assert world.provider.sent == []
    assert Message.objects.get().state == MessageState.EXPIRED


def test_a_token_is_its_persons_and_no_other_makes_one(ports: Ports) -> None:
    ana, ben = a_person("Ana A"), a_person("Ben B")
    token = preference_token(ports, ana.pk)
    assert person_of_token(ports, token) == ana
    assert preference_token(ports, ben.pk) != token
    other = replace(ports, secret_key="another-secret-another-secret-another-secret")
    with pytest.raises(NotFoundHere):
        person_of_token(other, token)
    assert preferences_address(ports, None) == "http://localhost:8000/preferences"


@pytest.mark.parametrize("change", ["cut", "long", "swapped", "empty", "letters", "unknown"])
def test_a_token_that_was_changed_opens_nothing(ports: Ports, change: str) -> None:
    ana, ben = a_person("Ana A"), a_person("Ben B")
    token, other = (preference_token(ports, one.pk) for one in (ana, ben))
    changed = {
        "cut": token[:-4],
        "long": token + "AAAA",
        "swapped": other[:21] + token[21:],
        "empty": "",
        "letters": "ü/../?=" + token,
        "unknown": preference_token(ports, uuid4()),
    }[change]
    with pytest.raises(NotFoundHere):
        person_of_token(ports, changed)
