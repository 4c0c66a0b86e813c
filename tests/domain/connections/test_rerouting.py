"""Falling over: mail takes the other route where the admins allow it, once, and never back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.lost import account_back
from classbell.domain.notifications.render import render
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.ports.bundle import HeldMailRule
from classbell.ports.errors import VerdictKind
from classbell.storage.models import (
    Account,
    AuditEntry,
    Connection,
    HealthEvent,
    Message,
    MessageState,
    Notification,
    OperatorAlarm,
    WorkItem,
)
from tests.domain.connections.mail_routes import (
    adds_up,
    azure,
    both,
    expand,
    look,
    lose,
    refuse,
    tell,
    where,
)
from tests.domain.connections.stage import Stage
from tests.support import a_provider

pytestmark = [pytest.mark.store, pytest.mark.django_db]

MAIL = "enrolment_confirmed"
ANA, BO = "ana.lund@contoso.example", "bo.berg@contoso.example"


def back(stage: Stage, account: Account) -> None:
    account_back(stage.ports, Account.objects.get(pk=account.pk))


def test_a_lost_account_lets_its_mail_take_azure_where_allowed(stage: Stage) -> None:
    account, _ = both(stage, fall_over=True)
    tell(stage, "Ana Lund")

    lose(stage, account)
    tell(stage, "Bo Berg")

    assert where(MAIL) == {ANA: ("acs", "queued"), BO: ("acs", "queued")}
    entry = AuditEntry.objects.get(action="mail.rerouted")
    assert (entry.actor_name, entry.after) == (
        "Classbell",
        {"messages": 1, "from": account.address, "to": "Azure Communication Services"},
    )
    assert HealthEvent.objects.filter(account=account, name="rerouted").count() == 1
    assert adds_up(2)


def test_where_it_is_not_allowed_mail_waits_for_the_account(stage: Stage) -> None:
    account, _ = both(stage, fall_over=False)
    tell(stage, "Ana Lund")
    lose(stage, account)
    tell(stage, "Bo Berg")
    assert set(where(MAIL).values()) == {("mailbox", "held")}
    assert not AuditEntry.objects.filter(action="mail.rerouted").exists()


def test_when_the_account_is_back_new_mail_takes_it_and_nothing_moves_back(stage: Stage) -> None:
    account, _ = both(stage, fall_over=True)
    waiting, gone, doubtful = tell(stage, "Ana Lund", "Cai Dahl", "Dea Eng")
    for row, state in ((gone, MessageState.ACCEPTED), (doubtful, MessageState.UNKNOWN)):
        Message.objects.filter(pk=row.pk).update(state=state)
    lose(stage, account)
    back(stage, account)
    tell(stage, "Bo Berg")

    assert where(MAIL) == {
        ANA: ("acs", "queued"),
        BO: ("mailbox", "queued"),
        gone.address: ("mailbox", "accepted"),
        doubtful.address: ("mailbox", "unknown"),
    }
    assert Message.objects.get(pk=waiting.pk).attempt == 0
    assert adds_up(4)


def test_a_catalog_on_azure_goes_on_while_its_account_is_lost(stage: Stage) -> None:
    account, _ = both(stage, use_acs=True)
    tell(stage, "Ana Lund")
    lose(stage, account)
    tell(stage, "Bo Berg")

    assert set(where(MAIL).values()) == {("acs", "queued")}
    told = Notification.objects.get(kind="connection_lost")
    expand(stage, told)
    mail = render(stage.ports, Message.objects.filter(notification=told)[0].pk)
    assert "Mail goes on through Azure Communication Services for: Contoso Academy." in mail.text
    assert "Messages waiting: 0." in mail.text


def test_the_other_catalog_of_the_account_decides_for_itself(stage: Stage) -> None:
    account, _ = both(stage, fall_over=True)
    other = stage.cast.other_catalog
    Connection.objects.create(catalog=other, account=account, enabled=True)
    tell(stage, "Ana Lund")
    tell(stage, "Bo Berg", catalog=other)

    lose(stage, account)

    assert where(MAIL) == {ANA: ("acs", "queued"), BO: ("mailbox", "held")}


def test_deactivation_moves_what_may_move_and_holds_the_rest_with_the_reason(
    stage: Stage,
) -> None:
    account, _ = both(stage, use_acs=True, fall_over=True)
    other = stage.cast.other_catalog
    Connection.objects.create(catalog=other, account=account, enabled=True, use_acs=True)
    tell(stage, "Ana Lund")
    tell(stage, "Bo Berg", catalog=other)

    done = deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)

    assert (done.moved, done.held) == (1, 1)
    assert where(MAIL) == {ANA: ("mailbox", "queued"), BO: ("acs", "held")}
    held = Message.objects.get(address=BO)
    assert held.reason_code == "provider_deactivated"
    assert "not activated for the organisation any more" in held.reason
    tell(stage, "Cai Dahl", catalog=other)
    assert where(MAIL)["cai.dahl@contoso.example"] == ("acs", "held")
    assert adds_up(3)


def test_activated_again_what_waited_goes_out_unless_it_is_much_or_old(stage: Stage) -> None:
    both(stage, use_acs=True)
    tell(stage, "Ana Lund")
    deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)
    a_provider(stage.ports)
    assert where(MAIL) == {ANA: ("acs", "queued")}

    tell(stage, "Bo Berg")
    deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)
    stage.ports = replace(stage.ports, held_mail=HeldMailRule(messages=1))
    a_provider(stage.ports)

    assert set(where(MAIL).values()) == {("", "held")}
    assert Notification.objects.filter(kind="held_mail_waiting").count() == 1


def test_with_azure_deactivated_and_the_account_lost_mail_waits_for_either(stage: Stage) -> None:
    account, _ = both(stage, use_acs=True, fall_over=True)
    tell(stage, "Ana Lund")
    lose(stage, account)
    deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)
    assert where(MAIL) == {ANA: ("acs", "held")}

    back(stage, account)

    assert where(MAIL) == {ANA: ("mailbox", "queued")}
    assert adds_up(1)


def test_what_azure_refuses_as_a_whole_moves_and_alarms_the_operator_once(stage: Stage) -> None:
    _, provider = both(stage, use_acs=True, fall_over=True)
    lane = azure(provider)
    tell(stage, "Ana Lund")
    asked = WorkItem.objects.get(kind="watch_route")
    assert (asked.subject, asked.due_at) == (str(lane.pk), stage.clock.now() + timedelta(minutes=2))
    refuse(stage, lane)

    for _ in range(2):
        assert look(stage, lane) is None
    tell(stage, "Bo Berg")

    assert set(where(MAIL).values()) == {("mailbox", "queued")}
    alarm = OperatorAlarm.objects.get()
    assert (alarm.subject, alarm.code) == (f"email_provider_refused:{provider.pk}", "Denied")
    assert AuditEntry.objects.filter(action="mail.rerouted").count() == 1


@pytest.mark.parametrize(
    ("times", "kind"),
    [(2, VerdictKind.OPERATOR_FAULT), (3, VerdictKind.THROTTLED), (3, VerdictKind.REFUSED)],
)
def test_single_refusals_and_what_passes_move_nothing(
    stage: Stage, times: int, kind: VerdictKind
) -> None:
    _, provider = both(stage, use_acs=True, fall_over=True)
    tell(stage, "Ana Lund")
    refuse(stage, azure(provider), times=times, kind=kind)

    assert look(stage, azure(provider)) == stage.clock.now() + timedelta(minutes=2)

    assert where(MAIL) == {ANA: ("acs", "queued")}
    assert not OperatorAlarm.objects.exists()


def test_after_an_hour_azure_is_tried_again_and_what_it_takes_ends_the_alarm(
    stage: Stage,
) -> None:
    _, provider = both(stage, use_acs=True, fall_over=True)
    lane = azure(provider)
    refuse(stage, lane)
    look(stage, lane)
    stage.clock.advance(timedelta(hours=1, seconds=1))

    tell(stage, "Ana Lund")
    assert where(MAIL) == {ANA: ("acs", "queued")}
    look(stage, lane)
    assert OperatorAlarm.objects.filter(closed_at=None).exists(), "nothing was taken yet"
    refuse(stage, lane, times=1, kind=None)
    look(stage, lane)

    assert not OperatorAlarm.objects.filter(closed_at=None).exists()


def test_mail_that_neither_route_could_carry_leaves_by_the_first_that_works_again(
    stage: Stage,
) -> None:
    account, provider = both(stage, use_acs=True, fall_over=True)
    lane = azure(provider)
    tell(stage, "Ana Lund")
    refuse(stage, lane)
    look(stage, lane)
    lose(stage, account)
    assert where(MAIL) == {ANA: ("mailbox", "held")}
    stage.clock.advance(timedelta(hours=1, seconds=1))
    tell(stage, "Bo Berg")
    refuse(stage, lane, times=1, kind=None)

    look(stage, lane)

    assert where(MAIL) == {ANA: ("acs", "queued"), BO: ("acs", "queued")}
    assert adds_up(2)


def test_setting_azure_up_anew_ends_its_trouble_at_once(stage: Stage) -> None:
    _, provider = both(stage, use_acs=True, fall_over=True)
    refuse(stage, azure(provider))
    look(stage, azure(provider))
    stage.clock.advance(timedelta(seconds=1))

    a_provider(stage.ports)
    tell(stage, "Ana Lund")

    assert where(MAIL) == {ANA: ("acs", "queued")}
    assert not OperatorAlarm.objects.filter(closed_at=None).exists()


def test_without_the_rule_refused_mail_stays_and_is_tried_again(stage: Stage) -> None:
    _, provider = both(stage, use_acs=True)
    tell(stage, "Ana Lund")
    refuse(stage, azure(provider))
    assert look(stage, azure(provider)) is not None
    assert where(MAIL) == {ANA: ("acs", "queued")}


@pytest.mark.parametrize(
    ("fall_over", "then"), [(True, ("mailbox", "queued")), (False, ("acs", "held"))]
)
def test_mail_that_was_on_the_wire_at_deactivation_is_seen_to_at_the_next_look(
    stage: Stage, *, fall_over: bool, then: tuple[str, str]
) -> None:
    _, provider = both(stage, use_acs=True, fall_over=fall_over)
    [message] = tell(stage, "Ana Lund")
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING)
    deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)
    assert look(stage, azure(provider)) is not None, "it is not settled yet"
    Message.objects.filter(pk=message.pk).update(state=MessageState.QUEUED)

    assert look(stage, azure(provider)) is None

    assert where(MAIL) == {ANA: then}


def test_an_application_that_microsoft_refuses_lets_mail_take_azure(stage: Stage) -> None:
    account, _ = both(stage, fall_over=True)
    lane = mailbox_lane(account)
    tell(stage, "Ana Lund")
    refuse(stage, lane)
    look(stage, lane)
    tell(stage, "Bo Berg")
    assert set(where(MAIL).values()) == {("acs", "queued")}
