"""Everybody with a role on one stage, and an address for everything there is to open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.urls import reverse

from classbell import bootstrap
from classbell.domain.connections.invite import invite_owner
from classbell.domain.connections.sharing import offer
from classbell.domain.courses.enrol import enrol
from classbell.domain.courses.message_learners import message_learners
from classbell.domain.integrations.integrations import create_integration
from classbell.domain.notifications.preference_links import preference_token
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.organisations.people import grant_role
from classbell.domain.webhooks.endpoints import EndpointChoice, create_endpoint
from classbell.domain.webhooks.replay import ping
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    ConnectInvitation,
    Connection,
    CourseSession,
    Message,
    Person,
    Role,
    RoleAssignment,
    Room,
    SessionInstructor,
)
from classbell.web.assets import asset_url
from classbell.web.urls import urlpatterns
from tests.acceptance.web.conftest import Visitor, a_visitor, activated, cast, connected
from tests.domain.people import Cast
from tests.domain.webhooks.stage import real_ports
from tests.fakes import FakeClock
from tests.messages import a_message
from tests.support import NOW, a_group, a_person, a_session

__all__ = ["activated", "cast", "connected"]

PATTERNS = {pattern.name: pattern for pattern in urlpatterns}


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Ports made of fakes, with webhooks that could go over the wire."""
    with bootstrap.use(real_ports(FakeClock(NOW))) as replacement:
        yield replacement


@dataclass(frozen=True)
class Stage:
    """Everybody, and what stands in the place of each part of an address.

    Attributes:
        people: by their part.
        session: the session that there is.
        values: what stands in single addresses, by the address's name.
        common: what stands in all others.
        forms: what is sent where an empty form would speak of nothing.
    """

    people: dict[str, Person | None]
    session: CourseSession
    values: dict[str, dict[str, object]]
    common: dict[str, object]
    forms: dict[str, dict[str, str]]

    def browser(self, part: str) -> Visitor:
        """Return somebody's browser."""
        return a_visitor(self.people[part])

    def address(self, name: str) -> str:
        """Return an address in the owner's catalog, with ids of what is there."""
        wanted = PATTERNS[name].pattern.converters
        known = self.common | self.values.get(name, {})
        return reverse(name, kwargs={key: known[key] for key in wanted})


@pytest.fixture
def stage(ports: Ports, cast: Cast, connected: Connection) -> Stage:
    """A session to come with two learners, one without a sign-in, and all that hangs on it."""
    session = a_session(cast.catalog)
    people: dict[str, Person | None] = {
        "lms_admin": cast.lms_admin,
        "owner": cast.owner,
        "colleague": cast.colleague,
        "course_admin": a_person("Carla Course"),
        "instructor": a_person("Ines Instructor"),
        "learner": cast.learner,
        "stranger": cast.stranger,
        "nobody": None,
    }
    carla, ines = people["course_admin"], people["instructor"]
    assert carla
    assert ines
    given = grant_role(ports, carla, Role.COURSE_ADMIN, course=session.course, actor=OPERATOR)
    SessionInstructor.objects.create(session=session, person=ines)
    unlinked = a_person("Ada Unlinked", known_to_microsoft=False)
    enrol(ports, session=session, people=[cast.learner, unlinked], actor=OPERATOR)
    a_message(cast.catalog, "failed")
    failed = Message.objects.get(state="failed")
    common: dict[str, object] = {
        "slug": cast.catalog.slug,
        "session_id": session.pk,
        "course_id": session.course_id,
        "group_id": a_group(session.course).pk,
        "message_id": failed.pk,
        "person_id": unlinked.pk,
        "notification_id": message_learners(
            ports, session=session, subject="Door 3", text="Come in.", actor=OPERATOR
        ).pk,
        "kind_name": "enrolment_confirmed",
        "number": 0,
        "token": "no-such-token",
        "secret": "no-such-secret",
        "public_name": asset_url("icons.svg").rsplit("/", 1)[-1],
        "provider_id": uuid4(),
        "assignment_id": given.pk,
    }
    return Stage(
        people, session, _own_values(ports, cast, connected), common, _forms(cast, session)
    )


def _forms(cast: Cast, session: CourseSession) -> dict[str, dict[str, str]]:
    """Return what is sent where an empty form would speak of nothing that there is."""
    Room.objects.create(
        organisation=cast.catalog.organisation,
        address="harbour@contoso.example",
        name="Harbour",
        refreshed_at=NOW,
    )
    learner, other = str(cast.learner.pk), str(a_session(cast.catalog, "FIRE-2").pk)
    return {
        "session-unenrol": {"person": learner},
        "session-change": {"person": learner, "session": other},
        "room-hide": {"room": "harbour@contoso.example"},
        "notification-courses": {"course": str(session.course_id), "on": "on"},
        "application-account": {"show": "show"},
    }


def _own_values(ports: Ports, cast: Cast, connected: Connection) -> dict[str, dict[str, object]]:
    """Return what single addresses are about."""
    account = connected.account
    assert account
    link = preference_token(ports, cast.learner.pk)
    by = Actor.of(cast.owner)
    invite_owner(ports, catalog=cast.catalog, address="a@contoso.example", actor=by)
    of_colleague = offer(
        ports, account=_another_account(cast), to_catalog=cast.catalog, actor=OPERATOR
    )
    to_colleague = _another_catalog_offer(ports, cast, account)
    found: dict[str, dict[str, object]] = {
        "role-take": {"assignment_id": RoleAssignment.objects.get(person=cast.lms_admin).pk},
        "preferences-link": {"token": link},
        "unsubscribe": {"token": link, "kind_name": "session_reminder"},
        "invitation-withdraw": {"invitation_id": ConnectInvitation.objects.get().pk},
        "offer-accept": {"offer_id": of_colleague.pk},
        "offer-decline": {"offer_id": of_colleague.pk},
        "offer-withdraw": {"offer_id": to_colleague},
    }
    return found | _programs(ports, cast)


def _programs(ports: Ports, cast: Cast) -> dict[str, dict[str, object]]:
    """Return the ids of an integration and of two webhooks, one of the catalog and one of all."""
    catalog = cast.catalog
    issued = create_integration(
        ports, catalogs=[catalog], name="Moodle", scopes=["sessions:read"], days=30, actor=OPERATOR
    )
    integration: dict[str, object] = {"integration_id": issued.integration.pk}
    webhook, of_all = _webhook(ports, cast, catalog), _webhook(ports, cast, None)
    return {
        name: integration
        if name.startswith("integration")
        else of_all
        if name.endswith("-all")
        else webhook
        for name in PATTERNS
        if name is not None and name.startswith(("integration", "webhook"))
    }


def _webhook(ports: Ports, cast: Cast, catalog: Catalog | None) -> dict[str, object]:
    """Return the ids of a webhook and of what it was sent."""
    made = create_endpoint(
        ports,
        organisation=cast.catalog.organisation,
        catalog=catalog,
        choice=EndpointChoice("https://lms.example/hook", "Moodle", ("session.changed",)),
        actor=OPERATOR,
    )
    delivery = ping(ports, endpoint=made.endpoint, actor=OPERATOR)
    return {"endpoint_id": made.endpoint.pk, "delivery_id": delivery.pk}


def _another_account(cast: Cast) -> Account:
    """Return the account that works for the colleague's catalog."""
    account = Account.objects.create(
        organisation=cast.catalog.organisation,
        object_id=uuid4(),
        address="sales@contoso.example",
        name="Contoso Sales",
        state=AccountState.CONNECTED,
        connected_at=NOW,
        connected_by=cast.colleague,
    )
    Connection.objects.create(
        catalog=cast.other_catalog, enabled=True, account=account, connected_at=NOW
    )
    return account


def _another_catalog_offer(ports: Ports, cast: Cast, account: Account) -> object:
    """Return the id of the offer of the owner's account to the colleague's catalog."""
    return offer(ports, account=account, to_catalog=cast.other_catalog, actor=OPERATOR).pk
