"""Connecting an account, up to «signed in, not saved»."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5

import pytest

from classbell.domain.connections.capability import needs_attention
from classbell.domain.connections.connect import (
    begin_connect,
    catalog_of_answer,
    finish_connect,
    forget_pending,
)
from classbell.domain.connections.scopes import EMAIL_ONLY
from classbell.ports.errors import (
    ClassbellError,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)
from classbell.ports.identity import SignedInPerson, TokenSet
from classbell.storage.models import (
    Account,
    Connection,
    Lane,
    PendingConnection,
    RoleAssignment,
    SignInJourney,
    WorkItem,
)
from tests.domain.connections.stage import BROWSER, EVERYTHING, Stage
from tests.domain.people import signed_in_as
from tests.fakes import FakeIdentity
from tests.support import CONTOSO, FABRIKAM

pytestmark = pytest.mark.django_db


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def nothing_happened() -> bool:
    return not (
        PendingConnection.objects.exists()
        or Account.objects.exists()
        or Connection.objects.filter(enabled=True).exists()
    )


def test_an_account_that_signed_in_waits_for_save_and_changes_nothing_yet(stage: Stage) -> None:
    pending = stage.sign_in()

    assert pending.address == "learning@contoso.example"
    assert pending.catalog == stage.catalog
    assert frozenset(pending.granted_scopes) == EVERYTHING
    assert not [
        line for line in pending.capabilities if needs_attention(line["capability"], line["state"])
    ]
    assert not Account.objects.exists()
    assert not Connection.objects.filter(account__isnull=False).exists()


def test_the_first_connection_lets_the_person_choose_an_account(stage: Stage) -> None:
    asked = parameters(stage.begin())

    assert asked["prompt"] == "select_account"
    assert "login_hint" not in asked
    assert set(asked["scope"].split()) == EVERYTHING
    assert asked["redirect_uri"] == "http://localhost:8000/connect/callback"
    [call] = stage.identity.named("begin_connect")
    assert call.arguments["tenant_id"] == CONTOSO


def test_a_reconnection_names_the_account_and_asks_for_what_it_had(stage: Stage) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    stage.save()

    asked = parameters(stage.begin(reconnect=True))

    assert asked["login_hint"] == "learning@contoso.example"
    assert "prompt" not in asked
    assert set(asked["scope"].split()) == EMAIL_ONLY


def test_a_change_of_account_lets_the_person_choose_again(stage: Stage) -> None:
    stage.connect()

    assert parameters(stage.begin())["prompt"] == "select_account"


def test_starting_with_email_only_asks_for_no_more(stage: Stage) -> None:
    pending = stage.sign_in(scopes=EMAIL_ONLY)

    states = {line["capability"]: line["state"] for line in pending.capabilities}
    assert states == {
        "permissions": "ready",
        "mailbox": "not_checked",
        "mail": "ready",
        "calendar": "needs_consent",
        "teams": "needs_consent",
        "rooms": "needs_consent",
        "shared_calendar": "not_checked",
        "meeting_options": "not_checked",
    }
    assert not stage.calendar.calls
    assert not stage.rooms.calls


def test_owner_colleague_stranger_and_lms_admin_press_connect(stage: Stage) -> None:
    def press(name: str) -> str:
        return begin_connect(
            stage.ports,
            catalog=stage.catalog,
            person=getattr(stage.cast, name),
            browser_key=BROWSER,
        )

    assert press("owner")
    for name in ("colleague", "lms_admin", "learner"):
        with pytest.raises(NotAllowed, match="catalog admin"):
            press(name)
    with pytest.raises(NotFoundHere):
        press("stranger")
    assert SignInJourney.objects.count() == 1


@pytest.mark.parametrize(
    "tampering",
    [
        {"state": ""},
        {"state": "made-up"},
        {"code": ""},
        {"code": "made-up"},
        {"error": "access_denied"},
        {"error": "server_error", "error_description": "AADSTS90033"},
    ],
    ids=str,
)
def test_tampering_with_any_parameter_connects_nothing(
    stage: Stage, tampering: dict[str, str]
) -> None:
    answer = stage.identity.callback(stage.begin()) | tampering

    with pytest.raises(ClassbellError):
        stage.finish(answer)

    assert nothing_happened()


def test_the_state_of_a_sign_in_does_not_connect(stage: Stage) -> None:
    from_sign_in = stage.identity.begin_sign_in(redirect_uri="", state="x").url
    answer = stage.identity.callback(from_sign_in)

    with pytest.raises(StateInvalid, match="not started here"):
        stage.finish(answer)


def test_a_used_callback_is_refused_and_the_account_still_waits(stage: Stage) -> None:
    answer = stage.identity.callback(stage.begin())
    pending = stage.finish(answer)

    with pytest.raises(StateInvalid, match="completed already"):
        stage.finish(answer)

    assert PendingConnection.objects.get() == pending


def test_a_callback_that_took_too_long_is_refused(stage: Stage) -> None:
    answer = stage.identity.callback(stage.begin())
    stage.clock.advance(timedelta(minutes=15))

    with pytest.raises(StateInvalid, match="15 minutes"):
        stage.finish(answer)
    assert nothing_happened()


def test_a_callback_in_another_browser_or_for_another_person_is_refused(stage: Stage) -> None:
    answer = stage.identity.callback(stage.begin())

    with pytest.raises(StateInvalid, match="another browser"):
        finish_connect(stage.ports, person=stage.owner, browser_key="other", answer=answer)
    with pytest.raises(StateInvalid, match="somebody else"):
        finish_connect(stage.ports, person=stage.cast.colleague, browser_key=BROWSER, answer=answer)
    assert nothing_happened()


def test_an_account_of_another_organisation_is_refused_by_name(stage: Stage) -> None:
    foreign = SignedInPerson(
        FABRIKAM, uuid5(FABRIKAM, "training"), "Training", "training@fabrikam.example"
    )
    answer = stage.identity.callback(stage.begin(), person=foreign)

    with pytest.raises(WrongOrganisation, match=r"training@fabrikam\.example"):
        stage.finish(answer)
    assert nothing_happened()


def test_the_organisation_is_checked_here_too(stage: Stage) -> None:
    elsewhere = SignedInPerson(FABRIKAM, stage.facts.the_profile.object_id, "Twin", "t@f.example")

    class Trusting(FakeIdentity):
        def finish_connect(
            self, tenant_id: UUID, flow: Mapping[str, object], answer: Mapping[str, str]
        ) -> tuple[SignedInPerson, TokenSet]:
            _, tokens = super().finish_connect(tenant_id, flow, answer)
            return elsewhere, tokens

    stage.identity = Trusting(stage.clock)
    stage.ports = replace(stage.ports, identity=stage.identity)

    with pytest.raises(WrongOrganisation):
        stage.finish(stage.identity.callback(stage.begin()))
    assert nothing_happened()


@pytest.mark.parametrize("method", ["finish_connect", "profile"])
def test_a_failure_at_microsoft_changes_nothing(stage: Stage, method: str) -> None:
    answer = stage.identity.callback(stage.begin())
    where = stage.identity if method == "finish_connect" else stage.facts
    where.fail_next(VerdictKind.RETRY, on=method)

    with pytest.raises(ProviderFailure):
        stage.finish(answer)
    assert nothing_happened()


def test_two_names_for_one_sign_in_are_not_believed(stage: Stage) -> None:
    answer = stage.identity.callback(stage.begin(), person=signed_in_as(stage.cast.learner))

    with pytest.raises(StateInvalid, match="two different accounts"):
        stage.finish(answer)
    assert nothing_happened()


def test_somebody_who_lost_the_role_meanwhile_connects_nothing(stage: Stage) -> None:
    answer = stage.identity.callback(stage.begin())
    RoleAssignment.objects.filter(person=stage.owner).delete()

    with pytest.raises(NotAllowed):
        stage.finish(answer)
    assert nothing_happened()
    assert not stage.identity.named("finish_connect")


def test_the_tokens_stay_sealed_to_their_row(stage: Stage) -> None:
    pending = stage.sign_in()

    assert b"access-" not in bytes(pending.sealed_tokens)
    assert b"refresh-" not in bytes(pending.sealed_tokens)


def test_signing_in_again_replaces_what_waits(stage: Stage) -> None:
    stage.sign_in()
    stage.another_account()
    second = stage.sign_in()

    assert PendingConnection.objects.get() == second
    assert second.address == "events@contoso.example"


def test_what_nobody_saved_is_forgotten_after_half_an_hour(stage: Stage) -> None:
    pending = stage.sign_in()
    item = WorkItem.objects.get(kind="forget_pending")
    assert item.due_at == stage.clock.now() + timedelta(minutes=30)

    stage.clock.advance(timedelta(minutes=29))
    forget_pending(stage.ports, Lane.objects.get(pk=item.lane_id), item.subject)
    assert PendingConnection.objects.get() == pending
    stage.clock.advance(timedelta(minutes=1))
    assert forget_pending(stage.ports, Lane.objects.get(pk=item.lane_id), item.subject) is None
    assert not PendingConnection.objects.exists()


def test_turning_back_is_told_for_its_catalog_to_its_own_browser_only(stage: Stage) -> None:
    answer = stage.identity.cancel(stage.begin())

    def asked(person: str = "owner", browser: str = BROWSER) -> object:
        who = getattr(stage.cast, person)
        return catalog_of_answer(stage.ports, person=who, browser_key=browser, answer=answer)

    assert asked() == stage.catalog
    assert asked(browser="other") is None
    assert asked(person="stranger") is None
    with pytest.raises(SignInCancelled):
        stage.finish(answer)
    assert nothing_happened()
