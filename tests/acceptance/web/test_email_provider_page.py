"""The page Email provider (ACS): for LMS admins, each of their own organisation."""

from __future__ import annotations

import pytest

from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Connection,
    EmailProvider,
    Envelope,
    EnvelopeState,
    Message,
    MessageState,
    Organisation,
)
from tests.acceptance.web.azure import CHOSEN, SAVE, SENDER, taken
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.support import FABRIKAM, NOW, a_connected_account, a_provider, an_organisation

pytestmark = pytest.mark.django_db

PROVIDER = "/email-provider"


def test_lms_admins_see_what_is_activated_and_who_uses_it(
    cast: Cast, owner: Visitor, activated: EmailProvider, connected: Connection
) -> None:
    owner.post(SAVE, {**CHOSEN, "acs_fall_over": "on"})
    taken(provider_lane(activated), "ana@contoso.example")
    EmailProvider.objects.update(report_key_hash="x" * 64)

    page = a_visitor(cast.lms_admin).get(PROVIDER)

    for words in (
        "Activated",
        SENDER,
        "Fixed: nobody can change it here.",
        "600 messages a minute, 20,000 an hour",
        "https://contoso.communication.azure.com",
        "Expected",
        "Contoso Academy",
        "Chosen; the account if it can’t send",
        "learning@contoso.example",
    ):
        assert words in page.words
    assert "Email provider (ACS)" in a_visitor(cast.lms_admin).get("/connections").words


def test_lms_admins_see_why_azure_refuses(cast: Cast, activated: EmailProvider) -> None:
    for _ in range(3):
        Envelope.objects.create(
            lane=provider_lane(activated),
            epoch=1,
            route="acs",
            state=EnvelopeState.REFUSED,
            recipients=1,
            started_at=NOW,
            verdict="operator_fault",
            code="Denied",
            explanation="The key is wrong.",
        )
    page = a_visitor(cast.lms_admin).get(PROVIDER)
    assert "Azure refuses the mail." in page.words
    assert "The key is wrong. (Denied) Whoever runs this installation has been told." in page.words


def test_without_activation_the_page_says_whom_to_ask(cast: Cast, contact: str) -> None:
    page = a_visitor(cast.lms_admin).get(PROVIDER)
    assert "Not activated" in page.words
    assert f"To have it activated, ask {contact}." in page.words
    assert "No catalog uses it." in page.words


def test_after_deactivation_the_page_counts_what_waits(
    cast: Cast, owner: Visitor, ports: Ports, activated: EmailProvider
) -> None:
    owner.post(SAVE, CHOSEN)
    taken(provider_lane(activated), "ana@contoso.example")
    Message.objects.update(state=MessageState.QUEUED)
    deactivate(ports, an_organisation(), actor=OPERATOR)
    page = a_visitor(cast.lms_admin).get(PROVIDER)
    assert "Deactivated" in page.words
    assert "1 message waits for it." in page.words


@pytest.mark.parametrize("part", ["owner", "colleague", "learner"])
def test_the_page_is_for_lms_admins(cast: Cast, activated: EmailProvider, part: str) -> None:
    page = a_visitor(getattr(cast, part)).get(PROVIDER)
    assert page.status == 403
    assert SENDER not in page.html


def test_a_stranger_sees_their_own_and_nobody_is_sent_to_sign_in(
    cast: Cast, ports: Ports, activated: EmailProvider
) -> None:
    page = a_visitor(cast.stranger).get(PROVIDER)
    assert (page.status, SENDER in page.html) == (200, False)
    assert "Not activated" in page.words
    theirs = Organisation.objects.get(tenant_id=FABRIKAM)
    a_provider(ports, theirs, sender_address="noreply@fabrikam.example")
    a_connected_account(ports, cast.foreign_catalog)
    assert "noreply@fabrikam.example" in a_visitor(cast.stranger).get(PROVIDER).words
    assert a_visitor().get(PROVIDER).location.startswith("/signin")


def test_lms_admins_send_themselves_a_test_alert_by_azure(
    cast: Cast, activated: EmailProvider
) -> None:
    browser = a_visitor(cast.lms_admin)
    assert "Azure Communication Services" in browser.get("/connections").words
    browser.post("/connections/alert-test", {"route": "acs"})
    page = browser.get("/connections")
    assert "Test alert accepted." in page.words
    assert "Proven" in page.words
