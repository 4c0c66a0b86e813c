"""/_sandbox/grants, /tenants, /consent-requests and /keys: consent, policy and signing keys."""

from dataclasses import asdict, dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control.bodies import read
from m365sandbox.control.people import person_named
from m365sandbox.directory.model import ConsentPolicy
from m365sandbox.world import World


@dataclass
class NewGrant:
    """Consent an administrator gives: for one person, or for everybody when there is none."""

    client_id: str
    tenant: str
    scopes: list[str]
    person: str | None = None


@dataclass
class TenantPolicy:
    """What a tenant lets its people consent to; None leaves it as it is."""

    consent_policy: ConsentPolicy | None = None
    admin_consent_workflow: bool | None = None


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for consent, tenants and signing keys.

    GET /_sandbox/grants lists consent; POST {"client_id", "tenant", "scopes", "person"} gives it;
    DELETE /_sandbox/grants/{grant_id} takes it back.
    GET /_sandbox/tenants; POST /_sandbox/tenants/{name} {"consent_policy",
    "admin_consent_workflow"}.
    GET /_sandbox/consent-requests lists what people asked their administrators for.
    POST /_sandbox/keys/rotate signs with the next key.
    """
    return [*_grants(world), *_tenants(world)]


def _grants(world: World) -> list[BaseRoute]:
    async def show(_request: Request) -> Response:
        return JSONResponse({"grants": [asdict(grant) for grant in world.grants.all()]})

    async def add(request: Request) -> Response:
        wanted = await read(request, NewGrant)
        tenant = world.directory.tenant(wanted.tenant)
        if tenant is None:
            raise HTTPException(400, "tenant: there is no such tenant.")
        oid = None if wanted.person is None else person_named(world, wanted.person).oid
        grant = world.grants.add(wanted.client_id, tenant.tenant_id, oid, wanted.scopes)
        world.changed("grants")
        return JSONResponse(asdict(grant), status_code=201)

    async def remove(request: Request) -> Response:
        if not world.grants.remove(request.path_params["grant_id"]):
            raise HTTPException(404, "There is no grant with this id.")
        world.changed("grants")
        return Response(status_code=204)

    return [
        Route("/grants", show),
        Route("/grants", add, methods=["POST"]),
        Route("/grants/{grant_id}", remove, methods=["DELETE"]),
    ]


def _tenants(world: World) -> list[BaseRoute]:
    async def show(_request: Request) -> Response:
        return JSONResponse({"tenants": [asdict(one) for one in world.directory.tenants.values()]})

    async def change(request: Request) -> Response:
        tenant = world.directory.tenant(request.path_params["name"])
        if tenant is None:
            raise HTTPException(404, "There is no such tenant.")
        wanted = await read(request, TenantPolicy)
        if wanted.consent_policy is not None:
            tenant.consent_policy = wanted.consent_policy
        if wanted.admin_consent_workflow is not None:
            tenant.admin_consent_workflow = wanted.admin_consent_workflow
        world.changed("directory")
        return JSONResponse(asdict(tenant))

    async def requests(_request: Request) -> Response:
        rows = [{**asdict(one), "asked": stamp(one.asked)} for one in world.entra.requests]
        return JSONResponse({"consent_requests": rows})

    async def rotate(_request: Request) -> Response:
        key = world.entra.keys.rotate()
        world.changed("entra")
        return JSONResponse({"kid": key.kid})

    return [
        Route("/tenants", show),
        Route("/tenants/{name}", change, methods=["POST"]),
        Route("/consent-requests", requests),
        Route("/keys/rotate", rotate, methods=["POST"]),
    ]


def stamp(time: datetime | None) -> str | None:
    """Return an aware time in ISO 8601, or None."""
    return None if time is None else time.isoformat().replace("+00:00", "Z")
