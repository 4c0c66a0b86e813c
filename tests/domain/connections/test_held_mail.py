"""Held mail: what goes out by itself, and what waits for an admin's decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.held_mail import discard_held, held_summary, release_held
from classbell.domain.connections.lost import account_back, account_lost
from classbell.domain.connections.sharing import accept, offer
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import HeldMailRule
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    Verdict,
    VerdictKind,
)
from classbell.storage.models import (
    Account,
    AuditEntry,
    Message,
    MessageState,
    Notification,
)
from tests.domain.connections.stage import Stage

pytestmark = pytest.mark.django_db

REVOKED = Verdict(VerdictKind.SIGN_IN_AGAIN, code="AADSTS50173", explanation="Revoked.")


def lose(stage: Stage, account: Account) -> None:
    account_lost(stage.ports, account.pk, REVOKED)
    account.refresh_from_db()


def addresses(count: int) -> list[str]:
    return [f"learner{number}@contoso.example" for number in range(count)]


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("address", "state"))


def a_changed_account(stage: Stage, messages: int = 2) -> Account:
    """Let mail wait, and connect another account."""
    stage.connect()
    for address in addresses(messages):
        stage.a_message(address=address)
    stage.another_account()
    return stage.connect()


def test_mail_of_the_same_account_goes_out_by_itself(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message()
    lose(stage, account)
    assert held_summary(stage.ports, stage.catalog).waiting == 1

    account_back(stage.ports, account)

    assert states() == {"ana@contoso.example": "queued"}
    assert not Notification.objects.filter(kind="held_mail_waiting").exists()


def test_mail_of_a_former_account_waits_and_its_admins_are_told(stage: Stage) -> None:
    a_changed_account(stage)

    summary = held_summary(stage.ports, stage.catalog)

    assert (summary.to_decide, summary.waiting, summary.can_release) == (2, 0, True)
    assert [(kind.title, kind.count) for kind in summary.kinds] == [("Enrolment confirmed", 2)]
    assert "another account" in summary.reasons[0]
    assert summary.oldest_due == stage.clock.now()
    told = Notification.objects.get(kind="held_mail_waiting")
    assert told.audience == [stage.owner.pk.hex]
    assert told.context["waiting"] == "2"


def test_much_mail_waits_for_a_decision_and_a_little_does_not(stage: Stage) -> None:
    stage.ports = replace(stage.ports, held_mail=HeldMailRule(messages=2))
    account = stage.connect()
    other = stage.cast.other_catalog
    accept(
        stage.ports,
        offer=offer(stage.ports, account=account, to_catalog=other, actor=Actor.of(stage.owner)),
        actor=Actor.of(stage.cast.colleague),
    )
    for address in addresses(3):
        stage.a_message(address=address)
    stage.a_message(address="one@contoso.example", catalog=other)
    lose(stage, account)

    account_back(stage.ports, account)

    assert states().pop("one@contoso.example") == "queued"
    assert held_summary(stage.ports, stage.catalog).to_decide == 3
    assert held_summary(stage.ports, other).to_decide == 0
    told = Notification.objects.get(kind="held_mail_waiting")
    assert told.catalog == stage.catalog


def test_old_mail_waits_for_a_decision(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message()
    lose(stage, account)
    stage.clock.advance(timedelta(days=8))

    account_back(stage.ports, account)

    summary = held_summary(stage.ports, stage.catalog)
    assert summary.to_decide == 1
    assert "much or old" in summary.reasons[0]


def test_mail_that_expires_anyway_is_no_reason_to_ask(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message(expires_at=stage.clock.now() + timedelta(days=1))
    later = stage.a_message(address="later@contoso.example")
    Message.objects.filter(pk=later.pk).update(due_at=stage.clock.now() + timedelta(days=8))
    lose(stage, account)
    stage.clock.advance(timedelta(days=8))

    account_back(stage.ports, account)

    assert states() == {"ana@contoso.example": "expired", "later@contoso.example": "queued"}


def test_an_admin_lets_it_go_through_the_new_account(stage: Stage) -> None:
    account = a_changed_account(stage)

    released = release_held(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    assert released == 2
    lanes = set(Message.objects.values_list("lane_id", "state"))
    assert lanes == {(mailbox_lane(account).pk, MessageState.QUEUED)}
    assert AuditEntry.objects.get(action="held_mail.released").after == {"messages": 2}
    assert held_summary(stage.ports, stage.catalog).to_decide == 0


def test_an_admin_discards_it_and_the_ledger_says_who(stage: Stage) -> None:
    a_changed_account(stage)
    stage.a_message(address="new@contoso.example")

    assert discard_held(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner)) == 2

    assert states().pop("new@contoso.example") == "queued"
    discarded = Message.objects.filter(state=MessageState.CANCELLED)
    assert set(discarded.values_list("reason_code", flat=True)) == {"discarded"}
    assert all("Mai Nielsen" in message.reason for message in discarded)


def test_switching_off_and_on_again_decides_nothing(stage: Stage) -> None:
    a_changed_account(stage)
    stage.save(enabled=False)
    stage.save(enabled=True)

    assert held_summary(stage.ports, stage.catalog).to_decide == 2


def test_mail_set_aside_goes_with_a_lost_account_and_out_when_it_is_back(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message()
    lose(stage, account)
    stage.save(enabled=False)
    stage.save(enabled=True)
    assert held_summary(stage.ports, stage.catalog).waiting == 1

    account_back(stage.ports, account)

    assert states() == {"ana@contoso.example": "queued"}


def test_it_is_not_let_go_without_an_account_that_works(stage: Stage) -> None:
    account = a_changed_account(stage)
    lose(stage, account)
    assert not held_summary(stage.ports, stage.catalog).can_release

    with pytest.raises(InvalidInput, match="No working account"):
        release_held(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))
    assert set(states().values()) == {"held"}


def test_owner_colleague_and_stranger_decide(stage: Stage) -> None:
    a_changed_account(stage)

    for name, refusal in (
        ("colleague", NotAllowed),
        ("lms_admin", NotAllowed),
        ("stranger", NotFoundHere),
    ):
        actor = Actor.of(getattr(stage.cast, name))
        for act in (release_held, discard_held):
            with pytest.raises(refusal):
                act(stage.ports, catalog=stage.catalog, actor=actor)
    assert held_summary(stage.ports, stage.catalog).to_decide == 2
