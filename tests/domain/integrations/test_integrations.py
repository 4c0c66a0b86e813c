"""Making, rotating and revoking integrations, and telling who shows a token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import pytest

from classbell.domain.integrations.caller import identify
from classbell.domain.integrations.integrations import (
    OVERLAP,
    create_integration,
    register_application,
    revoke_integration,
    rotate_token,
)
from classbell.domain.integrations.scopes import ApiScope, checked_scopes
from classbell.domain.integrations.tokens import PREFIX, is_well_formed, new_token
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    ClassbellError,
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ScopeMissing,
    Unidentified,
)
from classbell.ports.identity import CallingApplication
from classbell.storage.models import ApiToken, AuditEntry, Catalog, Integration, Person
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeClock, FakeIdentity
from tests.support import CONTOSO, FABRIKAM, fake_ports

pytestmark = pytest.mark.django_db
SCOPES = ["sessions:read"]
APPLICATION = UUID("0f0f0f0f-1111-4222-8333-444444444444")


@pytest.fixture
def ports() -> Ports:
    return fake_ports()


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


def made(
    ports: Ports, catalogs: list[Catalog], person: Person | None, *, days: int = 30
) -> tuple[Integration, str]:
    actor = Actor.of(person) if person else OPERATOR
    issued = create_integration(
        ports, catalogs=catalogs, name="Platform", scopes=SCOPES, days=days, actor=actor
    )
    return issued.integration, issued.token


def wait(ports: Ports, time: timedelta) -> None:
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(time)


def code_for(ports: Ports, token: str) -> str:
    with pytest.raises(Unidentified) as caught:
        identify(ports, token)
    return caught.value.code


def test_a_token_tells_itself_from_other_words() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(is_well_formed(one) for one in tokens)
    token = tokens.pop()
    for wrong in (token[:-1], token + "0", token.replace(PREFIX, ""), PREFIX + token):
        assert not is_well_formed(wrong)
    place = len(PREFIX)
    other = "a" if token[place] != "a" else "b"
    assert not is_well_formed(token[:place] + other + token[place + 1 :])


def test_only_a_hash_is_kept(ports: Ports, cast: Cast) -> None:
    _, token = made(ports, [cast.catalog], cast.owner)
    row = ApiToken.objects.values().get()
    assert token not in str(row)
    assert token[: len(PREFIX) + 8] not in str(row)
    assert row["ending"] == token[-4:]


def test_owner_colleague_and_stranger(ports: Ports, cast: Cast) -> None:
    refusals: list[tuple[Person, type[ClassbellError]]] = [
        (cast.colleague, NotAllowed),
        (cast.lms_admin, NotAllowed),
        (cast.learner, NotAllowed),
        (cast.stranger, NotFoundHere),
    ]
    for person, refusal in refusals:
        with pytest.raises(refusal):
            made(ports, [cast.catalog], person)
    integration, _ = made(ports, [cast.catalog], cast.owner)
    for person, refusal in refusals:
        with pytest.raises(refusal):
            rotate_token(ports, integration=integration, days=1, actor=Actor.of(person))
        with pytest.raises(refusal):
            revoke_integration(ports, integration=integration, actor=Actor.of(person))
    assert ApiToken.objects.filter(revoked_at=None).count() == 1


def test_an_integration_of_several_catalogs_needs_an_admin_of_all(ports: Ports, cast: Cast) -> None:
    both = [cast.catalog, cast.other_catalog]
    with pytest.raises(NotAllowed):
        made(ports, both, cast.owner)
    integration, token = made(ports, both, None)
    assert identify(ports, token).scope.catalog_ids == frozenset(one.pk for one in both)
    with pytest.raises(NotAllowed):
        rotate_token(ports, integration=integration, days=1, actor=Actor.of(cast.owner))
    revoke_integration(ports, integration=integration, actor=Actor.of(cast.owner))
    assert code_for(ports, token) == "token_revoked"
    assert AuditEntry.objects.filter(action="integration.revoked").count() == 2


def test_catalogs_of_two_organisations_are_not_mixed(ports: Ports, cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        made(ports, [cast.catalog, cast.foreign_catalog], None)
    with pytest.raises(InvalidInput):
        made(ports, [], None)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_ends_within_a_year(days: int, ports: Ports, cast: Cast) -> None:
    with pytest.raises(InvalidInput) as caught:
        made(ports, [cast.catalog], cast.owner, days=days)
    assert caught.value.field == "days"
    assert not Integration.objects.exists()


def test_a_token_works_until_its_end_and_not_a_second_longer(ports: Ports, cast: Cast) -> None:
    _, token = made(ports, [cast.catalog], cast.owner, days=1)
    wait(ports, timedelta(days=1) - timedelta(seconds=1))
    assert identify(ports, token).integration.name == "Platform"
    wait(ports, timedelta(seconds=1))
    assert code_for(ports, token) == "token_expired"


def test_a_rotated_token_works_for_another_day(ports: Ports, cast: Cast) -> None:
    integration, first = made(ports, [cast.catalog], cast.owner)
    actor = Actor.of(cast.owner)
    second = rotate_token(ports, integration=integration, days=30, actor=actor).token
    wait(ports, OVERLAP - timedelta(seconds=1))
    assert identify(ports, first).integration == identify(ports, second).integration
    wait(ports, timedelta(seconds=1))
    assert code_for(ports, first) == "token_expired"
    assert identify(ports, second).integration == integration


def test_its_use_is_noted_once_a_minute(
    ports: Ports,
    cast: Cast,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    _, token = made(ports, [cast.catalog], cast.owner)
    identify(ports, token)
    noted = ApiToken.objects.get().last_used_at
    assert noted is not None
    assert noted.second == 0
    with django_assert_num_queries(1):
        identify(ports, token)
    wait(ports, timedelta(minutes=1))
    identify(ports, token)
    assert ApiToken.objects.get().last_used_at == noted + timedelta(minutes=1)
    assert Integration.objects.get().last_used_at == noted + timedelta(minutes=1)


def test_an_invented_token_is_refused_without_looking_it_up(
    ports: Ports,
    cast: Cast,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    with django_assert_num_queries(0):
        assert code_for(ports, PREFIX + "0" * 38) == "token_unknown"
    assert code_for(ports, new_token()) == "token_unknown"
    assert code_for(ports, "") == "token_needed"


def test_the_domain_refuses_an_integration_beyond_its_catalogs(ports: Ports, cast: Cast) -> None:
    _, token = made(ports, [cast.catalog], cast.owner)
    caller = identify(ports, token)
    require_actor_administers(caller.actor, cast.catalog)
    for catalog in (cast.other_catalog, cast.foreign_catalog):
        with pytest.raises(NotAllowed):
            require_actor_administers(caller.actor, catalog)
    with pytest.raises(NotAllowed):
        create_integration(
            ports,
            catalogs=[cast.catalog],
            name="Another",
            scopes=SCOPES,
            days=1,
            actor=caller.actor,
        )
    with pytest.raises(ScopeMissing):
        caller.require(ApiScope.AUDIT_READ)


def test_scopes_are_kept_once_and_in_order() -> None:
    assert checked_scopes(["sessions:read", "catalogs:read", "sessions:read"]) == [
        "catalogs:read",
        "sessions:read",
    ]
    for wrong in ([], ["everything"]):
        with pytest.raises(InvalidInput):
            checked_scopes(wrong)


@pytest.fixture
def vouched(ports: Ports) -> FakeIdentity:
    """Microsoft vouches for an application of Contoso's, and for one of Fabrikam's."""
    assert isinstance(ports.identity, FakeIdentity)
    ports.identity.applications |= {
        "of contoso": CallingApplication(CONTOSO, APPLICATION),
        "of fabrikam": CallingApplication(FABRIKAM, APPLICATION),
        "of nobody here": CallingApplication(UUID(int=7), APPLICATION),
    }
    return ports.identity


def test_an_application_that_was_registered_is_an_integration(
    ports: Ports, cast: Cast, vouched: FakeIdentity
) -> None:
    assert code_for(ports, "of contoso") == "application_not_registered"
    register_application(
        ports,
        catalogs=[cast.catalog],
        name="Platform",
        scopes=SCOPES,
        days=30,
        application_id=APPLICATION,
        actor=Actor.of(cast.owner),
    )
    caller = identify(ports, "of contoso")
    assert caller.catalog("academy") == cast.catalog
    with pytest.raises(NotAllowed):
        caller.catalog("sales")
    with pytest.raises(NotFoundHere):
        caller.catalog("fabrikam")
    assert code_for(ports, "of fabrikam") == "application_not_registered"
    assert code_for(ports, "of nobody here") == "token_unknown"
    assert code_for(ports, "anything else") == "token_unknown"


def test_an_application_is_registered_once_until_it_is_revoked(
    ports: Ports, cast: Cast, vouched: FakeIdentity
) -> None:
    def register() -> Integration:
        return register_application(
            ports,
            catalogs=[cast.catalog],
            name="Platform",
            scopes=SCOPES,
            days=30,
            application_id=APPLICATION,
            actor=Actor.of(cast.owner),
        )

    first = register()
    with pytest.raises(InvalidInput):
        register()
    revoke_integration(ports, integration=first, actor=Actor.of(cast.owner))
    assert code_for(ports, "of contoso") == "application_not_registered"
    second = register()
    wait(ports, timedelta(days=30))
    assert code_for(ports, "of contoso") == "token_expired"
    with pytest.raises(InvalidInput):
        rotate_token(ports, integration=second, days=1, actor=Actor.of(cast.owner))
