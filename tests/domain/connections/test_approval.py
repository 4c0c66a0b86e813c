"""Asking an administrator for approval, and believing only what an account shows."""

from __future__ import annotations

import pytest

from classbell.domain.connections.approval import (
    ApprovalResult,
    approval_returned,
    check_approval,
    needs_an_administrator,
    open_approval,
    withdraw_approval,
)
from classbell.domain.connections.consent import ConsentKind, consent_state
from classbell.domain.connections.scopes import EMAIL_ONLY, MEETING_OPTIONS
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import (
    ApprovalNeeded,
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    Verdict,
    VerdictKind,
)
from classbell.storage.models import (
    Approval,
    ApprovalState,
    AuditEntry,
    PendingConnection,
)
from tests.domain.connections.asking import ask, state_of, yes
from tests.domain.connections.stage import EVERYTHING, Stage
from tests.support import CONTOSO

pytestmark = pytest.mark.django_db


def test_needs_admin_is_entered_without_a_callback_and_has_everything_to_forward(
    stage: Stage,
) -> None:
    request = ask(stage, address="learning@contoso.example")

    assert set(request.approval.scopes) == EVERYTHING
    assert request.approval.state == ApprovalState.OPEN
    assert request.graph_powershell.strip() in request.text
    assert request.url in request.text
    assert request.text.index(request.graph_powershell.strip()) < request.text.index(request.url)
    for part in ("Mai Nielsen", "Contoso Academy", "learning@contoso.example", "Place.Read.All"):
        assert part in request.text
    assert "Assignment required" in request.text
    assert request.url.startswith(f"https://login.fake.example/{CONTOSO}/v2.0/adminconsent?")
    assert not PendingConnection.objects.exists()


def test_asking_again_shows_the_same_link_and_asking_for_more_replaces_it(stage: Stage) -> None:
    first, again = ask(stage), ask(stage)
    other = ask(stage, scopes=EVERYTHING | {MEETING_OPTIONS})

    assert again.url == first.url
    assert state_of(other) != state_of(first)
    shown = open_approval(stage.ports, stage.catalog)
    assert shown is not None
    assert shown.approval == other.approval
    assert approval_returned(stage.ports, yes(first)).result is ApprovalResult.OVER
    assert Approval.objects.filter(closed_at=None).count() == 1


def test_owner_colleague_stranger_and_lms_admin_ask_and_withdraw(stage: Stage) -> None:
    ask(stage)
    for name in ("colleague", "lms_admin", "learner"):
        with pytest.raises(NotAllowed):
            ask(stage, who=name)
    with pytest.raises(NotFoundHere):
        ask(stage, who="stranger")
    for name, refusal in (("colleague", NotAllowed), ("stranger", NotFoundHere)):
        actor = Actor.of(getattr(stage.cast, name))
        with pytest.raises(refusal):
            withdraw_approval(stage.ports, catalog=stage.catalog, actor=actor)
        with pytest.raises(refusal):
            check_approval(stage.ports, catalog=stage.catalog, actor=actor)
    owner = Actor.of(stage.owner)
    assert withdraw_approval(stage.ports, catalog=stage.catalog, actor=owner)
    assert not withdraw_approval(stage.ports, catalog=stage.catalog, actor=owner)
    assert open_approval(stage.ports, stage.catalog) is None
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"approval.asked", "approval.withdrawn"} <= acts


def test_what_classbell_has_no_use_for_is_not_asked_for(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match=r"Directory\.ReadWrite\.All"):
        ask(stage, scopes=frozenset({"Directory.ReadWrite.All"}))
    with pytest.raises(InvalidInput):
        ask(stage, address="not an address")
    stage.connect()
    with pytest.raises(InvalidInput, match="every permission"):
        ask(stage)


def test_a_sign_in_with_less_proves_nothing(stage: Stage) -> None:
    ask(stage)
    stage.sign_in(granted=EMAIL_ONLY)

    assert Approval.objects.get().state == ApprovalState.OPEN


def test_a_further_capability_comes_later_and_without_reconnecting(stage: Stage) -> None:
    account = stage.connect()
    request = ask(stage, scopes=frozenset({MEETING_OPTIONS}))
    assert request.approval.scopes == [MEETING_OPTIONS]
    stage.identity.consent(frozenset({MEETING_OPTIONS}))

    check_approval(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    account.refresh_from_db()
    assert set(account.granted_scopes) == EVERYTHING | {MEETING_OPTIONS}
    assert Approval.objects.get().state == ApprovalState.PROVEN
    # Nobody came back from the page for the whole organisation, so that is not claimed.
    assert consent_state(account).kind is ConsentKind.NOT_KNOWN


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ApprovalNeeded(Verdict(VerdictKind.ADMIN_NEEDED, code="AADSTS90094")), True),
        (StateInvalid("Too late.", code="state_expired"), True),
        (ProviderFailure(Verdict(VerdictKind.ADMIN_NEEDED, code="AADSTS53003")), False),
        (StateInvalid("Used.", code="state_used"), False),
        (SignInCancelled("No."), False),
    ],
)
def test_what_leads_to_the_explanation_of_needs_an_administrator(
    error: ProviderFailure | StateInvalid | SignInCancelled, *, expected: bool
) -> None:
    assert needs_an_administrator(error) is expected


def test_the_state_of_a_link_is_kept_sealed(stage: Stage) -> None:
    request = ask(stage)

    stored = Approval.objects.get()
    assert state_of(request).encode() not in bytes(stored.sealed_state)
    assert state_of(request) not in str(AuditEntry.objects.values_list("after", flat=True))
    assert state_of(request) not in repr(request)
