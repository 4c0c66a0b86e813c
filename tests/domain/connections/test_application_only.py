"""Connecting a mailbox that the application uses by itself, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from classbell.domain.connections.application_only import connect_application_only
from classbell.domain.connections.capability import CapabilityState as State
from classbell.domain.connections.check_now import check_now
from classbell.domain.connections.consent import ConsentKind, consent_state
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.organisations import permit_application_accounts
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    ClassbellError,
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    VerdictKind,
)
from classbell.storage.models import (
    Account,
    AccountKind,
    AccountState,
    AuditEntry,
    PendingConnection,
    Person,
)
from classbell.storage.queries.connections import open_incident
from m365sandbox.testing import Sandbox, start_sandbox
from tests.acceptance.at_sandbox import ports_at
from tests.domain.people import Cast, a_cast
from tests.opening import (
    DIRECTORY,
    OUTSIDE,
    ROLES,
    SHARED,
    at_once,
    close_mailboxes,
    consent,
    open_mailbox,
    saved_by_owner,
)

pytestmark = pytest.mark.django_db

BROWSER = "the-browser"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with start_sandbox(smtp=False) as running:
        yield running


@pytest.fixture
def ports(sandbox: Sandbox) -> Iterator[Ports]:
    with ports_at(sandbox) as made:
        yield made


@pytest.fixture
def cast(db: None, ports: Ports) -> Cast:
    made = a_cast(ports)
    permit_application_accounts(ports, made.catalog.organisation, allowed=True)
    return made


@pytest.fixture
def opened(sandbox: Sandbox) -> None:
    open_mailbox(sandbox, SHARED)


def connect(
    ports: Ports,
    cast: Cast,
    *,
    address: str = SHARED,
    outside: str = OUTSIDE,
    person: Person | None = None,
) -> PendingConnection:
    return connect_application_only(
        ports,
        catalog=cast.catalog,
        person=person or cast.owner,
        browser_key=BROWSER,
        address=address,
        outside_address=outside,
    )


def save(ports: Ports, cast: Cast) -> Account:
    return saved_by_owner(ports, cast, BROWSER)


def states(pending: PendingConnection) -> dict[str, str]:
    return {line["capability"]: line["state"] for line in pending.capabilities}


def test_a_shared_mailbox_is_proved_and_saved(ports: Ports, cast: Cast, sandbox: Sandbox) -> None:
    open_mailbox(sandbox, SHARED)

    seen = states(connect(ports, cast))

    for capability in ("permissions", "mailbox", "mail", "calendar", "rooms", "scope"):
        assert seen[capability] == State.READY, capability
    assert not sandbox.control.received(to=SHARED)
    account = save(ports, cast)
    assert (account.address, account.kind) == (SHARED, AccountKind.APPLICATION)
    state = consent_state(account)
    assert state.kind is ConsentKind.NOT_KNOWN
    assert not state.missing
    assert not state.outdated


def test_a_grant_without_a_scope_is_warned_about_and_can_be_saved(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    open_mailbox(sandbox, SHARED)
    consent(sandbox, *DIRECTORY, "Mail.Send")

    pending = connect(ports, cast)

    [line] = [line for line in pending.capabilities if line["capability"] == "scope"]
    assert line["state"] == State.NEEDS_ADMIN
    assert f"can also reach {OUTSIDE}: send as it." in line["evidence"]
    assert not sandbox.control.received()
    assert save(ports, cast).address == SHARED


def test_roles_for_every_mailbox_reach_the_calendar_outside_too(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    open_mailbox(sandbox)

    pending = connect(ports, cast)

    [line] = [line for line in pending.capabilities if line["capability"] == "scope"]
    assert "send as it and write its calendar" in line["evidence"]


def test_a_mailbox_outside_that_is_not_there_proves_nothing(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    open_mailbox(sandbox, SHARED)

    assert states(connect(ports, cast, outside="nobody@contoso.example"))["scope"] != State.READY


def test_before_exchange_acts_nothing_can_be_saved(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    open_mailbox(sandbox, SHARED, delayed=True)

    pending = connect(ports, cast)

    [line] = [line for line in pending.capabilities if line["capability"] == "mail"]
    assert line["state"] == State.BLOCKED
    assert "30 minutes to two hours" in line["remedy"]
    with pytest.raises(InvalidInput, match="cannot be used"):
        save(ports, cast)
    sandbox.control.advance(timedelta(hours=1))
    assert states(connect(ports, cast))["mail"] == State.READY


def test_what_is_not_opened_stays_off_and_is_taken_up_when_it_is(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    open_mailbox(sandbox, SHARED, roles=ROLES[:1])
    consent(sandbox, "User.Read.All")
    seen = states(connect(ports, cast))
    assert (seen["mail"], seen["calendar"], seen["rooms"]) == (
        State.READY,
        State.NEEDS_ADMIN,
        State.NEEDS_ADMIN,
    )
    account = save(ports, cast)
    assert account.granted_scopes == ["Mail.Send", "User.Read"]

    consent(sandbox, *DIRECTORY)
    check_now(ports, catalog=cast.catalog, actor=Actor.of(cast.owner))

    account.refresh_from_db()
    assert "Place.Read.All" in account.granted_scopes


def test_a_mailbox_that_is_closed_again_is_lost_and_comes_back(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    open_mailbox(sandbox, SHARED)
    connect(ports, cast)
    account = save(ports, cast)
    close_mailboxes(sandbox)
    actor = Actor.of(cast.owner)

    check_now(ports, catalog=cast.catalog, actor=actor)

    account.refresh_from_db()
    assert account.state == AccountState.LOST
    incident = open_incident(account)
    assert incident is not None
    assert incident.verdict == VerdictKind.ADMIN_NEEDED
    with pytest.raises(ProviderFailure):
        check_now(ports, catalog=cast.catalog, actor=actor)
    open_mailbox(sandbox, SHARED)
    check_now(ports, catalog=cast.catalog, actor=actor)
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED


def test_without_the_directory_role_an_administrator_is_asked_for(
    ports: Ports, cast: Cast, sandbox: Sandbox
) -> None:
    at_once(sandbox)

    with pytest.raises(ProviderFailure) as refused:
        connect(ports, cast)

    assert refused.value.verdict.kind is VerdictKind.ADMIN_NEEDED
    assert not PendingConnection.objects.exists()


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("address", "outside", "field"),
    [
        ("", OUTSIDE, "address"),
        ("nobody@contoso.example", OUTSIDE, "address"),
        ("training@fabrikam.example", OUTSIDE, "address"),
        (SHARED, "somebody", "outside_address"),
        (SHARED, SHARED.upper(), "outside_address"),
    ],
)
def test_an_address_that_will_not_do_is_named(
    ports: Ports, cast: Cast, address: str, outside: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        connect(ports, cast, address=address, outside=outside)

    assert refused.value.field == field
    assert not PendingConnection.objects.exists()


def test_only_an_admin_of_the_catalog_may(ports: Ports, cast: Cast, sandbox: Sandbox) -> None:
    open_mailbox(sandbox, SHARED)
    refusals: list[tuple[Person, type[ClassbellError]]] = [
        (cast.colleague, NotAllowed),
        (cast.stranger, NotFoundHere),
    ]
    for person, refusal in refusals:
        with pytest.raises(refusal):
            connect(ports, cast, person=person)
    assert connect(ports, cast, person=cast.owner).person == cast.owner


def test_only_where_the_operator_allows_it(ports: Ports, cast: Cast, sandbox: Sandbox) -> None:
    open_mailbox(sandbox, SHARED)
    connect(ports, cast)
    account = save(ports, cast)
    permit_application_accounts(ports, cast.catalog.organisation, allowed=False)
    cast.catalog.organisation.refresh_from_db()

    with pytest.raises(NotAllowed, match="not allowed for your organisation"):
        connect(ports, cast)

    # What is in use goes on.
    check_now(ports, catalog=cast.catalog, actor=Actor.of(cast.owner))
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED
    assert AuditEntry.objects.filter(action="organisation.application_accounts_set").count() == 2
