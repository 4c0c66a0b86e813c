"""Coming back from Microsoft's page of approval: noted, and believed when an account shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.connections.approval import (
    ApprovalResult,
    approval_outcome,
    approval_returned,
    check_approval,
    is_approval_answer,
    open_approval,
)
from classbell.domain.connections.consent import ConsentKind, consent_state
from classbell.domain.connections.scopes import EMAIL_ONLY
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import (
    VerdictKind,
)
from classbell.storage.models import (
    Account,
    Approval,
    ApprovalState,
    AuditEntry,
    DomainEvent,
)
from tests.domain.connections.asking import ask, state_of, yes
from tests.domain.connections.stage import EVERYTHING, Stage
from tests.support import FABRIKAM

pytestmark = pytest.mark.django_db


def test_a_return_without_an_account_is_noted_and_not_believed(stage: Stage) -> None:
    request = ask(stage)

    outcome = approval_returned(stage.ports, yes(request))

    assert outcome.result is ApprovalResult.RETURNED
    assert (outcome.catalog_title, outcome.asked_by) == ("Contoso Academy", "Mai Nielsen")
    assert open_approval(stage.ports, stage.catalog) is not None
    stage.sign_in()
    assert Approval.objects.get().state == ApprovalState.PROVEN
    assert approval_outcome(stage.ports, outcome.token).result is ApprovalResult.PROVEN
    assert DomainEvent.objects.filter(name="approval.proven").count() == 1


def test_a_connected_account_gets_what_was_approved_without_signing_in_again(stage: Stage) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    stage.save()
    request = ask(stage)
    assert set(request.approval.scopes) == EVERYTHING - EMAIL_ONLY
    assert request.approval.account_address == "learning@contoso.example"
    stage.identity.consent(EVERYTHING)

    outcome = approval_returned(stage.ports, yes(request))

    assert outcome.result is ApprovalResult.PROVEN
    account = Account.objects.get()
    assert set(account.granted_scopes) == EVERYTHING
    lines = {line.capability: line.state for line in account.capabilities.all()}
    assert {lines[name] for name in ("calendar", "teams", "rooms")} == {"ready"}
    assert consent_state(account).kind is ConsentKind.ORGANISATION
    assert len(stage.identity.named("begin_connect")) == 1


def test_a_claim_of_approval_that_is_not_true_changes_nothing(stage: Stage) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    stage.save()
    request = ask(stage)

    outcome = approval_returned(stage.ports, yes(request))

    assert outcome.result is ApprovalResult.NOT_YET
    account = Account.objects.get()
    assert set(account.granted_scopes) == EMAIL_ONLY
    assert account.state == "connected"
    assert consent_state(account).kind is ConsentKind.NOT_KNOWN


def test_a_link_opened_over_and_over_asks_microsoft_once(stage: Stage) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    stage.save()
    request = ask(stage)

    for _ in range(5):
        approval_returned(stage.ports, yes(request))
    assert len(stage.identity.named("refresh")) == 1
    assert AuditEntry.objects.filter(action="approval.returned").count() == 1
    stage.clock.advance(timedelta(minutes=1))
    approval_returned(stage.ports, yes(request))
    assert len(stage.identity.named("refresh")) == 2


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({"tenant": str(FABRIKAM)}, ApprovalResult.OTHER_ORGANISATION),
        ({"tenant": ""}, ApprovalResult.OTHER_ORGANISATION),
        ({"admin_consent": "False"}, ApprovalResult.REFUSED),
        ({"error": "access_denied", "error_description": "AADSTS65004: No."}, "refused"),
        ({"state": "made-up"}, ApprovalResult.OVER),
        ({"state": ""}, ApprovalResult.OVER),
    ],
    ids=str,
)
def test_every_parameter_of_the_return_tampered_with_proves_nothing(
    stage: Stage, changed: dict[str, str], result: str
) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    stage.save()
    request = ask(stage)

    assert approval_returned(stage.ports, yes(request, **changed)).result == result

    assert not stage.identity.named("refresh")
    assert Approval.objects.get().closed_at is None


def test_a_refusal_says_why_and_a_later_yes_still_counts(stage: Stage) -> None:
    request = ask(stage)
    why = "AADSTS65004: User declined.\r\nTrace ID: 1"
    refused = {"error": "access_denied", "error_description": why, "admin_consent": "True"}

    outcome = approval_returned(stage.ports, yes(request) | refused)

    assert (outcome.result, outcome.explanation) == ("refused", "AADSTS65004: User declined.")
    assert approval_returned(stage.ports, yes(request)).result is ApprovalResult.RETURNED


def test_a_link_is_forgotten_after_fourteen_days(stage: Stage) -> None:
    request = ask(stage)
    stage.clock.advance(timedelta(days=14))

    assert open_approval(stage.ports, stage.catalog) is None
    assert approval_returned(stage.ports, yes(request)).result is ApprovalResult.OVER
    assert state_of(ask(stage)) != state_of(request)


def test_a_fault_at_microsoft_leaves_the_yes_standing(stage: Stage) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    stage.save()
    request = ask(stage)
    stage.identity.fail_next(VerdictKind.RETRY, on="refresh")

    outcome = approval_returned(stage.ports, yes(request))

    assert outcome.result is ApprovalResult.NOT_YET
    assert outcome.explanation == "The script says so."
    stage.identity.consent(EVERYTHING)
    checked = check_approval(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))
    assert checked is not None
    assert checked.approval.state == ApprovalState.PROVEN


def test_only_answers_of_approval_are_taken_for_such(stage: Stage) -> None:
    request = ask(stage)

    assert is_approval_answer(stage.ports, yes(request))
    assert is_approval_answer(stage.ports, {"state": state_of(request), "error": "access_denied"})
    assert not is_approval_answer(stage.ports, stage.identity.callback(stage.begin()))
    assert not is_approval_answer(stage.ports, {})
