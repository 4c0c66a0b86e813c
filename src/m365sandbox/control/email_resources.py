"""/_sandbox/acs and its resources: how ACS Email behaves, keys, senders, roles, quotas."""

import base64
import secrets
from dataclasses import asdict, dataclass, field
from typing import Annotated, Literal

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.acs.model import DomainKind, EmailResource, Quota, Repeats, quota_of
from m365sandbox.control.bodies import read
from m365sandbox.graph.message_input import is_address
from m365sandbox.world import World

Seconds = Annotated[float, Field(ge=0, le=10 * 366 * 86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Size = Annotated[int, Field(ge=1, le=64 * 1024 * 1024)]


@dataclass
class SettingsWanted:
    """What POST /acs may set; None leaves it. See `m365sandbox.acs.model.Settings`."""

    date_window_seconds: Seconds | None = None
    operation_seconds: Seconds | None = None
    report_seconds: Seconds | None = None
    repeats: Repeats | None = None


@dataclass
class NewResource:
    """A resource as POST /acs/resources asks for one."""

    name: str
    tenant: str
    senders: dict[str, str]
    domain: DomainKind = "custom"
    key: str | None = None
    clients: list[str] = field(default_factory=list)


@dataclass
class ResourceChange:
    """What POST /acs/resources/{name} may change; None leaves it. See `Quota` for the limits."""

    enabled: bool | None = None
    sends_per_minute: Count | None = None
    sends_per_hour: Count | None = None
    status_calls_per_minute: Count | None = None
    status_calls_per_hour: Count | None = None
    recipients_per_mail: Count | None = None
    request_bytes: Size | None = None
    clients: list[str] | None = None
    senders: dict[str, str] | None = None
    regenerate: Literal["primary", "secondary"] | None = None


class Resources:
    """The routes for settings and resources, over one world."""

    def __init__(self, world: World) -> None:
        """Steer `world`."""
        self.world = world
        self.acs = world.acs

    async def show(self, _request: Request) -> Response:
        """Show settings, resources and how many operations and reports there were."""
        shown = {
            "settings": asdict(self.acs.settings),
            "resources": [self._resource(one) for one in self.acs.resources.values()],
            "counts": self.acs.counts(),
        }
        return JSONResponse(shown)

    async def change(self, request: Request) -> Response:
        """Change settings."""
        wanted = await read(request, SettingsWanted)
        for name, value in vars(wanted).items():
            if value is not None:
                setattr(self.acs.settings, name, value)
        self.acs.changed()
        return await self.show(request)

    async def add_resource(self, request: Request) -> Response:
        """Add a resource."""
        wanted = await read(request, NewResource)
        tenant = self.world.directory.tenant(wanted.tenant)
        if tenant is None:
            raise HTTPException(400, "tenant: there is no such tenant.")
        if wanted.name in self.acs.resources:
            raise HTTPException(400, "name: there is such a resource already.")
        key = new_key() if wanted.key is None else _usable(wanted.key)
        resource = EmailResource(
            name=wanted.name,
            tenant_id=tenant.tenant_id,
            senders=_senders(wanted.senders),
            keys=[key, new_key()],
            domain=wanted.domain,
            clients=wanted.clients,
            quota=quota_of(wanted.domain),
        )
        self.acs.add_resource(resource)
        return JSONResponse(self._resource(resource), status_code=201)

    async def change_resource(self, request: Request) -> Response:
        """Change quota, roles or senders of a resource, or make a key anew."""
        resource = self._named(request.path_params["name"])
        wanted = await read(request, ResourceChange)
        for name in vars(Quota()):
            value = getattr(wanted, name)
            if value is not None:
                setattr(resource.quota, name, value)
        if wanted.clients is not None:
            resource.clients = wanted.clients
        if wanted.senders is not None:
            resource.senders = _senders(wanted.senders)
        if wanted.regenerate is not None:
            resource.keys[0 if wanted.regenerate == "primary" else 1] = new_key()
        self.acs.changed()
        return JSONResponse(self._resource(resource))

    def _named(self, name: str) -> EmailResource:
        resource = self.acs.resources.get(name)
        if resource is None:
            raise HTTPException(404, "There is no resource of that name.")
        return resource

    def _resource(self, resource: EmailResource) -> dict[str, object]:
        endpoint = self.world.public.people
        return {
            "name": resource.name,
            "tenant_id": resource.tenant_id,
            "endpoint": endpoint,
            "connection_string": f"endpoint={endpoint}/;accesskey={resource.keys[0]}",
            "keys": resource.keys,
            "senders": resource.senders,
            "domain": resource.domain,
            "clients": resource.clients,
            "quota": asdict(resource.quota),
        }


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for settings and resources of ACS Email.

    GET /_sandbox/acs shows settings, resources with their keys, and counts; POST changes
    {"date_window_seconds", "operation_seconds", "report_seconds", "repeats": "recognised" |
    "refused" | "sent_again"}. POST /_sandbox/acs/resources {"name", "tenant", "senders":
    {address: name}, "domain": "custom" | "managed", "key", "clients"} adds one; POST
    /_sandbox/acs/resources/{name} with {"enabled": false}, {"sends_per_minute": 1000},
    {"regenerate": "primary"} and their like changes it.
    """
    desk = Resources(world)
    return [
        Route("/acs", desk.show),
        Route("/acs", desk.change, methods=["POST"]),
        Route("/acs/resources", desk.add_resource, methods=["POST"]),
        Route("/acs/resources/{name}", desk.change_resource, methods=["POST"]),
    ]


def new_key() -> str:
    """Return a new access key in base64."""
    return base64.b64encode(secrets.token_bytes(64)).decode()


def _usable(key: str) -> str:
    try:
        base64.b64decode(key, validate=True)
    except ValueError as error:
        raise HTTPException(400, "key: not base64.") from error
    return key


def _senders(given: dict[str, str]) -> dict[str, str]:
    if not given or not all(is_address(one) for one in given):
        raise HTTPException(400, "senders: at least one address with its display name.")
    return {address.lower(): name for address, name in given.items()}
