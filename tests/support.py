"""Builders that tests of several rooms share: ports made of fakes, and rows to begin with."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import Approved, activate
from classbell.microsoft.acs import EventGridReports
from classbell.microsoft.licences import licence_lists
from classbell.ports.bundle import Ports
from classbell.ports.mail import Mailbox
from classbell.storage.encryption import key_ring
from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    Connection,
    Course,
    CourseSession,
    EmailProvider,
    Enrolment,
    EnrolmentState,
    Organisation,
    Person,
    SessionGroup,
)
from tests.fakes import (
    FakeAccountFacts,
    FakeCalendar,
    FakeCalendarWatching,
    FakeClock,
    FakeEmailService,
    FakeIdentity,
    FakeMailSender,
    FakeMeetings,
    FakeRooms,
    FakeSystemMailer,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
FABRIKAM = UUID("fab41ca0-0000-4000-8000-000000000002")
SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests-1"
KEYS = "test:" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@dataclass
class FakeDoorbell:
    """Remembers which lanes were rung; implements ``ports.queue.Doorbell``."""

    rung: list[int] = field(default_factory=list)

    def ring(self, lane_ids: Iterable[int]) -> None:
        self.rung.extend(lane_ids)


def fake_ports(**chosen: Any) -> Ports:
    """Return ports made of fakes; name a port to bring your own."""
    clock = chosen.get("clock") or FakeClock(NOW)
    calendar = chosen.get("calendar") or FakeCalendar()
    watched = calendar if isinstance(calendar, FakeCalendar) else FakeCalendar()
    made = Ports(
        base_url="http://localhost:8000",
        secret_key=SECRET_KEY,
        clock=clock,
        cipher=key_ring(KEYS),
        doorbell=FakeDoorbell(),
        identity=FakeIdentity(),
        mail=FakeMailSender(clock),
        calendar=calendar,
        meetings=FakeMeetings(),
        watching=FakeCalendarWatching(watched),
        rooms=FakeRooms(),
        account_facts=FakeAccountFacts(),
        own_mailbox=lambda token, granted: Mailbox("/me", token, granted),
        application_mailbox=lambda mailbox, token, granted: Mailbox(
            f"/users/{mailbox}", token, granted, is_application=True
        ),
        system_mailer=FakeSystemMailer(),
        licences=licence_lists(),
        email_service=FakeEmailService(),
        report_reader=EventGridReports(),
    )
    return replace(made, **chosen)


def an_organisation(name: str = "Contoso", tenant_id: UUID = CONTOSO) -> Organisation:
    """Return the organisation of that tenant, made where it is missing."""
    made, _ = Organisation.objects.get_or_create(
        tenant_id=tenant_id, defaults={"name": name, "created_at": NOW}
    )
    return made


def a_catalog(
    slug: str = "academy",
    title: str = "Contoso Academy",
    organisation: Organisation | None = None,
) -> Catalog:
    """Return a catalog, made where it is missing."""
    made, _ = Catalog.objects.get_or_create(
        slug=slug,
        defaults={
            "organisation": organisation or an_organisation(),
            "title": title,
            "language": "en",
            "time_zone": "Europe/Copenhagen",
            "created_at": NOW,
        },
    )
    return made


def a_person(
    name: str = "Ana Sørensen",
    organisation: Organisation | None = None,
    *,
    known_to_microsoft: bool = True,
) -> Person:
    """Return a person whose address follows from their name."""
    home = organisation or an_organisation()
    domain = "fabrikam.example" if home.tenant_id == FABRIKAM else "contoso.example"
    address = f"{'.'.join(name.lower().split())}@{domain}".replace("ø", "o").replace("é", "e")
    made, _ = Person.objects.get_or_create(
        organisation=home,
        address_key=address,
        defaults={
            "name": name,
            "address": address,
            "object_id": uuid5(home.tenant_id, address) if known_to_microsoft else None,
            "created_at": NOW,
        },
    )
    return made


def a_connected_account(ports: Ports, catalog: Catalog, *, scopes: Iterable[str] = ()) -> Account:
    """Return the account that works for a catalog: connected, switched on, tokens sealed."""
    address = f"learning@{'contoso' if catalog.slug != 'fabrikam' else 'fabrikam'}.example"
    granted = sorted(scopes) or [
        "Calendars.ReadWrite",
        "Mail.Send",
        "Place.Read.All",
        "User.Read",
    ]
    account, _ = Account.objects.get_or_create(
        organisation=catalog.organisation,
        object_id=uuid5(catalog.organisation.tenant_id, address),
        defaults={
            "address": address,
            "name": "Contoso Learning",
            "state": AccountState.CONNECTED,
            "granted_scopes": granted,
            "token_expires_at": ports.clock.now() + timedelta(days=400),
            "connected_at": NOW,
        },
    )
    account.sealed_tokens = ports.cipher.seal(
        b'{"access_token": "access", "refresh_token": "refresh"}',
        bound_to=f"account.tokens:{account.id}",
    )
    account.save(update_fields=["sealed_tokens"])
    Connection.objects.update_or_create(
        catalog=catalog, defaults={"enabled": True, "account": account, "connected_at": NOW}
    )
    return account


AN_APPROVAL = Approved(
    endpoint="https://contoso.communication.azure.com",
    sender_address="noreply@contoso.example",
    messages_per_minute=600,
    messages_per_hour=20_000,
    access_key=base64.b64encode(b"the-access-key").decode(),
)


def a_provider(
    ports: Ports, organisation: Organisation | None = None, **changed: Any
) -> EmailProvider:
    """Return the Azure resource that the operator has activated for an organisation."""
    home = organisation or an_organisation()
    return activate(ports, home, replace(AN_APPROVAL, **changed), actor=OPERATOR).provider


def a_session(
    catalog: Catalog | None = None,
    code: str = "FIRE-1",
    *,
    starts_at: datetime = NOW + timedelta(days=8),
    **chosen: Any,
) -> CourseSession:
    """Return a session of two hours in a course of the catalog."""
    course, _ = Course.objects.get_or_create(
        catalog=catalog or a_catalog(),
        code="FIRE",
        defaults={"title": "Fire safety", "created_at": NOW},
    )
    values: dict[str, Any] = {
        "title": "Session 1",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "time_zone": "Europe/Copenhagen",
        "seats": 20,
        "created_at": NOW,
    }
    return CourseSession.objects.create(course=course, code=code, **(values | chosen))


def a_group(course: Course, code: str = "G1", **chosen: Any) -> SessionGroup:
    """Return a group of a course."""
    values: dict[str, Any] = {"title": "Morning", "created_at": NOW}
    return SessionGroup.objects.create(course=course, code=code, **(values | chosen))


def an_enrolment(session: CourseSession, person: Person) -> Enrolment:
    """Return a person's place in a session."""
    return Enrolment.objects.create(
        session=session, person=person, state=EnrolmentState.ENROLLED, created_at=NOW
    )
