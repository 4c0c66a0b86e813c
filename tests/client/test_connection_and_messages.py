"""The client's sentences on connection, rooms, messages, templates and the record of acts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import Room
from classbell_client import ClassbellProblem, Client, messages
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import NOW, a_connected_account, a_session


def test_a_connection_is_read_switched_and_somebody_invited(
    ports: Ports, classbell: Client, cast: Cast
) -> None:
    academy = classbell.catalog("academy")
    assert academy.read().title == cast.catalog.title
    assert (academy.connection().account, academy.health().status) == (None, "none")
    a_connected_account(ports, cast.catalog)
    seen = academy.connection()
    assert seen.account is not None
    assert (seen.enabled, seen.account.state) == (True, "connected")
    assert academy.switch_connection(seen, enabled=False).enabled is False
    with pytest.raises(ClassbellProblem) as caught:
        academy.switch_connection(seen, enabled=True)
    assert caught.value.code == "changed_meanwhile"
    made = academy.invite_owner("it@contoso.example", admin={"id": str(cast.owner.pk)})
    assert academy.invitations() == [made]
    academy.withdraw_invitation(made)
    assert academy.invitations() == []


def test_rooms_are_listed_and_asked_about(classbell: Client, cast: Cast) -> None:
    for name, seats in (("Bergen", 12), ("Aalborg", 4)):
        Room.objects.create(
            organisation=cast.catalog.organisation,
            address=f"room.{name.lower()}@contoso.example",
            name=name,
            capacity=seats,
            refreshed_at=NOW,
        )
    academy = classbell.catalog("academy")
    assert [one.name for one in academy.rooms()] == ["Aalborg", "Bergen"]
    times = ("2027-03-02T09:00:00+01:00", "2027-03-02T12:00:00+01:00")
    found = academy.room_availability(*times, seats=10)
    assert [one.room.name for one in found] == ["Bergen"]
    assert {one.availability for one in found} == {"unknown"}, "no account is connected"


def test_what_became_of_messages_is_read_and_they_are_sent_again(
    ports: Ports, classbell: Client, cast: Cast
) -> None:
    a_connected_account(ports, cast.catalog)
    failed, sent = a_message(cast.catalog, "failed"), a_message(cast.catalog, "accepted")
    academy = classbell.catalog("academy")
    assert [one.id for one in academy.deliveries()] == [sent.pk, failed.pk]
    (found,) = academy.deliveries(state="failed", since=(NOW - timedelta(days=1)).isoformat())
    assert academy.delivery(failed.pk) == found
    assert academy.send_again([found]) == 1
    assert academy.delivery(failed.pk).state == "queued"
    told = {one.id for one in academy.notifications(kind=found.kind)}
    assert found.notification_id in told
    assert [one.source for one in academy.audit(action="message")] == ["api"]


def test_templates_are_read_replaced_switched_and_reset(classbell: Client) -> None:
    academy = classbell.catalog("academy")
    seen = academy.template("session_reminder")
    assert seen.kind in {one.kind for one in academy.templates()}
    words: messages.TextGiven = {"subject": "Soon: {SESSION TITLE}"}
    changed = academy.replace_template(seen, texts={"en": words}, reminder_days=[3])
    assert changed.texts["en"]["subject"] == words["subject"]
    assert changed.reminder_days == [3]
    with pytest.raises(ClassbellProblem) as caught:
        academy.switch_template(seen, on=False)
    assert caught.value.code == "changed_meanwhile"
    off = academy.switch_template(changed, on=False)
    assert off.on is False
    assert academy.reset_template(off).texts == seen.texts


def test_a_draft_is_published(classbell: Client, cast: Cast) -> None:
    draft = a_session(cast.catalog, "DRAFT-1", published=False)
    academy = classbell.catalog("academy")
    assert academy.publish_session(academy.session(str(draft.pk))).published is True
    (course,) = academy.courses()
    assert academy.course(course.id).code == course.code
