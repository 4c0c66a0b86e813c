"""The route that admins choose for mail: what takes it, what moves with it, and who may choose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.connections.disconnect import disconnect, disconnect_plan
from classbell.domain.connections.held_mail import held_summary, release_held
from classbell.domain.connections.mail_route import RouteChoice
from classbell.domain.connections.save import save_settings
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.providers.activation import deactivate
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    Connection,
    DomainEvent,
    Message,
    MessageState,
    Notification,
    Person,
    WorkItem,
)
from tests.domain.connections.mail_routes import adds_up, expand, lose, tell, where
from tests.domain.connections.stage import BROWSER, Stage
from tests.support import a_provider

pytestmark = [pytest.mark.store, pytest.mark.django_db]

MAIL = "enrolment_confirmed"


def connection(stage: Stage) -> Connection:
    return Connection.objects.get(catalog=stage.catalog)


def test_the_box_sends_mail_through_azure_and_the_account_keeps_the_rest(stage: Stage) -> None:
    account = stage.connect()
    a_provider(stage.ports)
    stage.save(use_acs=True)

    [message] = tell(stage, "Ana Lund")

    assert where(MAIL) == {"ana.lund@contoso.example": ("acs", "queued")}
    assert message.lane is not None
    assert message.lane.organisation == stage.catalog.organisation
    assert connection(stage).account == account
    assert adds_up(1)


def test_azure_alone_carries_mail_without_any_account(stage: Stage) -> None:
    a_provider(stage.ports)

    saved = stage.save(use_acs=True)

    assert (saved.enabled, saved.account) == (True, None)
    tell(stage, "Ana Lund")
    assert where(MAIL) == {"ana.lund@contoso.example": ("acs", "queued")}
    assert not WorkItem.objects.filter(kind="reconcile").exists(), "calendars need the account"


def test_without_account_and_without_the_box_nothing_can_be_switched_on(stage: Stage) -> None:
    a_provider(stage.ports)
    with pytest.raises(InvalidInput, match="No account is connected"):
        stage.save(use_acs=False)
    stage.save(use_acs=True)
    with pytest.raises(InvalidInput, match="No account is connected"):
        stage.save(use_acs=False)
    assert connection(stage).use_acs, "a refused save changes nothing"


def test_it_can_be_chosen_only_where_it_is_activated(stage: Stage) -> None:
    stage.connect()
    a_provider(stage.ports, stage.cast.foreign_catalog.organisation)
    with pytest.raises(InvalidInput, match="not activated") as caught:
        stage.save(use_acs=True)
    assert caught.value.field == "acs_enabled"
    assert not connection(stage).use_acs


@pytest.mark.parametrize(
    ("part", "refusal"),
    [("colleague", NotAllowed), ("lms_admin", NotAllowed), ("stranger", NotFoundHere)],
)
def test_only_the_catalogs_admins_choose(stage: Stage, part: str, refusal: type[Exception]) -> None:
    stage.connect()
    a_provider(stage.ports)
    person: Person = getattr(stage.cast, part)
    with pytest.raises(refusal):
        save_settings(
            stage.ports,
            catalog=stage.catalog,
            person=person,
            browser_key=BROWSER,
            enabled=True,
            actor=Actor.of(person),
            route=RouteChoice(use_acs=True, fall_over=True),
        )
    assert not connection(stage).use_acs


def test_switching_over_takes_waiting_mail_along_and_back(stage: Stage) -> None:
    stage.connect()
    a_provider(stage.ports)
    tell(stage, "Ana Lund", "Bo Berg")
    sending, failed = tell(stage, "Cai Dahl", "Dea Eng")
    Message.objects.filter(pk=sending.pk).update(state=MessageState.SENDING)
    Message.objects.filter(pk=failed.pk).update(state=MessageState.FAILED)
    others = [
        ("cai.dahl@contoso.example", ("mailbox", "sending")),
        ("dea.eng@contoso.example", ("mailbox", "failed")),
    ]

    stage.save(use_acs=True)
    over = where(MAIL)
    stage.save(use_acs=False)

    waiting = ("ana.lund@contoso.example", "bo.berg@contoso.example")
    assert over == {**dict.fromkeys(waiting, ("acs", "queued")), **dict(others)}
    assert where(MAIL) == {**dict.fromkeys(waiting, ("mailbox", "queued")), **dict(others)}
    assert adds_up(4)
    moves = AuditEntry.objects.filter(action="mail.rerouted").order_by("id")
    assert [(row.after["messages"], row.after["to"], row.actor) for row in moves] == [
        (2, "Azure Communication Services", stage.owner),
        (2, "learning@contoso.example", stage.owner),
    ]
    changed = AuditEntry.objects.filter(action="connection.route_changed").earliest("id")
    assert (changed.before, changed.after) == (
        {"use_acs": False, "fall_over": False},
        {"use_acs": True, "fall_over": False},
    )
    assert DomainEvent.objects.filter(name="mail.rerouted").count() == 2


def test_mail_keeps_its_time_and_loses_the_pause_of_its_former_route(stage: Stage) -> None:
    stage.connect()
    a_provider(stage.ports)
    now, later = stage.clock.now(), stage.clock.now() + timedelta(hours=2)
    reminder, tried = tell(stage, "Ana Lund", "Bo Berg")
    Message.objects.filter(pk=reminder.pk).update(due_at=later)
    Message.objects.filter(pk=tried.pk).update(due_at=later, attempt=3)

    stage.save(use_acs=True)

    assert list(Message.objects.order_by("id").values_list("due_at", "attempt")) == [
        (later, 0),
        (now, 0),
    ]


def test_the_confirmation_to_the_account_proves_the_account(stage: Stage) -> None:
    a_provider(stage.ports)
    stage.sign_in()
    stage.save(use_acs=True)

    expand(stage, Notification.objects.get(kind="account_connected"))

    assert where("account_connected") == {"learning@contoso.example": ("mailbox", "queued")}


def test_switched_off_mail_of_either_route_waits_and_comes_back_to_the_chosen_one(
    stage: Stage,
) -> None:
    stage.connect()
    a_provider(stage.ports)
    stage.save(use_acs=True)
    tell(stage, "Ana Lund")

    stage.save(enabled=False)
    off = where(MAIL)
    tell(stage, "Bo Berg")
    stage.save()

    assert off == {"ana.lund@contoso.example": ("", "held")}
    assert where(MAIL) == {
        "ana.lund@contoso.example": ("acs", "queued"),
        "bo.berg@contoso.example": ("", "not_sent"),
    }
    assert adds_up(2)


def test_disconnecting_the_account_leaves_mail_on_azure_alone(stage: Stage) -> None:
    stage.connect()
    a_provider(stage.ports)
    stage.save(use_acs=True)
    tell(stage, "Ana Lund")
    plan = disconnect_plan(stage.ports, stage.catalog)

    disconnect(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))
    tell(stage, "Bo Berg")

    assert (plan.waiting_messages, plan.mail_goes_on) == (0, True)
    assert set(where(MAIL).values()) == {("acs", "queued")}


def test_disconnecting_holds_what_had_only_fallen_over(stage: Stage) -> None:
    account = stage.connect()
    a_provider(stage.ports)
    stage.save(fall_over=True)
    tell(stage, "Ana Lund")
    lose(stage, account)
    assert where(MAIL) == {"ana.lund@contoso.example": ("acs", "queued")}

    disconnect(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))
    tell(stage, "Bo Berg")

    assert set(where(MAIL).values()) == {("", "held")}
    assert adds_up(2)


def test_mail_left_for_a_decision_goes_by_the_route_of_the_catalog(stage: Stage) -> None:
    stage.connect()
    a_provider(stage.ports)
    tell(stage, "Ana Lund")
    stage.another_account()
    stage.connect()
    stage.save(use_acs=True)
    assert held_summary(stage.ports, stage.catalog).to_decide == 1

    assert release_held(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner)) == 1

    assert where(MAIL) == {"ana.lund@contoso.example": ("acs", "queued")}


def test_where_it_was_deactivated_the_box_can_still_be_taken_back(stage: Stage) -> None:
    stage.connect()
    a_provider(stage.ports)
    stage.save(use_acs=True)
    tell(stage, "Ana Lund")
    deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)
    assert where(MAIL) == {"ana.lund@contoso.example": ("acs", "held")}
    stage.save(use_acs=True)
    assert connection(stage).use_acs

    stage.save(use_acs=False)

    assert where(MAIL) == {"ana.lund@contoso.example": ("mailbox", "queued")}
