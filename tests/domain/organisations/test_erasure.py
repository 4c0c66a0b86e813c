"""Handing out and erasing what is kept about a person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import serializers

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.organisations.erasure import erase_person, export_person
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    Enrolment,
    Message,
    MessageState,
    Person,
    RoleAssignment,
)
from tests.domain.people import Cast, a_cast
from tests.messages import a_message
from tests.support import NOW, a_connected_account, a_person, a_session, an_enrolment, fake_ports

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Lea Testperson", "lea.testperson@contoso.example"


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


@pytest.fixture
def lea(cast: Cast, ports: Ports) -> Person:
    """Somebody with a past and a future session, mail of all kinds, and a visit under way."""
    lea = a_person(NAME)
    a_connected_account(ports, cast.catalog)
    past = a_session(cast.catalog, "PAST", starts_at=NOW - timedelta(days=9))
    coming = a_session(cast.catalog, "COMING")
    an_enrolment(past, lea)
    an_enrolment(coming, lea)
    lane = mailbox_lane(a_connected_account(ports, cast.catalog))
    for state in (MessageState.QUEUED, MessageState.ACCEPTED, MessageState.HELD):
        a_message(
            cast.catalog, state, person=lea, lane=lane, context={"who": f"{NAME} <{ADDRESS}>"}
        )
    alone = a_message(cast.catalog, MessageState.QUEUED, person=lea, lane=lane)
    Message.objects.filter(pk=alone.pk).update(person=None)
    visit = SessionStore()
    visit["person"] = str(lea.pk)
    visit.save()
    return lea


def everything() -> str:
    """Return all rows of all tables, the record of acts left out."""
    models = [m for m in apps.get_app_config("storage").get_models() if m is not AuditEntry]
    rows = [row for model in models for row in model._default_manager.all()]  # noqa: SLF001 -- public in Django
    return str(serializers.serialize("json", rows, ensure_ascii=False)).casefold()


def test_the_export_holds_all_that_is_kept(lea: Person, ports: Ports) -> None:
    told = json.dumps(export_person(ports, lea, actor=OPERATOR), default=str)
    facts = json.loads(told)["kept"]
    assert facts["person"][0]["address"] == ADDRESS
    assert len(facts["message.person"]) == 4
    assert len(facts["enrolment.person"]) == 2
    assert AuditEntry.objects.get(action="person.exported").subject == f"person:{lea.pk}"


def test_after_erasing_no_table_knows_them(lea: Person, ports: Ports) -> None:
    assert ADDRESS in everything()
    done = erase_person(ports, lea, actor=OPERATOR)
    assert done["cancelled"] == 3
    left = everything()
    assert ADDRESS not in left
    assert NAME.casefold() not in left
    assert not Session.objects.exists()


def test_after_erasing_nothing_is_sent_and_the_sums_stay(lea: Person, ports: Ports) -> None:
    before = Message.objects.count()
    erase_person(ports, lea, actor=OPERATOR)
    waiting = (MessageState.QUEUED, MessageState.HELD, MessageState.SENDING)
    assert not Message.objects.filter(person=lea, state__in=waiting).exists()
    assert Message.objects.count() == before


def test_a_past_place_stays_without_a_name_and_a_coming_one_is_free(
    lea: Person, ports: Ports
) -> None:
    erase_person(ports, lea, actor=OPERATOR)
    assert [one.session.code for one in Enrolment.objects.filter(person=lea)] == ["PAST"]
    assert Person.objects.get(pk=lea.pk).address == ""


def test_the_record_says_that_it_was_done_and_not_to_whom(lea: Person, ports: Ports) -> None:
    earlier = AuditEntry.objects.create(
        organisation=lea.organisation,
        at=NOW,
        actor=lea,
        actor_name=NAME,
        action="session.saved",
        subject="session:1",
    )
    erase_person(ports, lea, actor=OPERATOR)
    written = AuditEntry.objects.get(action="person.erased")
    assert NAME not in str(vars(written))
    earlier.refresh_from_db()
    assert earlier.actor_name == NAME


def test_the_only_lms_admin_is_not_erased(cast: Cast, ports: Ports) -> None:
    with pytest.raises(InvalidInput, match="only LMS admin"):
        erase_person(ports, cast.lms_admin, actor=OPERATOR)
    assert RoleAssignment.objects.filter(person=cast.lms_admin).exists()


def test_whose_mailbox_sends_is_not_erased(cast: Cast, ports: Ports, lea: Person) -> None:
    account = a_connected_account(ports, cast.catalog)
    Person.objects.filter(pk=lea.pk).update(object_id=account.object_id)
    lea.refresh_from_db()
    with pytest.raises(InvalidInput, match="mailbox is connected"):
        erase_person(ports, lea, actor=OPERATOR)


def test_owner_colleague_and_stranger_may_not_and_an_lms_admin_may(
    lea: Person, cast: Cast, ports: Ports
) -> None:
    for person in (cast.owner, cast.colleague):
        with pytest.raises(NotAllowed):
            erase_person(ports, lea, actor=Actor.of(person))
        with pytest.raises(NotAllowed):
            export_person(ports, lea, actor=Actor.of(person))
    with pytest.raises(NotFoundHere):
        export_person(ports, lea, actor=Actor.of(cast.stranger))
    assert export_person(ports, lea, actor=Actor.of(cast.lms_admin))["kept"]
