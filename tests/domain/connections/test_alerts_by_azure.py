"""Alerts by Azure: the first route, proven by its own test, left when it cannot carry them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.delivery.lanes import housekeeping_lane, system_lane
from classbell.domain.connections.alert_routes import (
    alert_warning,
    routes,
    send_test_alert,
)
from classbell.domain.notifications.render import render
from classbell.domain.notifications.routes import reroute
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.ports.errors import InvalidInput
from classbell.storage.models import AlertRoute, Message, Notification
from tests.domain.connections.mail_routes import (
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
from tests.fakes import FakeEmailService
from tests.support import a_provider

pytestmark = pytest.mark.django_db

ANA = "ana.lund@contoso.example"


def test_alerts_take_azure_first_then_the_system_mailer_then_another_account(
    stage: Stage,
) -> None:
    account, provider = both(stage)
    lose(stage, account)
    told = Notification.objects.get(kind="connection_lost")
    expand(stage, told)
    assert {lane for lane, _ in where("connection_lost").values()} == {"acs"}

    refuse(stage, azure(provider))
    look(stage, azure(provider))

    rows = Message.objects.filter(notification=told)
    assert {row.lane for row in rows} == {system_lane()}
    rows.update(attempt=1)
    stage.clock.advance(timedelta(hours=2))
    reroute(stage.ports, housekeeping_lane(account.organisation_id), str(told.pk))
    assert {lane for lane, _ in where("connection_lost").values()} == {"acs"}, "tried again"


def test_alerts_that_wait_for_azure_take_the_next_route_at_its_deactivation(
    stage: Stage,
) -> None:
    account, _ = both(stage)
    lose(stage, account)
    expand(stage, Notification.objects.get(kind="connection_lost"))

    done = deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)

    assert done.moved == 2
    assert {lane for lane, _ in where("connection_lost").values()} == {"system_mailer"}


def test_azure_proves_itself_as_a_route_for_alerts_by_its_own_test(stage: Stage) -> None:
    here = stage.catalog.organisation
    with pytest.raises(InvalidInput, match="not activated"):
        send_test_alert(
            stage.ports, address=ANA, actor=OPERATOR, organisation=here, route=AlertRoute.ACS
        )
    a_provider(stage.ports)
    assert [way.route for way in routes(stage.ports, here)] == ["acs", "system_mailer"]
    assert alert_warning(stage.ports, here)

    test = send_test_alert(
        stage.ports, address=ANA, actor=OPERATOR, organisation=here, route=AlertRoute.ACS
    )

    assert (test.accepted, test.organisation) == (True, here)
    assert isinstance(stage.ports.email_service, FakeEmailService)
    [sent] = stage.ports.email_service.sent
    assert (sent.resource.sender_address, sent.mail.to[0].address) == (
        "noreply@contoso.example",
        ANA,
    )
    assert alert_warning(stage.ports, here) == ""
    assert alert_warning(stage.ports, stage.cast.foreign_catalog.organisation)
    a_provider(stage.ports, sender_address="other@contoso.example")
    assert alert_warning(stage.ports, here), "another sender is another route"


def test_the_operators_alarm_says_what_to_do(stage: Stage) -> None:
    installation = replace(stage.ports.installation, operator_address="operator@contoso.example")
    stage.ports = replace(stage.ports, installation=installation)
    _, provider = both(stage, use_acs=True)
    tell(stage, "Ana Lund")
    refuse(stage, azure(provider))
    look(stage, azure(provider))

    told = Notification.objects.get(kind="email_provider_refused")
    expand(stage, told)

    row = Message.objects.get(notification=told)
    mail = render(stage.ports, row.pk)
    assert (row.address, row.organisation) == ("operator@contoso.example", None)
    assert mail.subject == "Azure refuses the mail of Contoso"
    assert "noreply@contoso.example" in mail.text
    assert "The key is wrong. (Denied)" in mail.text
    assert row.lane == system_lane(), "never by the route that it is about"
