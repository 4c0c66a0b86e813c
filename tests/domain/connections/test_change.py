"""The plan of a change of account, which changes nothing itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.connections.change import LISTED, ChangePlan, change_plan
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.organisations.audit import Actor
from classbell.storage.models import Account, Connection, CourseSession, Entry, EntryState
from tests.domain.connections.stage import Stage
from tests.support import a_session, an_enrolment

pytestmark = pytest.mark.django_db


def an_entry(account: Account, session: CourseSession, **chosen: object) -> Entry:
    now = account.connected_at
    values: dict[str, object] = {"state": EntryState.CREATED, "requested_at": now}
    return Entry.objects.create(account=account, session=session, **(values | chosen))


def plan(stage: Stage) -> ChangePlan | None:
    stage.another_account()
    return change_plan(stage.ports, stage.catalog, stage.sign_in())


def test_a_first_connection_and_a_reconnection_change_nothing_hands(stage: Stage) -> None:
    assert change_plan(stage.ports, stage.catalog, stage.sign_in()) is None
    stage.save()
    assert change_plan(stage.ports, stage.catalog, stage.sign_in()) is None


def test_the_plan_lists_what_the_former_account_holds(stage: Stage) -> None:
    account = stage.connect()
    now = stage.clock.now()
    later = a_session(stage.catalog, "FIRE-2", starts_at=now + timedelta(days=9))
    first = a_session(stage.catalog, room_address="auditorium@contoso.example")
    past = a_session(stage.catalog, "FIRE-0", starts_at=now - timedelta(days=9))
    an_enrolment(first, stage.cast.learner)
    an_entry(account, later, join_url="https://teams.example/1", room_answer="accepted")
    an_entry(account, first, room_answer="accepted")
    an_entry(account, past)
    Connection.objects.create(catalog=stage.cast.other_catalog, account=account, enabled=True)
    stage.a_message()

    found = plan(stage)

    assert found is not None
    assert found.from_address == "learning@contoso.example"
    assert found.to_address == "events@contoso.example"
    assert [(one.code, one.room_accepted, one.teams, one.people) for one in found.sessions] == [
        ("FIRE-1", True, False, 1),
        ("FIRE-2", False, True, 0),
    ]
    assert (found.session_count, found.booked_rooms, found.teams_meetings) == (2, 1, 1)
    assert (found.invited_people, found.held_messages) == (1, 1)
    assert found.other_catalogs == ("Contoso Sales School",)
    assert Entry.objects.filter(account=account).count() == 3


def test_a_long_plan_is_counted_in_full_and_listed_in_part(stage: Stage) -> None:
    account = stage.connect()
    for number in range(LISTED + 1):
        an_entry(account, a_session(stage.catalog, f"S-{number}"))

    found = plan(stage)

    assert found is not None
    assert (found.session_count, len(found.sessions)) == (LISTED + 1, LISTED)


def test_an_account_disconnected_before_still_holds_its_entries(stage: Stage) -> None:
    account = stage.connect()
    an_entry(account, a_session(stage.catalog))
    disconnect(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    found = plan(stage)

    assert found is not None
    assert (found.from_address, found.session_count) == ("learning@contoso.example", 1)
