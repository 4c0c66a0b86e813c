"""Alerts: by which route, how often, and what is proven about the routes beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classbell.delivery.lanes import housekeeping_lane, mailbox_lane, system_lane
from classbell.domain.connections.alarms import (
    application_accepted,
    application_refused,
    credential_line,
    warn_of_expiry,
)
from classbell.domain.connections.alert_routes import (
    alert_warning,
    allow_substitute,
    send_test_alert,
)
from classbell.domain.connections.alerts import ESCALATE_AFTER, still_lost
from classbell.domain.connections.lost import account_back, account_lost
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.render import render
from classbell.domain.notifications.routes import reroute
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.errors import (
    ConfigurationFault,
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    Verdict,
    VerdictKind,
)
from classbell.ports.installation import Credential, Installation
from classbell.storage.models import (
    Account,
    AlertRoute,
    Incident,
    Message,
    MessageState,
    Notification,
    Organisation,
    WorkItem,
)
from tests.domain.connections.stage import Stage
from tests.fakes import FakeSystemMailer

pytestmark = pytest.mark.django_db

REVOKED = Verdict(VerdictKind.SIGN_IN_AGAIN, "AADSTS50173", "The sign-in was revoked.", status=400)
EXPIRED = Verdict(VerdictKind.OPERATOR_FAULT, "AADSTS7000222", "The secret has expired.")
ADDRESS = "operator@contoso.example"


def with_installation(stage: Stage, **facts: object) -> Stage:
    known = Installation(operator_address=ADDRESS, mail_route="smtp://mail:25 as lms@x")
    stage.ports = replace(stage.ports, installation=replace(known, **facts))  # type: ignore[arg-type]  # any fact
    return stage


def organisation(stage: Stage) -> Organisation:
    return stage.catalog.organisation


def messages(stage: Stage, kind: str) -> list[Message]:
    """Expand the notifications of a kind and return their messages."""
    for told in Notification.objects.filter(kind=kind):
        expand_notification(stage.ports, system_lane(), str(told.pk))
    return list(Message.objects.filter(notification__kind=kind).order_by("address"))


def a_second_account(stage: Stage) -> tuple[Account, Account]:
    """Connect an account for each of the organisation's two catalogs."""
    first, cast = stage.connect(), stage.cast
    stage.cast = replace(cast, catalog=cast.other_catalog, owner=cast.colleague)
    stage.another_account()
    second = stage.connect()
    stage.cast = cast
    return first, second


def test_a_loss_is_told_again_after_a_day_if_nobody_acted(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, REVOKED)
    lane = housekeeping_lane(account.organisation_id)
    asked = WorkItem.objects.get(lane=lane, kind="still_lost")
    assert asked.due_at == stage.clock.now() + ESCALATE_AFTER
    stage.clock.advance(ESCALATE_AFTER)

    assert still_lost(stage.ports, lane, asked.subject) is None

    [first, _] = messages(stage, "connection_lost_still")
    mail = render(stage.ports, first.pk)
    assert "since 23 Nov 2026, 08:00 UTC" in mail.text
    assert "sign in with the account again" in mail.text


def test_nobody_is_told_again_where_it_is_mended(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, REVOKED)
    incident = Incident.objects.get()
    stage.connect()

    still_lost(stage.ports, housekeeping_lane(account.organisation_id), str(incident.pk))

    assert not Notification.objects.filter(kind="connection_lost_still").exists()
    assert len(messages(stage, "connection_restored")) == 2


def test_the_recovery_is_told_with_what_goes_out(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message()
    account_lost(stage.ports, account.id, REVOKED)
    account.refresh_from_db()
    account_back(stage.ports, account)

    mails = [render(stage.ports, each.pk) for each in messages(stage, "connection_restored")]
    assert [mail.to[0].address for mail in mails] == [
        stage.cast.lms_admin.address,
        stage.owner.address,
    ]
    assert all("Messages that go out now: 1." in mail.text for mail in mails)


def test_without_a_system_mailer_a_healthy_account_steps_in_where_allowed(stage: Stage) -> None:
    first, second = a_second_account(stage)
    stage.ports = replace(stage.ports, system_mailer=None)
    account_lost(stage.ports, first.id, REVOKED)
    assert {each.state for each in messages(stage, "connection_lost")} == {MessageState.NOT_SENT}
    Notification.objects.all().delete()
    account_back(stage.ports, Account.objects.get(pk=first.pk))
    admin = Actor.of(stage.cast.lms_admin)
    allow_substitute(stage.ports, organisation(stage), allowed=True, actor=admin)

    account_lost(stage.ports, first.id, REVOKED)

    assert {each.lane for each in messages(stage, "connection_lost")} == {mailbox_lane(second)}


def test_alerts_that_the_system_mailer_does_not_take_move_to_the_next_route(stage: Stage) -> None:
    first, second = a_second_account(stage)
    allow_substitute(stage.ports, organisation(stage), allowed=True, actor=OPERATOR)
    account_lost(stage.ports, first.id, REVOKED)
    sent, stuck = messages(stage, "connection_lost")
    Message.objects.filter(pk=stuck.pk).update(attempt=2)
    Message.objects.filter(pk=sent.pk).update(state=MessageState.ACCEPTED)
    lane = housekeeping_lane(first.organisation_id)
    asked = WorkItem.objects.get(lane=lane, kind="reroute")

    again_at = reroute(stage.ports, lane, asked.subject)

    stuck.refresh_from_db()
    assert (stuck.state, stuck.lane) == (MessageState.QUEUED, mailbox_lane(second))
    assert again_at == stage.clock.now() + timedelta(minutes=10)
    Message.objects.filter(pk=stuck.pk).update(state=MessageState.ACCEPTED)
    assert reroute(stage.ports, lane, asked.subject) is None


def test_a_refused_application_alarms_the_operator_once_and_no_admin(stage: Stage) -> None:
    with_installation(stage)
    assert application_refused(stage.ports, EXPIRED)
    assert not application_refused(stage.ports, EXPIRED)

    [alarm] = messages(stage, "application_refused")
    assert (alarm.address, alarm.organisation) == (ADDRESS, None)
    assert "AADSTS7000222" in render(stage.ports, alarm.pk).text
    with pytest.raises(ConfigurationFault, match="refuses the application"):
        credential_line(stage.ports)
    application_accepted(stage.ports)
    assert credential_line(stage.ports).startswith("secret")
    assert application_refused(stage.ports, EXPIRED)


@pytest.mark.parametrize("left", [31, 30, 20, 7, 1, 0])
def test_the_operator_is_warned_from_thirty_days_once_for_each_step(
    stage: Stage, left: int
) -> None:
    expires_at = stage.clock.now() + timedelta(days=left, hours=5)
    with_installation(stage, credential=Credential("secret", expires_at))

    assert [warn_of_expiry(stage.ports) for _ in range(2)] == [left, left]

    mails = messages(stage, "application_secret_expiring")
    assert len(mails) == (0 if left > 30 else 1)
    for each in mails:
        assert f"{left} days left" in render(stage.ports, each.pk).subject


def test_doctor_says_the_days_left_and_fails_in_the_last_thirty(stage: Stage) -> None:
    far = datetime(2027, 6, 1, tzinfo=UTC)
    with_installation(stage, credential=Credential("certificate", far))
    assert credential_line(stage.ports) == "certificate, 189 days left"
    soon = stage.clock.now() + timedelta(days=4)
    with_installation(stage, credential=Credential("secret", soon))
    with pytest.raises(ConfigurationFault, match="4 days left"):
        credential_line(stage.ports)
    with_installation(
        stage, credential=Credential("certificate", stage.clock.now() - timedelta(days=9))
    )
    with pytest.raises(ConfigurationFault, match="ran out on 20") as found:
        credential_line(stage.ports)
    assert "CLASSBELL_CLIENT_CERTIFICATE" in found.value.remedy
    with_installation(stage, credential=Credential("secret", soon, has_next=True))
    assert credential_line(stage.ports) == "secret, 4 days left, another stands by"


def test_a_route_is_unproven_until_it_delivered_a_test_as_it_is_set_now(stage: Stage) -> None:
    with_installation(stage)
    here = organisation(stage)
    assert "has delivered a test" in alert_warning(stage.ports, here)

    test = send_test_alert(stage.ports, address=ADDRESS, actor=OPERATOR)

    assert (test.accepted, alert_warning(stage.ports, here)) == (True, "")
    mailer = stage.ports.system_mailer
    assert isinstance(mailer, FakeSystemMailer)
    assert len(mailer.to(ADDRESS)) == 1
    with_installation(stage, mail_route="smtp://another:25 as lms@x")
    assert alert_warning(stage.ports, here)


def test_a_test_that_was_refused_proves_nothing(stage: Stage) -> None:
    mailer = FakeSystemMailer()
    stage.ports = replace(with_installation(stage).ports, system_mailer=mailer)
    mailer.fail_next(Verdict(VerdictKind.OPERATOR_FAULT, "SMTP 535", "The password is wrong."))

    test = send_test_alert(stage.ports, address=ADDRESS, actor=OPERATOR)

    assert (test.accepted, test.code) == (False, "SMTP 535")
    assert "was not accepted" in alert_warning(stage.ports, None)


def test_an_account_that_may_carry_alerts_is_proven_by_its_own_test(stage: Stage) -> None:
    stage.connect()
    stage.ports = replace(stage.ports, system_mailer=None)
    here, admin = organisation(stage), Actor.of(stage.cast.lms_admin)
    assert "no route" in alert_warning(stage.ports, here)
    with pytest.raises(InvalidInput):
        send_test_alert(
            stage.ports, address=ADDRESS, actor=admin, organisation=here, route=AlertRoute.ACCOUNT
        )
    allow_substitute(stage.ports, here, allowed=True, actor=admin)
    send_test_alert(
        stage.ports, address=ADDRESS, actor=admin, organisation=here, route=AlertRoute.ACCOUNT
    )
    assert alert_warning(stage.ports, here) == ""
    assert alert_warning(stage.ports, stage.cast.foreign_catalog.organisation)


def test_only_lms_admins_of_the_organisation_set_its_routes(stage: Stage) -> None:
    here = organisation(stage)
    for person, refusal in ((stage.owner, NotAllowed), (stage.cast.stranger, NotFoundHere)):
        with pytest.raises(refusal):
            allow_substitute(stage.ports, here, allowed=True, actor=Actor.of(person))
        with pytest.raises(refusal):
            send_test_alert(stage.ports, address=ADDRESS, actor=Actor.of(person), organisation=here)
