"""The REST API on fakes: a catalog with something in it, and an integration for each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from classbell import bootstrap
from classbell.domain.integrations.integrations import Issued, create_integration
from classbell.domain.integrations.rates import RATES
from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    ConnectInvitation,
    CourseSession,
    Enrolment,
    Person,
    Room,
    SessionGroup,
)
from tests.domain.people import Cast, a_cast
from tests.messages import a_message
from tests.support import NOW, a_connected_account, a_group, a_session, an_enrolment, fake_ports

EVERYTHING = [scope.value for scope in ApiScope]


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Ports made of fakes, which the API uses; nobody has asked anything in this minute."""
    RATES.forget()
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


@pytest.fixture
def cast(ports: Ports, db: None) -> Cast:
    """Owner, colleague, stranger and the LMS admin, with their catalogs."""
    return a_cast(ports)


@dataclass
class Program:
    """Another program with a token; without one where it is empty."""

    token: str = ""
    client: Client = field(default_factory=Client)

    def ask(self, method: str, address: str, body: object = None, **headers: str) -> Any:
        """Send a request and return Django's response."""
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        more: dict[str, Any] = {"headers": headers}
        if body is not None:
            more |= {"data": body, "content_type": "application/json"}
        send = getattr(self.client, method.lower())
        found: HttpResponse = send(f"/api/v1{address}", **more)
        return found

    def get(self, address: str, **headers: str) -> Any:
        return self.ask("GET", address, **headers)

    def post(self, address: str, body: object = None, **headers: str) -> Any:
        return self.ask("POST", address, {} if body is None else body, **headers)

    def patch(self, address: str, body: object, **headers: str) -> Any:
        return self.ask("PATCH", address, body, **headers)


def issued(
    ports: Ports,
    catalog: Catalog,
    person: Person,
    *,
    scopes: list[str] | None = None,
    days: int = 30,
    name: str = "",
) -> Issued:
    """Let somebody make an integration of a catalog."""
    return create_integration(
        ports,
        catalogs=[catalog],
        name=name or f"Platform of {person.name}",
        scopes=EVERYTHING if scopes is None else scopes,
        days=days,
        actor=Actor.of(person),
    )


@pytest.fixture
def owner(ports: Ports, cast: Cast) -> Program:
    """The integration of the catalog."""
    return Program(issued(ports, cast.catalog, cast.owner).token)


@pytest.fixture
def colleague(ports: Ports, cast: Cast) -> Program:
    """The integration of another catalog of the organisation."""
    return Program(issued(ports, cast.other_catalog, cast.colleague).token)


@pytest.fixture
def stranger(ports: Ports, cast: Cast) -> Program:
    """The integration of another organisation."""
    return Program(issued(ports, cast.foreign_catalog, cast.stranger).token)


@dataclass(frozen=True)
class Furnished:
    """What is in the catalog."""

    session: CourseSession
    draft: CourseSession
    enrolment: Enrolment
    begun: CourseSession
    group: SessionGroup
    invitation: ConnectInvitation
    notification_id: UUID
    message_id: int


@pytest.fixture
def furnished(ports: Ports, cast: Cast, owner: Program) -> Furnished:
    """One of everything in the owner's catalog."""
    a_connected_account(ports, cast.catalog)
    session = a_session(cast.catalog)
    Room.objects.create(
        organisation=cast.catalog.organisation,
        address="room.bergen@contoso.example",
        name="Bergen",
        capacity=12,
        refreshed_at=NOW,
    )
    invitation = ConnectInvitation.objects.create(
        catalog=cast.catalog,
        person=cast.owner,
        address="somebody@contoso.example",
        scopes=["User.Read", "Mail.Send"],
        token_hash=uuid4().hex,
        sealed_token=b"",
        created_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    message = a_message(cast.catalog, "failed")
    begun = a_session(cast.catalog, "BEGUN-1", starts_at=NOW - timedelta(hours=1))
    an_enrolment(begun, cast.learner)
    return Furnished(
        session=session,
        draft=a_session(cast.catalog, "DRAFT-1", published=False),
        enrolment=an_enrolment(session, cast.learner),
        begun=begun,
        group=a_group(session.course),
        invitation=invitation,
        notification_id=message.notification_id,
        message_id=message.pk,
    )
