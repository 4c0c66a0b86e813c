"""Signing in with Microsoft: who comes in, who does not, and what they are told."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

import pytest

from classbell.domain.organisations.signin import begin_sign_in, finish_sign_in, own_path
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    ClassbellError,
    NotAllowed,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)
from classbell.ports.identity import SignedInPerson
from classbell.storage.models import AuditEntry, Person, SignInJourney
from tests.domain.people import LENA, Cast, signed_in_as
from tests.fakes import FakeClock, FakeIdentity
from tests.support import CONTOSO

pytestmark = pytest.mark.django_db
BROWSER = "browser-of-mai"


def test_a_known_person_comes_in_and_sees_the_page_they_wanted(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER, return_to="/catalogs/academy?panel=m365")
    answer = identity.callback(url, person=signed_in_as(cast.owner))

    person, return_to = finish_sign_in(ports, browser_key=BROWSER, answer=answer)

    assert person == cast.owner
    assert return_to == "/catalogs/academy?panel=m365"
    assert AuditEntry.objects.filter(action="person.signed_in", actor=person).count() == 1


def test_the_state_that_travels_is_nowhere_in_the_database(
    ports: Ports, identity: FakeIdentity
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)
    state = identity.callback(url)["state"]

    journey = SignInJourney.objects.get()
    assert state not in journey.state_hash
    assert state.encode() not in bytes(journey.sealed_flow)


def test_somebody_of_the_organisation_whom_nobody_added_is_told_whom_to_ask(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    stranger_here = SignedInPerson(CONTOSO, uuid5(CONTOSO, "new"), "Nia New", "nia@contoso.example")
    url = begin_sign_in(ports, browser_key=BROWSER)
    people = Person.objects.count()

    with pytest.raises(NotAllowed) as refused:
        finish_sign_in(
            ports, browser_key=BROWSER, answer=identity.callback(url, person=stranger_here)
        )

    assert "Nia New" in str(refused.value)
    assert LENA in refused.value.remedy
    assert str(stranger_here.object_id) in refused.value.remedy
    assert Person.objects.count() == people


def test_an_account_with_a_known_address_but_another_object_id_stays_outside(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    impostor = SignedInPerson(
        CONTOSO, uuid5(CONTOSO, "impostor"), cast.owner.name, cast.owner.address
    )
    url = begin_sign_in(ports, browser_key=BROWSER)

    with pytest.raises(NotAllowed):
        finish_sign_in(ports, browser_key=BROWSER, answer=identity.callback(url, person=impostor))


def test_the_same_object_id_in_another_tenant_is_somebody_else(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    assert cast.owner.object_id is not None
    elsewhere = uuid5(CONTOSO, "a tenant nobody serves")
    twin = SignedInPerson(elsewhere, cast.owner.object_id, cast.owner.name, cast.owner.address)
    url = begin_sign_in(ports, browser_key=BROWSER)

    with pytest.raises(WrongOrganisation) as refused:
        finish_sign_in(ports, browser_key=BROWSER, answer=identity.callback(url, person=twin))

    assert str(elsewhere) in refused.value.remedy


def test_a_second_callback_with_the_same_state_is_refused(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)
    answer = identity.callback(url, person=signed_in_as(cast.owner))
    finish_sign_in(ports, browser_key=BROWSER, answer=answer)

    with pytest.raises(StateInvalid, match="completed already"):
        finish_sign_in(ports, browser_key=BROWSER, answer=answer)


def test_a_callback_in_another_browser_is_refused_and_the_right_browser_may_still_finish(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)
    answer = identity.callback(url, person=signed_in_as(cast.owner))

    with pytest.raises(StateInvalid, match="another browser"):
        finish_sign_in(ports, browser_key="browser-of-a-thief", answer=answer)

    person, _ = finish_sign_in(ports, browser_key=BROWSER, answer=answer)
    assert person == cast.owner


def test_a_callback_after_fifteen_minutes_is_refused(
    ports: Ports, identity: FakeIdentity, clock: FakeClock, cast: Cast
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)
    answer = identity.callback(url, person=signed_in_as(cast.owner))
    clock.advance(timedelta(minutes=15))

    with pytest.raises(StateInvalid, match="15 minutes"):
        finish_sign_in(ports, browser_key=BROWSER, answer=answer)


@pytest.mark.parametrize(
    "tampering",
    [
        {"state": ""},
        {"state": "made-up"},
        {"code": ""},
        {"code": "made-up"},
        {"error": "access_denied"},
    ],
    ids=str,
)
def test_tampering_with_any_parameter_lets_nobody_in(
    ports: Ports, identity: FakeIdentity, cast: Cast, tampering: dict[str, str]
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)
    answer = identity.callback(url, person=signed_in_as(cast.owner)) | tampering

    with pytest.raises(ClassbellError):
        finish_sign_in(ports, browser_key=BROWSER, answer=answer)

    assert not AuditEntry.objects.filter(action="person.signed_in").exists()


def test_a_callback_without_any_parameter_is_refused(ports: Ports) -> None:
    begin_sign_in(ports, browser_key=BROWSER)

    with pytest.raises(StateInvalid, match="not started here"):
        finish_sign_in(ports, browser_key=BROWSER, answer={})


def test_turning_back_at_microsoft_is_no_fault(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)

    with pytest.raises(SignInCancelled):
        finish_sign_in(ports, browser_key=BROWSER, answer=identity.cancel(url))


def test_microsofts_own_failure_is_passed_on_as_such(
    ports: Ports, identity: FakeIdentity, cast: Cast
) -> None:
    url = begin_sign_in(ports, browser_key=BROWSER)
    answer = identity.callback(url, person=signed_in_as(cast.owner))
    identity.fail_next(VerdictKind.RETRY, on="finish_sign_in")

    with pytest.raises(ProviderFailure):
        finish_sign_in(ports, browser_key=BROWSER, answer=answer)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x",
        "",
        "/" + "a" * 500,
    ],
)
def test_nobody_is_led_to_a_foreign_site_after_signing_in(path: str) -> None:
    assert own_path(path) == "/"


def test_a_page_of_ours_is_kept() -> None:
    assert own_path("/catalogs/academy?tab=a#b") == "/catalogs/academy?tab=a#b"
