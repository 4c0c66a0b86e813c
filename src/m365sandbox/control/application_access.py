"""/_sandbox/application-access: what applications may do by themselves, in Entra and Exchange."""

from dataclasses import asdict, dataclass

from pydantic import NonNegativeFloat
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control.bodies import read
from m365sandbox.control.consent import stamp
from m365sandbox.control.people import person_named
from m365sandbox.directory.application_access import APP_ROLES, EXCHANGE_ROLES, RoleAssignment
from m365sandbox.world import World


@dataclass
class Consent:
    """The app roles an administrator consents to; they replace those of before."""

    client_id: str
    tenant: str
    roles: list[str]


@dataclass
class NewAssignment:
    """A role of Exchange for the mailboxes named; for all of the tenant when None."""

    client_id: str
    tenant: str
    role: str
    mailboxes: list[str] | None = None


@dataclass
class Question:
    """What Test-ServicePrincipalAuthorization is asked."""

    client_id: str
    mailbox: str


@dataclass
class Settings:
    """How long Exchange takes to act by a change made from now on."""

    delay_seconds: NonNegativeFloat


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for applications' own access.

    GET /_sandbox/application-access lists it; POST {"delay_seconds"} changes Exchange's delay.
    POST .../app-roles {"client_id", "tenant", "roles"} is an administrator's consent in Entra.
    POST .../assignments {"client_id", "tenant", "role", "mailboxes"} assigns a role of Exchange;
    DELETE .../assignments/{assignment_id} removes it.
    POST .../test {"client_id", "mailbox"} answers as Test-ServicePrincipalAuthorization does.
    """
    return [*_overview(world), *_giving(world)]


def _overview(world: World) -> list[BaseRoute]:
    access = world.application_access

    async def show(_request: Request) -> Response:
        return JSONResponse(
            {
                "delay_seconds": access.delay_seconds,
                "app_roles": [asdict(one) for one in access.app_roles],
                "assignments": [_row(one) for one in access.assignments],
            }
        )

    async def change(request: Request) -> Response:
        access.delay_seconds = (await read(request, Settings)).delay_seconds
        world.changed("application_access")
        return JSONResponse({"delay_seconds": access.delay_seconds})

    async def test(request: Request) -> Response:
        asked = await read(request, Question)
        person = person_named(world, asked.mailbox)
        # As in Exchange, the delay does not count here: the answer is what will hold.
        rows = [
            {"role": one.role, "mailboxes": one.mailboxes, "in_scope": one.covers(person.address)}
            for one in access.assigned(asked.client_id, person.tenant_id)
            if one.ends is None
        ]
        return JSONResponse({"authorizations": rows})

    return [
        Route("/application-access", show),
        Route("/application-access", change, methods=["POST"]),
        Route("/application-access/test", test, methods=["POST"]),
    ]


def _giving(world: World) -> list[BaseRoute]:
    access = world.application_access

    async def consent(request: Request) -> Response:
        wanted = await read(request, Consent)
        unknown = sorted(set(wanted.roles) - APP_ROLES)
        if unknown:
            raise HTTPException(400, f"roles: Graph has no app role {unknown[0]} here.")
        tenant_id = _checked(world, wanted.client_id, wanted.tenant)
        access.consent(wanted.client_id, tenant_id, wanted.roles)
        world.changed("application_access")
        return JSONResponse({"roles": access.roles_of(wanted.client_id, tenant_id)})

    async def assign(request: Request) -> Response:
        wanted = await read(request, NewAssignment)
        if wanted.role not in EXCHANGE_ROLES:
            raise HTTPException(400, f"role: one of {', '.join(sorted(EXCHANGE_ROLES))}.")
        tenant_id = _checked(world, wanted.client_id, wanted.tenant)
        scope = wanted.mailboxes
        if scope is not None:
            scope = [person_named(world, name).address for name in scope]
        made = access.assign(wanted.client_id, tenant_id, wanted.role, scope, world.now())
        world.changed("application_access")
        return JSONResponse(_row(made), status_code=201)

    async def remove(request: Request) -> Response:
        removed = access.remove(request.path_params["assignment_id"], world.now())
        if removed is None:
            raise HTTPException(404, "There is no assignment with this id.")
        world.changed("application_access")
        return JSONResponse(_row(removed))

    below = "/application-access/assignments"
    return [
        Route("/application-access/app-roles", consent, methods=["POST"]),
        Route(below, assign, methods=["POST"]),
        Route(f"{below}/{{assignment_id}}", remove, methods=["DELETE"]),
    ]


def _checked(world: World, client_id: str, name: str) -> str:
    """Return the id of a tenant; refuse unknown tenants and applications with 400."""
    if world.directory.application(client_id) is None:
        raise HTTPException(400, "client_id: there is no such application.")
    tenant = world.directory.tenant(name)
    if tenant is None:
        raise HTTPException(400, "tenant: there is no such tenant.")
    return tenant.tenant_id


def _row(one: RoleAssignment) -> dict[str, object]:
    return {**asdict(one), "begins": stamp(one.begins), "ends": stamp(one.ends)}
