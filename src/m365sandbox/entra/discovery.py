"""What clients read first: the discovery document, instance metadata and the signing keys."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from m365sandbox.entra.answers import refusal, tenant_named
from m365sandbox.entra.errors import EntraError
from m365sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=86400, private"}
# Entra writes this text in place of the GUID where the tenant is not known yet.
ANY_TENANT_ISSUER = "{tenantid}"


def configuration(world: World) -> Endpoint:
    """Return GET /{tenant}/v2.0/.well-known/openid-configuration.

    https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    """

    async def answer(request: Request) -> Response:
        name = request.path_params["tenant"]
        try:
            tenant = tenant_named(world, name)
        except EntraError as error:
            return refusal(request, world, error)
        issuer = ANY_TENANT_ISSUER if tenant is None else tenant.tenant_id
        region = None if tenant is None else tenant.region
        return JSONResponse(document(world, name, issuer, region), headers=OPEN_TO_ALL)

    return answer


def document(world: World, name: str, issuer: str, region: str | None) -> dict[str, object]:
    """Return the discovery document for the tenant `name` as the path wrote it.

    Pages for people are on the plain address, what programs call on the secure one.
    """
    people = f"{world.public.people}/{name}"
    secure = f"{world.public.secure}/{name}"
    return {
        "token_endpoint": f"{secure}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
            "self_signed_tls_client_auth",
        ],
        "jwks_uri": f"{secure}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": world.public.issuer(issuer),
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{world.public.secure}/oidc/userinfo",
        "authorization_endpoint": f"{people}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{secure}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{people}/oauth2/v2.0/logout",
        "claims_supported": [
            *("sub", "iss", "cloud_instance_name", "cloud_instance_host_name"),
            *("cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr"),
            *("nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"),
        ],
        "tenant_region_scope": region,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": urlsplit(world.public.secure).netloc,
        "rbac_url": "https://pas.windows.net",
    }


def instance(world: World) -> Endpoint:
    """Return GET /common/discovery/instance, with which clients validate a login host."""

    async def answer(request: Request) -> Response:
        asked = urlsplit(request.query_params.get("authorization_endpoint", ""))
        hosts = [urlsplit(world.public.secure).netloc, urlsplit(world.public.people).netloc]
        if asked.netloc not in hosts:
            return refusal(request, world, EntraError(50049))
        parts = [part for part in asked.path.split("/") if part]
        name = parts[0] if parts else "common"
        secure = world.public.secure
        body = {
            "tenant_discovery_endpoint": f"{secure}/{name}/v2.0/.well-known/openid-configuration",
            "api-version": request.query_params.get("api-version", "1.1"),
            "metadata": [
                {"preferred_network": hosts[0], "preferred_cache": hosts[0], "aliases": hosts}
            ],
        }
        return JSONResponse(body, headers=OPEN_TO_ALL)

    return answer


def keys(world: World) -> Endpoint:
    """Return GET /{tenant}/discovery/v2.0/keys."""

    async def answer(request: Request) -> Response:
        try:
            tenant = tenant_named(world, request.path_params["tenant"])
        except EntraError as error:
            return refusal(request, world, error)
        issuer = world.public.issuer(ANY_TENANT_ISSUER if tenant is None else tenant.tenant_id)
        listed = [key.jwk(issuer) for key in world.entra.keys.all()]
        return JSONResponse({"keys": listed}, headers=OPEN_TO_ALL)

    return answer
