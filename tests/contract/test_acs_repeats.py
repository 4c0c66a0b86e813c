"""A mail over which Azure breaks: looked up before it is sent again, so that it arrives once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from classbell.delivery.handlers import Handlers
from classbell.ports.mail import Accepted, Mail, Sighting
from classbell.storage.models import Envelope, Lane
from m365sandbox.testing import Sandbox
from tests.contract.email_sides import ZOE, EmailSide
from tests.storage.delivery.world import NOW, World

pytestmark = pytest.mark.django_db

SEND = "/emails:send"


class ThroughAzure(World):
    """A lane whose mail takes the sandbox's Azure Communication Services."""

    azure: EmailSide

    @property
    def handlers(self) -> Handlers:
        return replace(super().handlers, send=self._send, traceable=True, look_up=self._ask_azure)

    def _send(self, _lane: Lane, envelope_id: UUID, mail: Mail) -> Accepted:
        return self.azure.service.send(self.azure.resource, mail, str(envelope_id))

    def _ask_azure(self, _lane: Lane, envelope_id: UUID) -> Sighting:
        return self.azure.service.look_up(self.azure.resource, str(envelope_id))


@pytest.fixture
def lane(undescribed: EmailSide) -> ThroughAzure:
    """Give a lane to the sandbox's resource."""
    world = ThroughAzure()
    world.azure = undescribed
    return world


@pytest.fixture(params=["recognised", "sent_again", "refused"])
def _repeats(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[None]:
    """Let Azure deal with a repeated Operation-Id in each way that is conceivable."""
    sandbox.control.acs.settings(repeats=request.param)
    yield
    sandbox.control.acs.settings(repeats="recognised")


def arrived(sandbox: Sandbox) -> int:
    """Count the mails in Zoé's mailbox that came through Azure."""
    sandbox.control.advance(timedelta(minutes=1))
    return len(sandbox.control.received(ZOE.address))


@pytest.mark.usefixtures("_repeats")
@pytest.mark.parametrize("effect", ["act_then_answer", "answer"])
@pytest.mark.parametrize("status", [500, 503])
def test_whether_it_had_acted_or_not_one_mail_arrives(
    lane: ThroughAzure, sandbox: Sandbox, effect: str, status: int
) -> None:
    before = arrived(sandbox)
    sandbox.control.add_fault(path=SEND, effect=effect, status=status, count=1)
    lane.queue(ZOE.address)
    lane.run_until(NOW + timedelta(minutes=1), step=timedelta(seconds=5))
    assert arrived(sandbox) - before == 1
    lane.run_until(NOW + timedelta(minutes=2), step=timedelta(seconds=5))
    assert lane.states() == {ZOE.address: "accepted"}
    assert arrived(sandbox) - before == 1


def test_while_it_goes_on_breaking_it_is_left_alone_for_longer_each_time(
    lane: ThroughAzure, sandbox: Sandbox
) -> None:
    before = arrived(sandbox)
    sandbox.control.add_fault(path=SEND, status=500, count=4)
    lane.queue(ZOE.address)
    lane.run_until(NOW + timedelta(minutes=5), step=timedelta(seconds=5))
    begun = list(Envelope.objects.order_by("started_at").values_list("started_at", flat=True))
    pauses = [(end - start).total_seconds() for start, end in pairwise(begun)]
    assert len(pauses) == 4
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 45
    assert arrived(sandbox) - before == 1


def test_the_pause_it_asks_for_is_kept_by_the_whole_lane(
    lane: ThroughAzure, sandbox: Sandbox
) -> None:
    before = arrived(sandbox)
    headers = {"Retry-After": "600"}
    sandbox.control.add_fault(path=SEND, status=503, headers=headers, count=1)
    lane.queue(ZOE.address)
    lane.run_until(NOW + timedelta(minutes=1), step=timedelta(seconds=5))
    assert lane.states() == {ZOE.address: "unknown"}
    assert lane.reread().blocked_until is not None
    assert arrived(sandbox) == before
