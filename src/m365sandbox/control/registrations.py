"""/_sandbox/applications: registrations, their secrets and redirect addresses."""

from dataclasses import asdict, dataclass, field
from uuid import uuid4

from pydantic import AwareDatetime
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox import accounts
from m365sandbox.control.bodies import read
from m365sandbox.control.consent import stamp
from m365sandbox.directory.applications import Application, ClientSecret, FederatedCredential
from m365sandbox.entra.assertions import are_keys, is_certificate
from m365sandbox.world import World


@dataclass
class NewApplication:
    """A registration as POST /_sandbox/applications asks for one."""

    name: str
    home_tenant: str
    client_id: str = field(default_factory=lambda: str(uuid4()))
    publisher: str = "Somebody"
    secret: str | None = None
    redirect_uris: list[str] = field(default_factory=list)
    registered_scopes: list[str] = field(default_factory=list)
    is_multitenant: bool = True
    is_publisher_verified: bool = True


@dataclass
class Addresses:
    """Redirect addresses to add."""

    redirect_uris: list[str]


@dataclass
class NewSecret:
    """A secret to add, with the time from which it is refused."""

    value: str
    expires: AwareDatetime | None = None


@dataclass
class NewCertificate:
    """A certificate to add, in PEM form."""

    certificate: str


@dataclass
class ApplicationPolicy:
    """What an administrator may set on a registration; None leaves it as it is."""

    is_enabled: bool | None = None
    is_publisher_verified: bool | None = None
    is_multitenant: bool | None = None
    assignment_required_in: list[str] | None = None
    assigned: list[str] | None = None


class Registrations:
    """The routes for registrations, over one world."""

    def __init__(self, world: World) -> None:
        """Serve `world`."""
        self.world = world

    async def show(self, _request: Request) -> Response:
        """List registrations; secrets are named, never shown."""
        applications = [asdict(one) for one in self.world.directory.applications.values()]
        for one in applications:
            one["secrets"] = [
                {"secret_id": secret["secret_id"], "expires": stamp(secret["expires"])}
                for secret in one["secrets"]
            ]
        return JSONResponse({"applications": applications})

    async def add(self, request: Request) -> Response:
        """Add a registration."""
        wanted = await read(request, NewApplication)
        tenant = self.world.directory.tenant(wanted.home_tenant)
        if tenant is None:
            raise HTTPException(400, "home_tenant: there is no such tenant.")
        secret = [] if wanted.secret is None else [ClientSecret(str(uuid4()), wanted.secret)]
        application = Application(
            client_id=wanted.client_id,
            name=wanted.name,
            publisher=wanted.publisher,
            home_tenant_id=tenant.tenant_id,
            secrets=secret,
            redirect_uris=wanted.redirect_uris,
            registered_scopes=wanted.registered_scopes,
            is_multitenant=wanted.is_multitenant,
            is_publisher_verified=wanted.is_publisher_verified,
        )
        self.world.directory.add_application(application)
        self.world.changed("directory")
        return JSONResponse({"client_id": wanted.client_id}, status_code=201)

    async def add_addresses(self, request: Request) -> Response:
        """Register more redirect addresses."""
        application = self._named(request)
        for address in (await read(request, Addresses)).redirect_uris:
            if address not in application.redirect_uris:
                application.redirect_uris.append(address)
        return self._changed()

    async def add_secret(self, request: Request) -> Response:
        """Add a secret beside those there are."""
        application = self._named(request)
        wanted = await read(request, NewSecret)
        application.secrets.append(ClientSecret(str(uuid4()), wanted.value, wanted.expires))
        return self._changed()

    async def add_certificate(self, request: Request) -> Response:
        """Register a certificate beside those there are."""
        application = self._named(request)
        pem = (await read(request, NewCertificate)).certificate
        if not is_certificate(pem):
            raise HTTPException(400, "certificate: not a certificate with an RSA key in PEM form.")
        application.certificates.append(pem)
        return self._changed()

    async def add_federated(self, request: Request) -> Response:
        """Trust another identity provider's tokens for one subject."""
        application = self._named(request)
        trusted = await read(request, FederatedCredential)
        if not are_keys(trusted.jwks):
            raise HTTPException(400, 'jwks: not keys, as JSON text: {"keys": [...]}.')
        application.federated.append(trusted)
        return self._changed()

    async def expire_secrets(self, request: Request) -> Response:
        """Let every secret expire now."""
        accounts.expire_secrets(self.world, self._named(request))
        return Response(status_code=204)

    async def set_policy(self, request: Request) -> Response:
        """Set what an administrator decides about the registration."""
        application = self._named(request)
        wanted = await read(request, ApplicationPolicy)
        for name, value in vars(wanted).items():
            if value is not None:
                setattr(application, name, value)
        return self._changed()

    def _named(self, request: Request) -> Application:
        application = self.world.directory.application(request.path_params["client_id"])
        if application is None:
            raise HTTPException(404, "There is no application with this client id.")
        return application

    def _changed(self) -> Response:
        self.world.changed("directory")
        return Response(status_code=204)


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for registrations.

    GET /_sandbox/applications lists them; POST adds one. On one of them, POST
    /_sandbox/applications/{client_id}/redirect-uris {"redirect_uris": [...]}, /secrets {"value",
    "expires"}, /certificates {"certificate": PEM}, /federated-credentials {"issuer", "subject",
    "audience", "jwks": JSON text}, /expire-secrets (all secrets expire now) and /policy
    {"is_enabled", ...}.
    """
    desk = Registrations(world)
    one = "/applications/{client_id}"
    return [
        Route("/applications", desk.show),
        Route("/applications", desk.add, methods=["POST"]),
        Route(f"{one}/redirect-uris", desk.add_addresses, methods=["POST"]),
        Route(f"{one}/secrets", desk.add_secret, methods=["POST"]),
        Route(f"{one}/certificates", desk.add_certificate, methods=["POST"]),
        Route(f"{one}/federated-credentials", desk.add_federated, methods=["POST"]),
        Route(f"{one}/expire-secrets", desk.expire_secrets, methods=["POST"]),
        Route(f"{one}/policy", desk.set_policy, methods=["POST"]),
    ]
