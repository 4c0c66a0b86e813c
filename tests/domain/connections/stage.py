"""What tests of connections share: fakes at hand, three people, and the way to a saved account."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid5

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.application_only import connect_application_only
from classbell.domain.connections.connect import begin_connect, finish_connect
from classbell.domain.connections.mail_route import RouteChoice
from classbell.domain.connections.save import save_settings
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.organisations import permit_application_accounts
from classbell.ports.bundle import Ports
from classbell.ports.identity import SignedInPerson
from classbell.storage.models import (
    Account,
    AccountKind,
    Catalog,
    Connection,
    Lane,
    Message,
    MessageState,
    Notification,
    PendingConnection,
    Person,
)
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeAccountFacts, FakeCalendar, FakeClock, FakeIdentity, FakeRooms
from tests.fakes.account import SERVICE_ACCOUNT
from tests.support import CONTOSO, fake_ports

BROWSER = "the-browser"
EVERYTHING = frozenset({"User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All"})


@dataclass
class Stage:
    """Fakes, ports and people; ``kind`` says in which of the two ways accounts are connected."""

    kind: AccountKind = AccountKind.DELEGATED
    clock: FakeClock = field(default_factory=FakeClock)
    facts: FakeAccountFacts = field(default_factory=FakeAccountFacts)
    calendar: FakeCalendar = field(default_factory=FakeCalendar)
    rooms: FakeRooms = field(default_factory=FakeRooms)
    identity: FakeIdentity = field(init=False)
    ports: Ports = field(init=False)
    cast: Cast = field(init=False)

    def __post_init__(self) -> None:
        self.identity = FakeIdentity(self.clock)
        self.ports = fake_ports(
            clock=self.clock,
            identity=self.identity,
            account_facts=self.facts,
            calendar=self.calendar,
            rooms=self.rooms,
        )
        self.cast = a_cast(self.ports)

    @property
    def catalog(self) -> Catalog:
        return self.cast.catalog

    @property
    def owner(self) -> Person:
        return self.cast.owner

    def begin(self, *, reconnect: bool = False, scopes: frozenset[str] | None = None) -> str:
        """Press Connect as the owner."""
        return begin_connect(
            self.ports,
            catalog=self.catalog,
            person=self.owner,
            browser_key=BROWSER,
            reconnect=reconnect,
            scopes=scopes,
        )

    def finish(self, answer: dict[str, str]) -> PendingConnection:
        """Come back from Microsoft as the owner."""
        return finish_connect(self.ports, person=self.owner, browser_key=BROWSER, answer=answer)

    def sign_in(
        self, *, granted: frozenset[str] | None = None, scopes: frozenset[str] | None = None
    ) -> PendingConnection:
        """Connect, sign in with the service account, come back."""
        return self.finish(self.identity.callback(self.begin(scopes=scopes), granted=granted))

    def save(
        self, *, enabled: bool = True, use_acs: bool | None = None, fall_over: bool | None = None
    ) -> Connection:
        """Press Save as the owner; a box that is None is left as it is."""
        return save_settings(
            self.ports,
            catalog=self.catalog,
            person=self.owner,
            browser_key=BROWSER,
            enabled=enabled,
            actor=Actor.of(self.owner),
            route=RouteChoice(use_acs, fall_over),
        )

    def connect(self) -> Account:
        """Walk the whole way to a connected account."""
        if self.kind == AccountKind.APPLICATION:
            self.try_mailbox()
        else:
            self.sign_in()
        account = self.save().account
        assert account is not None
        return account

    def try_mailbox(self) -> PendingConnection:
        """Try the mailbox that an administrator opened to the application, as the owner."""
        organisation = self.catalog.organisation
        permit_application_accounts(self.ports, organisation, allowed=True)
        return connect_application_only(
            self.ports,
            catalog=self.catalog,
            person=self.owner,
            browser_key=BROWSER,
            address=self.facts.the_profile.mail,
            outside_address="zoe.dubois@contoso.example",
        )

    def another_account(self, name: str = "events") -> None:
        """Let another account of the organisation sit at the browser from now on."""
        address = f"{name}@contoso.example"
        object_id = uuid5(CONTOSO, address)
        self.identity.person = SignedInPerson(CONTOSO, object_id, name.title(), address)
        self.facts.the_profile = type(SERVICE_ACCOUNT)(
            object_id, name.title(), address, address, "Member"
        )

    def a_message(
        self,
        state: MessageState = MessageState.QUEUED,
        *,
        address: str = "ana@contoso.example",
        catalog: Catalog | None = None,
        lane: Lane | None = None,
        **chosen: object,
    ) -> Message:
        """Put a message on the lane of the catalog's account."""
        catalog = catalog or self.catalog
        account = Connection.objects.get(catalog=catalog).account
        now = self.clock.now()
        common = {
            "organisation": catalog.organisation,
            "catalog": catalog,
            "created_at": now,
            "due_at": now,
            "expires_at": chosen.pop("expires_at", now.replace(year=now.year + 1)),
        }
        notification = Notification.objects.create(
            kind="enrolment_confirmed", audience_size=1, expanded=1, **common
        )
        return Message.objects.create(
            notification=notification,
            lane=lane or (mailbox_lane(account) if account else None),
            address=address,
            language="en",
            time_zone="UTC",
            state=state,
            **common,
            **chosen,
        )
