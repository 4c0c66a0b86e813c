"""The door for delivery reports: who may knock, and what is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.test import Client

from classbell import bootstrap
from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import Approved, activate, deactivate
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Attempt,
    Envelope,
    EnvelopeState,
    Message,
    MessageState,
)
from tests.acceptance.web.azure import CHOSEN, SAVE, taken
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.support import an_organisation

pytestmark = pytest.mark.django_db

ANA = "ana@contoso.example"
HANDSHAKE = json.dumps(
    [
        {
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "data": {"validationCode": "512d38b6"},
        }
    ]
)
APPROVED = Approved("https://lms.communication.azure.com", "noreply@contoso.example", 30, 100)


class EventGrid:
    """Azure Event Grid, which has no cookie and a header of its own."""

    def __init__(self, ports: Ports) -> None:
        made = activate(ports, an_organisation(), APPROVED, actor=OPERATOR, with_report_key=True)
        self.provider, self.key = made.provider, made.report_key
        self._client = Client(enforce_csrf_checks=True)

    def post(
        self, body: str | bytes, *, key: str | None = "", provider: UUID | None = None
    ) -> Page:
        """Post a body; with the right key unless another is given, None for no header."""
        headers = {} if key is None else {"x-classbell-report-key": key or self.key}
        address = f"/reports/acs/{provider or self.provider.pk}"
        kind = "application/json"
        return Page(self._client.post(address, body, content_type=kind, headers=headers))

    def report(self, envelope_id: object, outcome: str = "Delivered", *, key: str = "") -> Page:
        return self.post(json.dumps([event(envelope_id, outcome)]), key=key)


def event(envelope_id: object, status: str = "Delivered") -> dict[str, object]:
    """Return a report about Ana as Azure writes it."""
    return {
        "id": str(uuid4()),
        "eventType": "Microsoft.Communication.EmailDeliveryReportReceived",
        "data": {
            "recipient": ANA,
            "messageId": str(envelope_id),
            "status": status,
            "deliveryStatusDetails": {"statusMessage": "550 5.1.1"},
            "deliveryAttemptTimestamp": "2026-11-23T08:00:00+00:00",
        },
    }


@pytest.fixture
def grid(ports: Ports, cast: Cast) -> EventGrid:
    """Azure Event Grid, set up with the report key."""
    return EventGrid(ports)


@pytest.fixture
def envelope_id(grid: EventGrid, owner: Visitor) -> UUID:
    """An envelope to Ana that Azure has taken."""
    owner.post(SAVE, CHOSEN)
    taken(provider_lane(grid.provider), ANA)
    envelope = Envelope.objects.get()
    Attempt.objects.create(message=Message.objects.get(), envelope=envelope, number=1)
    return envelope.pk


def state() -> str:
    return Message.objects.get().state


@pytest.mark.parametrize(
    ("outcome", "then"),
    [("Delivered", "delivered"), ("Bounced", "bounced"), ("FilteredSpam", "bounced")],
)
def test_a_report_becomes_the_state_of_its_message(
    grid: EventGrid, envelope_id: UUID, owner: Visitor, outcome: str, then: str
) -> None:
    answer = grid.report(envelope_id, outcome)
    assert (answer.status, answer.html) == (200, "OK\n")
    assert state() == then
    shown = {"delivered": "Delivered", "bounced": "Returned"}[then]
    assert shown in owner.get("/catalogs/academy/delivery").words


def test_a_subscription_is_confirmed_with_its_code(grid: EventGrid) -> None:
    answer = grid.post(HANDSHAKE)
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/json"
    assert answer.html == '{"validationResponse": "512d38b6"}'


def test_the_question_may_come_before_the_header_is_set_but_nothing_else(
    grid: EventGrid, envelope_id: UUID
) -> None:
    assert grid.post(HANDSHAKE, key=None).status == 200
    assert grid.post(json.dumps([event(envelope_id)]), key=None).status == 404
    assert state() == "accepted"


def test_a_wrong_key_an_unknown_id_and_no_expectation_look_the_same(
    grid: EventGrid, ports: Ports, envelope_id: UUID
) -> None:
    answers = [
        grid.report(envelope_id, key="wrong"),
        grid.post(HANDSHAKE, key="wrong"),
        grid.post(HANDSHAKE, provider=uuid4()),
    ]
    grid.provider.report_key_hash = ""
    grid.provider.save()
    answers.append(grid.report(envelope_id))
    assert {(answer.status, answer.html) for answer in answers} == {(404, "Not Found\n")}
    assert state() == "accepted"


def test_the_key_stands_in_no_address_and_no_answer(grid: EventGrid, envelope_id: UUID) -> None:
    answer = grid.report(envelope_id)
    assert grid.key not in f"{answer.response.headers} {answer.html}"


def test_what_is_still_on_the_wire_is_asked_for_again(grid: EventGrid, envelope_id: UUID) -> None:
    Message.objects.update(state=MessageState.SENDING)
    Envelope.objects.update(state=EnvelopeState.SENDING)
    assert grid.report(envelope_id).status == 503
    Message.objects.update(state=MessageState.ACCEPTED)
    assert grid.report(envelope_id).status == 200
    assert state() == "delivered"


def test_one_unknown_report_does_not_cost_the_others(grid: EventGrid, envelope_id: UUID) -> None:
    events = [event(one) for one in ("nonsense", uuid4(), envelope_id)]
    events.insert(0, {"eventType": events[0]["eventType"], "data": {}})
    assert grid.post(json.dumps(events)).status == 200
    assert state() == "delivered"


def test_what_cannot_be_read_is_refused_for_good(grid: EventGrid) -> None:
    assert grid.post("only nonsense").status == 400


def test_too_much_at_once_is_refused_before_it_is_read(grid: EventGrid) -> None:
    assert grid.post(b"x" * (1024 * 1024 + 1)).status == 413


def test_only_posts_are_taken(grid: EventGrid) -> None:
    address = f"/reports/acs/{grid.provider.pk}"
    assert Client().get(address).status_code == 405


def test_reports_are_taken_after_deactivation_for_what_was_sent_before(
    grid: EventGrid, ports: Ports, envelope_id: UUID
) -> None:
    deactivate(ports, an_organisation(), actor=OPERATOR)
    assert grid.report(envelope_id).status == 200
    assert state() == "delivered"


def test_without_a_reader_built_in_nothing_is_taken(
    grid: EventGrid, ports: Ports, envelope_id: UUID
) -> None:
    with bootstrap.use(replace(ports, report_reader=None)):
        assert grid.report(envelope_id).status == 404
