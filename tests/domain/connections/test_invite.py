"""Inviting an account's owner: they sign in, the admin who invited them saves."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit
from uuid import uuid5

import pytest

from classbell.delivery.ledger import Addressee
from classbell.domain.connections.invite import (
    Invitation,
    begin_invited,
    finish_invited,
    invite_owner,
    is_invited_answer,
    open_invitation,
    open_invitations,
    withdraw_invitation,
)
from classbell.domain.connections.save import cancel_pending, save_settings
from classbell.domain.connections.scopes import EMAIL_ONLY
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.reader import Reader
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)
from classbell.ports.identity import SignedInPerson
from classbell.storage.models import (
    Account,
    AuditEntry,
    ConnectInvitation,
    Message,
    Notification,
    PendingConnection,
    RoleAssignment,
)
from classbell.storage.queries.connections import pending_of
from tests.domain.connections.stage import BROWSER, EVERYTHING, Stage
from tests.support import FABRIKAM

pytestmark = pytest.mark.django_db

ADDRESS = "learning@contoso.example"
OWNERS = "the-browser-of-the-account's-owner"


def invite(stage: Stage, who: str = "owner", address: str = ADDRESS) -> Invitation:
    actor = Actor.of(getattr(stage.cast, who))
    return invite_owner(stage.ports, catalog=stage.catalog, address=address, actor=actor)


def token_of(invitation: Invitation) -> str:
    return invitation.link.rsplit("/", 1)[-1]


def begin(stage: Stage, invitation: Invitation, *, choose: bool = False) -> str:
    return begin_invited(
        stage.ports, token=token_of(invitation), browser_key=OWNERS, choose_account=choose
    )


def finish(stage: Stage, answer: dict[str, str], browser: str = OWNERS) -> PendingConnection:
    return finish_invited(stage.ports, browser_key=browser, answer=answer)


def come(stage: Stage, invitation: Invitation) -> PendingConnection:
    return finish(stage, stage.identity.callback(begin(stage, invitation)))


def test_the_owner_signs_in_and_the_inviter_saves_in_any_browser(stage: Stage) -> None:
    pending = come(stage, invite(stage))

    assert not Account.objects.exists()
    now = stage.clock.now()
    for browser in (BROWSER, "another browser"):
        seen = pending_of(stage.catalog, person=stage.owner, browser_key=browser, now=now)
        assert seen == pending
    assert pending.invitation is not None
    assert pending.invitation.address == ADDRESS
    account = stage.save().account
    assert account is not None
    assert account.address == ADDRESS
    assert not PendingConnection.objects.exists()


def test_it_waits_in_the_inviters_panel_only(stage: Stage) -> None:
    come(stage, invite(stage))

    for other in (stage.cast.lms_admin, stage.cast.colleague):
        seen = pending_of(stage.catalog, person=other, browser_key=BROWSER, now=stage.clock.now())
        assert seen is None
    with pytest.raises(NotAllowed):
        save_settings(
            stage.ports,
            catalog=stage.catalog,
            person=stage.owner,
            browser_key=BROWSER,
            enabled=True,
            actor=Actor.of(stage.cast.colleague),
        )


def test_the_mail_names_catalog_and_inviter_and_carries_the_link(stage: Stage) -> None:
    invitation = invite(stage)

    notification = Notification.objects.get(kind="connect_invitation")
    assert notification.audience == [[ADDRESS, ""]]
    assert notification.expires_at == stage.clock.now() + timedelta(days=7)
    assert token_of(invitation) not in str(notification.context)
    to = Addressee(None, ADDRESS, "", "en", "UTC")
    message = Message(notification=notification, address=to.address)
    kind = kind_named("connect_invitation")
    values = kind.values(stage.ports, notification, Reader("en", "UTC"))
    assert kind.personal(stage.ports, notification, message)["LINK"] == invitation.link
    assert invitation.link not in values.values(), "what is kept holds no secret"
    assert values["INVITER NAME"] == "Mai Nielsen"
    assert values["CATALOG TITLE"] == "Contoso Academy"


def test_the_sign_in_names_the_invited_account_or_lets_the_owner_choose(stage: Stage) -> None:
    invitation = invite(stage)

    named = parse_qs(urlsplit(begin(stage, invitation)).query)
    chosen = parse_qs(urlsplit(begin(stage, invitation, choose=True)).query)

    assert named["login_hint"] == [ADDRESS]
    assert "prompt" not in named
    assert chosen["prompt"] == ["select_account"]
    assert set(named["scope"][0].split()) == EVERYTHING


def test_an_invitation_works_once(stage: Stage) -> None:
    invitation = invite(stage)
    late = stage.identity.callback(begin(stage, invitation))
    come(stage, invitation)

    for act in (
        lambda: open_invitation(stage.ports, token_of(invitation)),
        lambda: begin(stage, invitation),
        lambda: finish(stage, late),
    ):
        with pytest.raises(StateInvalid, match="does not work any more"):
            act()
    assert PendingConnection.objects.count() == 1


def test_old_withdrawn_and_replaced_invitations_do_not_work(stage: Stage) -> None:
    first = invite(stage)
    second = invite(stage)
    stage.clock.advance(timedelta(minutes=1))
    other = invite(stage, address="events@contoso.example")
    assert [one.link for one in open_invitations(stage.ports, stage.catalog)] == [
        other.link,
        second.link,
    ]
    owner = Actor.of(stage.owner)
    withdraw_invitation(stage.ports, invitation=other.row, actor=owner)
    for gone in (first, other):
        with pytest.raises(StateInvalid):
            open_invitation(stage.ports, token_of(gone))
    assert open_invitation(stage.ports, token_of(second)) == second.row
    stage.clock.advance(timedelta(days=7))
    with pytest.raises(StateInvalid):
        open_invitation(stage.ports, token_of(second))
    with pytest.raises(StateInvalid):
        open_invitation(stage.ports, "made-up")


def test_owner_colleague_stranger_lms_admin_and_operator_invite(stage: Stage) -> None:
    invitation = invite(stage)
    for name in ("colleague", "lms_admin", "learner"):
        with pytest.raises(NotAllowed):
            invite(stage, name)
    with pytest.raises(NotFoundHere):
        invite(stage, "stranger")
    for name, refusal in (("colleague", NotAllowed), ("stranger", NotFoundHere)):
        actor = Actor.of(getattr(stage.cast, name))
        with pytest.raises(refusal):
            withdraw_invitation(stage.ports, invitation=invitation.row, actor=actor)
    by_operator = partial(
        invite_owner, stage.ports, catalog=stage.catalog, address=ADDRESS, actor=OPERATOR
    )
    with pytest.raises(InvalidInput, match="Nobody is named"):
        by_operator()
    with pytest.raises(NotAllowed):
        by_operator(person=stage.cast.colleague)
    assert set(by_operator(person=stage.owner, scopes=EMAIL_ONLY).row.scopes) == EMAIL_ONLY
    assert AuditEntry.objects.filter(action="connection.owner_invited").count() == 2


def test_a_callback_belongs_to_the_browser_that_opened_the_invitation(stage: Stage) -> None:
    answer = stage.identity.callback(begin(stage, invite(stage)))

    assert is_invited_answer(stage.ports, browser_key=OWNERS, answer=answer)
    assert not is_invited_answer(stage.ports, browser_key=BROWSER, answer=answer)
    with pytest.raises(StateInvalid, match="another browser"):
        finish(stage, answer, browser=BROWSER)
    with pytest.raises(StateInvalid, match="not started here"):
        stage.finish(answer)
    ordinary = stage.identity.callback(stage.begin())
    assert not is_invited_answer(stage.ports, browser_key=BROWSER, answer=ordinary)
    with pytest.raises(StateInvalid, match="not started here"):
        finish(stage, ordinary, browser=BROWSER)
    assert not PendingConnection.objects.exists()


def test_whatever_goes_wrong_at_microsoft_the_invitation_still_works(stage: Stage) -> None:
    invitation = invite(stage)
    foreign = SignedInPerson(FABRIKAM, uuid5(FABRIKAM, "x"), "X", "x@fabrikam.example")
    with pytest.raises(SignInCancelled):
        finish(stage, stage.identity.cancel(begin(stage, invitation)))
    with pytest.raises(WrongOrganisation):
        finish(stage, stage.identity.callback(begin(stage, invitation), person=foreign))
    stage.identity.fail_next(VerdictKind.RETRY, on="finish_connect")
    with pytest.raises(ProviderFailure):
        come(stage, invitation)

    assert come(stage, invitation).address == ADDRESS


def test_nothing_waits_for_somebody_who_lost_the_role(stage: Stage) -> None:
    invitation = invite(stage)
    answer = stage.identity.callback(begin(stage, invitation))
    RoleAssignment.objects.filter(person=stage.owner).delete()

    with pytest.raises(NotAllowed, match="no admin of the catalog any more"):
        finish(stage, answer)
    assert not PendingConnection.objects.exists()
    assert not stage.identity.named("finish_connect")


def test_the_inviter_may_be_away_for_days_and_may_cancel(stage: Stage) -> None:
    pending = come(stage, invite(stage))
    assert pending.expires_at == stage.clock.now() + timedelta(days=3)

    assert cancel_pending(
        stage.ports, catalog=stage.catalog, person=stage.owner, browser_key=BROWSER
    )
    assert not PendingConnection.objects.exists()


def test_links_are_kept_sealed(stage: Stage) -> None:
    invitation = invite(stage)

    stored = ConnectInvitation.objects.get()
    assert token_of(invitation).encode() not in bytes(stored.sealed_token)
    assert token_of(invitation) not in repr(invitation)
    assert token_of(invitation) not in str(AuditEntry.objects.values_list("after", flat=True))
