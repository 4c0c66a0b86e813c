"""/_sandbox/people: who there is, and what happens to an account in real life."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox import accounts
from m365sandbox.control.bodies import read
from m365sandbox.directory.licences import LICENCES
from m365sandbox.directory.model import CalendarRight, MailboxKind, Person, object_id
from m365sandbox.seed import PASSWORD
from m365sandbox.world import World

Switch = Callable[[World, Person, Request], Awaitable[None]]


@dataclass
class NewPerson:
    """A person as POST /_sandbox/people asks for one; the domain names the tenant."""

    address: str
    display_name: str
    upn: str | None = None
    password: str = PASSWORD
    licence: str | None = "SPB"
    is_tenant_administrator: bool = False
    mfa_required: bool = False
    mailbox_kind: MailboxKind = "user"
    account_enabled: bool = True


@dataclass
class NewPassword:
    """The password an account gets."""

    password: str = PASSWORD


@dataclass
class OnOff:
    """Whether something is to be on."""

    on: bool = True


@dataclass
class Frequency:
    """How many hours a sign-in lasts; None for no such policy."""

    hours: int | None = None


@dataclass
class Licensing:
    """A licence to assign or take away by its part number, or a plan to switch off by its name."""

    assign: str | None = None
    remove: str | None = None
    remove_plan: str | None = None


@dataclass
class Withdrawal:
    """Which application loses consent (all of them when None), and whether tenant-wide too."""

    client_id: str | None = None
    organisation: bool = False


@dataclass
class Sharing:
    """Who may do what with a calendar; no right takes it away again."""

    who: str
    right: CalendarRight | None = None


def described(person: Person) -> dict[str, object]:
    """Return a person as the control interface shows one; the password is public here."""
    return {
        "oid": person.oid,
        "tenant_id": person.tenant_id,
        "address": person.address,
        "upn": person.upn,
        "display_name": person.display_name,
        "password": person.password,
        "account_enabled": person.account_enabled,
        "is_tenant_administrator": person.is_tenant_administrator,
        "mfa_required": person.mfa_required,
        "conditional_access_block": person.conditional_access_block,
        "mailbox_kind": person.mailbox_kind,
        "licences": [licence.sku_part_number for licence in person.licences],
        "plans": sorted(person.plan_names()),
        "calendar_rights": person.calendar_rights,
    }


def person_named(world: World, name: str) -> Person:
    """Return the person with this address or object id, or answer 404."""
    person = world.directory.person(name)
    if person is None:
        raise HTTPException(404, f"There is nobody called '{name}'.")
    return person


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for people; {name} is an address, user principal name or object id.

    GET /_sandbox/people?tenant= lists people, GET /_sandbox/people/{name} shows one.
    POST /_sandbox/people adds one: {"address": ..., "display_name": ..., "licence": "SPB"}.
    DELETE /_sandbox/people/{name} deletes the account.
    POST /_sandbox/people/{name}/{switch} turns one of `SWITCHES`, and answers the person as it is
    then.
    """

    async def list_people(request: Request) -> Response:
        people = _people_of(world, request.query_params.get("tenant"))
        return JSONResponse({"people": [described(person) for person in people]})

    async def show(request: Request) -> Response:
        return JSONResponse(described(person_named(world, request.path_params["name"])))

    async def add(request: Request) -> Response:
        person = _made(world, await read(request, NewPerson))
        world.directory.add_person(person)
        world.changed("directory")
        return JSONResponse(described(person), status_code=201)

    async def delete(request: Request) -> Response:
        person = person_named(world, request.path_params["name"])
        world.directory.remove_person(person.oid)
        accounts.end_access(world, person)
        world.notices.end_of(person.oid)
        return Response(status_code=204)

    async def turn(request: Request) -> Response:
        person = person_named(world, request.path_params["name"])
        await _switch(request.path_params["switch"])(world, person, request)
        world.changed("directory", "grants")
        return JSONResponse(described(person))

    return [
        Route("/people", list_people),
        Route("/people", add, methods=["POST"]),
        Route("/people/{name}", show),
        Route("/people/{name}", delete, methods=["DELETE"]),
        Route("/people/{name}/{switch}", turn, methods=["POST"]),
    ]


def _switch(name: str) -> Switch:
    """Return the switch of that name."""
    if name not in SWITCHES:
        raise HTTPException(404, f"Switches are: {', '.join(sorted(SWITCHES))}.")
    return SWITCHES[name]


def _people_of(world: World, wanted: str | None) -> list[Person]:
    """Return the people of one tenant, or of all where none is named."""
    tenant = None if wanted is None else world.directory.tenant(wanted)
    if wanted is not None and tenant is None:
        raise HTTPException(404, f"There is no tenant '{wanted}'.")
    return [
        person
        for person in world.directory.people.values()
        if tenant is None or person.tenant_id == tenant.tenant_id
    ]


def _made(world: World, wanted: NewPerson) -> Person:
    tenant = world.directory.tenant(wanted.address.rpartition("@")[2])
    if tenant is None:
        raise HTTPException(400, "address: its domain belongs to no tenant of the sandbox.")
    if wanted.licence is not None and wanted.licence not in LICENCES:
        raise HTTPException(400, f"licence: known ones are {', '.join(sorted(LICENCES))}.")
    given, _, surname = wanted.display_name.partition(" ")
    return Person(
        tenant_id=tenant.tenant_id,
        oid=object_id(tenant.tenant_id, wanted.address),
        address=wanted.address,
        upn=wanted.upn or wanted.address,
        display_name=wanted.display_name,
        password=wanted.password,
        given_name=given,
        surname=surname,
        licences=[] if wanted.licence is None else [LICENCES[wanted.licence]],
        is_tenant_administrator=wanted.is_tenant_administrator,
        mfa_required=wanted.mfa_required,
        mailbox_kind=wanted.mailbox_kind,
        account_enabled=wanted.account_enabled,
    )


async def _change_password(world: World, person: Person, request: Request) -> None:
    accounts.change_password(world, person, (await read(request, NewPassword)).password)


async def _reset_password(world: World, person: Person, request: Request) -> None:
    accounts.reset_password(world, person, (await read(request, NewPassword)).password)


async def _revoke_sessions(world: World, person: Person, _request: Request) -> None:
    accounts.revoke_sessions(world, person)


async def _disable(world: World, person: Person, _request: Request) -> None:
    accounts.block_sign_in(world, person)


async def _enable(world: World, person: Person, _request: Request) -> None:
    accounts.allow_sign_in(world, person)


async def _mfa(world: World, person: Person, request: Request) -> None:
    is_on = (await read(request, OnOff)).on
    turn = accounts.require_second_factor if is_on else accounts.spare_second_factor
    turn(world, person)


async def _conditional_access(world: World, person: Person, request: Request) -> None:
    is_on = (await read(request, OnOff)).on
    (accounts.block_by_policy if is_on else accounts.let_policy_pass)(world, person)


async def _sign_in_frequency(_world: World, person: Person, request: Request) -> None:
    person.sign_in_hours = (await read(request, Frequency)).hours


async def _administrator(_world: World, person: Person, request: Request) -> None:
    person.is_tenant_administrator = (await read(request, OnOff)).on


async def _meeting_policy(world: World, person: Person, request: Request) -> None:
    is_on = (await read(request, OnOff)).on
    (accounts.allow_meetings if is_on else accounts.forbid_meetings)(world, person)


async def _licences(world: World, person: Person, request: Request) -> None:
    wanted = await read(request, Licensing)
    if wanted.assign is not None:
        if wanted.assign not in LICENCES:
            raise HTTPException(400, f"assign: known ones are {', '.join(sorted(LICENCES))}.")
        accounts.assign_licence(world, person, wanted.assign)
    if wanted.remove is not None:
        accounts.take_licence_away(world, person, wanted.remove)
    if wanted.remove_plan is not None:
        person.licences = [held.without(wanted.remove_plan) for held in person.licences]


async def _withdraw_consent(world: World, person: Person, request: Request) -> None:
    wanted = await read(request, Withdrawal)
    clients = list(world.directory.applications) if wanted.client_id is None else [wanted.client_id]
    accounts.withdraw_consent(world, person, clients, organisation=wanted.organisation)


async def _calendar_rights(world: World, person: Person, request: Request) -> None:
    wanted = await read(request, Sharing)
    try:
        accounts.share_calendar(world, person, wanted.who, wanted.right)
    except LookupError as error:
        raise HTTPException(400, f"who: {error}") from error


SWITCHES: dict[str, Switch] = {
    "change-password": _change_password,
    "reset-password": _reset_password,
    "revoke-sessions": _revoke_sessions,
    "disable": _disable,
    "enable": _enable,
    "mfa": _mfa,
    "conditional-access": _conditional_access,
    "sign-in-frequency": _sign_in_frequency,
    "administrator": _administrator,
    "licences": _licences,
    "meeting-policy": _meeting_policy,
    "withdraw-consent": _withdraw_consent,
    "calendar-rights": _calendar_rights,
}
"""What happens to an account, with the members of the body:

  change-password {"password"}   the person does it; a web application's refresh token stays
  reset-password {"password"}    an administrator does it; refresh tokens are revoked
  revoke-sessions                refresh tokens and browser sessions are revoked
  disable, enable                sign-in blocked or allowed
  mfa {"on": true}               sign-in needs a second factor
  conditional-access {"on"}      sign-in and refresh are blocked by policy
  sign-in-frequency {"hours"}    a sign-in lasts so long by policy; null ends the policy
  administrator {"on"}           administrator of the organisation or not
  meeting-policy {"on"}          the Teams meeting policy lets the person schedule meetings
  licences {"assign" | "remove" | "remove_plan"}
  withdraw-consent {"client_id", "organisation"}
  calendar-rights {"who", "right"}   somebody of the same organisation may use the calendar, as by
                                 Add-MailboxFolderPermission; null takes the right away
"""
