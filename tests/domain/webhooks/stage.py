"""What tests of webhooks share: a receiver on loopback, an endpoint, and a worker's rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any

from classbell import bootstrap
from classbell.delivery.chores import do_chore, next_chore
from classbell.delivery.handlers import Handlers, WorkFunction
from classbell.delivery.lanes import take
from classbell.delivery.pace import UNLIMITED
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.events import emit
from classbell.domain.webhooks.deliver import deliver_next
from classbell.domain.webhooks.endpoints import EndpointChoice, NewSecret, create_endpoint
from classbell.domain.webhooks.pass_on import DELIVER, pass_on_events
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, DomainEvent, Lane, LaneKind, WebhookDelivery
from classbell.webhooks import webhook_sender
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeClock
from tests.receiver import Receiver, a_receiver
from tests.support import fake_ports

CHOSEN = ("session.created", "session.changed", "session.cancelled", "connection.lost")


def real_ports(clock: FakeClock, **chosen: Any) -> Ports:
    """Return ports whose webhooks really go over the wire, to loopback too."""
    sender = webhook_sender(
        clock,
        private=[ip_network("127.0.0.0/8")],
        before_call=lambda: None,
        max_connections=4,
    )
    return fake_ports(clock=clock, webhooks=sender, **chosen)


def no_mail(work: Mapping[str, WorkFunction]) -> Handlers:
    """Return what serves a lane that has work and no mail."""
    return Handlers(
        render=lambda _bundles: [],
        send=lambda *_words: None,  # type: ignore[arg-type]  # no mail here
        on_account_verdict=lambda *_words: None,
        work=work,
        pace=UNLIMITED,
    )


@dataclass
class Stage:
    """A catalog with one endpoint that leads to the receiver."""

    receiver: Receiver
    clock: FakeClock = field(default_factory=FakeClock)
    ports: Ports = field(init=False)
    cast: Cast = field(init=False)
    made: NewSecret = field(init=False)

    def __post_init__(self) -> None:
        self.ports = real_ports(self.clock)
        self.cast = a_cast(self.ports)
        self.made = self.endpoint()

    def endpoint(self, catalog: Catalog | None = None, **chosen: Any) -> NewSecret:
        """Make an endpoint of a catalog, the owner's where none is named."""
        values: dict[str, Any] = {
            "url": self.receiver.url,
            "description": "Intranet",
            "event_types": CHOSEN,
        }
        home = catalog or self.cast.catalog
        return create_endpoint(
            self.ports,
            organisation=home.organisation,
            catalog=home,
            choice=EndpointChoice(**(values | chosen)),
            actor=Actor(None, "Operator", "cli"),
        )

    @property
    def owner(self) -> Actor:
        return Actor.of(self.cast.owner)

    def happen(self, name: str = "session.changed", **payload: object) -> DomainEvent:
        """Let something happen in the owner's catalog."""
        return self.happen_in(self.cast.catalog, name, **payload)

    def happen_in(
        self, catalog: Catalog, name: str = "session.changed", **payload: object
    ) -> DomainEvent:
        """Let something happen in a catalog."""
        return emit(self.ports, catalog=catalog, name=name, payload=payload)

    def work(self, rounds: int = 30) -> None:
        """Pass events on, and let a worker serve the lanes of webhooks as long as they are due."""
        while pass_on_events(self.ports):
            pass
        handlers = no_mail({DELIVER: partial(deliver_next, self.ports)})
        now = self.clock.now()
        for lane in Lane.objects.filter(kind=LaneKind.WEBHOOK).order_by("pk"):
            Lane.objects.filter(pk=lane.pk).update(due_at=now, lease_until=None)
        for taken in take(now, holder="test", limit=10, lease_seconds=15):
            lane = Lane.objects.get(pk=taken.lane_id)
            for _ in range(rounds):
                item = next_chore(lane, self.clock.now())
                if item is None:
                    break
                do_chore(self.clock, lane, taken, handlers, item)

    def pass_time(self, span: timedelta) -> None:
        self.clock.advance(span)

    def log(self) -> list[tuple[str, str, int, int | None]]:
        """Return each delivery as type, state, tries and code, oldest first."""
        rows = WebhookDelivery.objects.order_by("id")
        return [(row.event_type, row.state, row.attempts, row.response_code) for row in rows]


@contextmanager
def behind_the_product() -> Iterator[Stage]:
    """Give a stage whose ports the pages and commands of this process use."""
    with a_receiver() as receiver:
        found = Stage(receiver)
        with bootstrap.use(found.ports):
            yield found
