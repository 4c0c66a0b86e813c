"""Sign-in links: how somebody known only by address adds their sign-in."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import uuid5

import pytest

from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.organisations.links import usable_link
from classbell.domain.organisations.people import (
    issue_link,
)
from classbell.domain.organisations.signin import begin_link, begin_sign_in, finish_sign_in
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    StateInvalid,
    WrongOrganisation,
)
from classbell.ports.identity import SignedInPerson
from classbell.storage.models import (
    AuditEntry,
    Notification,
    Person,
    PersonLink,
)
from tests.domain.people import Cast, signed_in_as
from tests.fakes import FakeClock, FakeIdentity
from tests.support import CONTOSO

pytestmark = pytest.mark.django_db
BROWSER = "browser-of-zoe"


def token_in_the_mail(ports: Ports) -> str:
    context = Notification.objects.order_by("-created_at", "-id").get(kind="sign_in_link").context
    sealed = base64.b64decode(context["sealed_token"])
    return ports.cipher.open(sealed, bound_to=f"person_link.token:{context['link']}").decode()


def test_a_link_adds_a_sign_in_once(ports: Ports, identity: FakeIdentity, zoe: Person) -> None:
    issue_link(ports, zoe, actor=OPERATOR)
    token = token_in_the_mail(ports)
    account = SignedInPerson(CONTOSO, uuid5(CONTOSO, "zoe"), zoe.name, "zoe@contoso.example")

    url = begin_link(ports, token=token, browser_key=BROWSER)
    person, return_to = finish_sign_in(
        ports, browser_key=BROWSER, answer=identity.callback(url, person=account)
    )

    assert (person.pk, person.object_id, return_to) == (zoe.pk, account.object_id, "/")
    with pytest.raises(StateInvalid, match="does not work any more"):
        begin_link(ports, token=token, browser_key=BROWSER)
    again = begin_sign_in(ports, browser_key=BROWSER)
    known, _ = finish_sign_in(
        ports, browser_key=BROWSER, answer=identity.callback(again, person=account)
    )
    assert known.pk == zoe.pk


def test_two_browsers_with_one_link_link_one_account(
    ports: Ports, identity: FakeIdentity, zoe: Person
) -> None:
    issue_link(ports, zoe, actor=OPERATOR)
    token = token_in_the_mail(ports)
    first = begin_link(ports, token=token, browser_key="first")
    second = begin_link(ports, token=token, browser_key="second")
    mine = SignedInPerson(CONTOSO, uuid5(CONTOSO, "zoe"), "Zoé", "zoe@contoso.example")
    theirs = SignedInPerson(CONTOSO, uuid5(CONTOSO, "eve"), "Eve", "eve@contoso.example")
    finish_sign_in(ports, browser_key="first", answer=identity.callback(first, person=mine))

    with pytest.raises(StateInvalid):
        finish_sign_in(ports, browser_key="second", answer=identity.callback(second, person=theirs))

    zoe.refresh_from_db()
    assert zoe.object_id == mine.object_id


def test_an_account_of_another_organisation_cannot_use_the_link_which_then_still_works(
    ports: Ports, identity: FakeIdentity, zoe: Person, cast: Cast
) -> None:
    issue_link(ports, zoe, actor=OPERATOR)
    token = token_in_the_mail(ports)
    url = begin_link(ports, token=token, browser_key=BROWSER)

    with pytest.raises(WrongOrganisation):
        finish_sign_in(
            ports,
            browser_key=BROWSER,
            answer=identity.callback(url, person=signed_in_as(cast.stranger)),
        )

    zoe.refresh_from_db()
    assert zoe.object_id is None
    assert usable_link(ports, token).person == zoe


def test_an_account_that_is_somebody_else_already_is_not_linked_twice(
    ports: Ports, identity: FakeIdentity, zoe: Person, cast: Cast
) -> None:
    issue_link(ports, zoe, actor=OPERATOR)
    token = token_in_the_mail(ports)
    url = begin_link(ports, token=token, browser_key=BROWSER)

    with pytest.raises(InvalidInput, match="somebody else already"):
        finish_sign_in(
            ports,
            browser_key=BROWSER,
            answer=identity.callback(url, person=signed_in_as(cast.owner)),
        )

    assert usable_link(ports, token).person == zoe


def test_only_the_newest_link_works_and_only_for_seven_days(
    ports: Ports, clock: FakeClock, zoe: Person
) -> None:
    issue_link(ports, zoe, actor=OPERATOR)
    old = token_in_the_mail(ports)
    Notification.objects.all().delete()
    issue_link(ports, zoe, actor=OPERATOR)
    new = token_in_the_mail(ports)

    with pytest.raises(StateInvalid):
        usable_link(ports, old)
    assert usable_link(ports, new).person == zoe
    clock.advance(timedelta(days=7))
    with pytest.raises(StateInvalid):
        usable_link(ports, new)


def test_the_token_of_a_link_is_nowhere_in_the_database(ports: Ports, zoe: Person) -> None:
    issue_link(ports, zoe, actor=OPERATOR)
    token = token_in_the_mail(ports)

    assert token not in str(list(PersonLink.objects.values()))
    assert token not in str(list(Notification.objects.values()))
    assert token not in str(list(AuditEntry.objects.values()))


def test_owner_colleague_and_stranger_invite(ports: Ports, zoe: Person, cast: Cast) -> None:
    issue_link(ports, zoe, catalog=cast.catalog, actor=Actor.of(cast.owner))
    with pytest.raises(NotAllowed):
        issue_link(ports, zoe, catalog=cast.catalog, actor=Actor.of(cast.colleague))
    with pytest.raises(NotFoundHere):
        issue_link(ports, zoe, catalog=cast.catalog, actor=Actor.of(cast.stranger))
    with pytest.raises(NotFoundHere):
        issue_link(ports, zoe, catalog=cast.foreign_catalog, actor=Actor.of(cast.stranger))
    with pytest.raises(NotAllowed):
        issue_link(ports, zoe, actor=Actor.of(cast.owner))
    issue_link(ports, zoe, actor=Actor.of(cast.lms_admin))

    assert PersonLink.objects.filter(used_at=None).count() == 1


def test_somebody_with_a_sign_in_needs_no_link(ports: Ports, cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="can sign in already"):
        issue_link(ports, cast.learner, actor=OPERATOR)
