"""Consent: what is needed, what is missing, and what is known about the organisation's."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from classbell.domain.connections import scopes as product_scopes
from classbell.domain.connections.consent import (
    ConsentKind,
    begin_consent,
    consent_state,
    needed_scopes,
)
from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.scopes import EMAIL_ONLY
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    SignInCancelled,
    Verdict,
    VerdictKind,
)
from classbell.storage.models import Account
from tests.domain.connections.stage import BROWSER, EVERYTHING, Stage

pytestmark = pytest.mark.django_db


def press_consent(stage: Stage, who: str = "owner") -> dict[str, str]:
    url = begin_consent(
        stage.ports,
        catalog=stage.catalog,
        person=getattr(stage.cast, who),
        browser_key=BROWSER,
    )
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_fresh_connection_lacks_nothing_and_claims_nothing_about_the_organisation(
    stage: Stage,
) -> None:
    consent = consent_state(stage.connect())

    assert (consent.missing, consent.outdated, consent.narrower) == (frozenset(), False, False)
    assert consent.kind is ConsentKind.NOT_KNOWN
    assert "does not tell" in consent.evidence


def test_an_update_that_needs_more_shows_before_anything_fails(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = stage.connect()
    more = product_scopes.FULL | {"Chat.Read"}
    monkeypatch.setattr(product_scopes, "FULL", more)

    consent = consent_state(account)

    assert (consent.missing, consent.outdated) == (frozenset({"Chat.Read"}), True)
    assert account.state == "connected"
    asked = press_consent(stage)
    assert set(asked["scope"].split()) == more
    assert asked["login_hint"] == "learning@contoso.example"
    assert "prompt" not in asked


def test_mail_only_stays_enough_for_whoever_chose_it(stage: Stage) -> None:
    stage.sign_in(scopes=EMAIL_ONLY)
    account = stage.save().account
    assert account is not None

    assert needed_scopes(account) == EMAIL_ONLY
    assert not consent_state(account).missing


def test_a_narrower_grant_is_told_from_an_outdated_one(stage: Stage) -> None:
    stage.sign_in(granted=EVERYTHING - {"Place.Read.All"})
    account = stage.save().account
    assert account is not None

    consent = consent_state(account)

    assert (consent.narrower, consent.outdated) == (True, False)
    assert consent.needs_admin
    account.granted_scopes = sorted(EMAIL_ONLY | {"Place.Read.All"})
    assert consent_state(account).outdated


def test_a_reconnection_with_less_does_not_hide_what_is_outdated(stage: Stage) -> None:
    account = stage.connect()
    Account.objects.update(granted_scopes=sorted(EMAIL_ONLY))
    stage.finish(stage.identity.callback(stage.begin(reconnect=True)))
    stage.save()

    account.refresh_from_db()
    assert consent_state(account).missing == EVERYTHING - EMAIL_ONLY


def test_consent_that_was_withdrawn_is_outdated(stage: Stage) -> None:
    account = stage.connect()
    account_lost(
        stage.ports, account.pk, Verdict(VerdictKind.CONSENT_NEEDED, "AADSTS65001", "Withdrawn.")
    )

    assert consent_state(account).outdated
    assert set(press_consent(stage)["scope"].split()) == EVERYTHING


def test_an_account_given_what_nobody_asked_it_for_shows_consent_for_the_organisation(
    stage: Stage,
) -> None:
    stage.connect()
    stage.another_account()
    stage.sign_in(scopes=EMAIL_ONLY, granted=EVERYTHING)

    consent = consent_state(Account.objects.get())

    assert consent.kind is ConsentKind.ORGANISATION
    assert "events@contoso.example" in consent.evidence
    assert "Calendars.ReadWrite" in consent.evidence


def test_what_an_account_consented_to_itself_says_nothing_about_others(stage: Stage) -> None:
    stage.sign_in()
    stage.sign_in(scopes=EMAIL_ONLY, granted=EVERYTHING)
    account = stage.save().account
    assert account is not None

    assert consent_state(account).kind is ConsentKind.NOT_KNOWN


def test_a_page_of_consent_shown_to_another_account_shows_there_is_none_for_all(
    stage: Stage,
) -> None:
    account = stage.connect()
    with pytest.raises(SignInCancelled):
        stage.finish(stage.identity.cancel(stage.begin()))

    assert consent_state(account).kind is ConsentKind.ACCOUNT_ONLY


def test_owner_colleague_and_stranger_press_consent(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match="No account"):
        press_consent(stage)
    stage.connect()
    assert press_consent(stage)
    with pytest.raises(NotAllowed):
        press_consent(stage, "colleague")
    with pytest.raises(NotFoundHere):
        press_consent(stage, "stranger")
