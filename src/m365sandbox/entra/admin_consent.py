"""GET /{tenant}/v2.0/adminconsent and /{tenant}/adminconsent: consent for a whole organisation.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from m365sandbox.entra import consent, scopes
from m365sandbox.entra.answers import tenant_named
from m365sandbox.entra.authorize import SignInDesk
from m365sandbox.entra.authorize_request import (
    AuthorizeRequest,
    Callback,
    CallbackError,
    application_and_address,
)
from m365sandbox.entra.discovery import Endpoint
from m365sandbox.entra.errors import EntraError
from m365sandbox.world import World


def endpoint(desk: SignInDesk, *, version: int) -> Endpoint:
    """Return the page's endpoint; version 1 knows no scope and grants what is registered."""

    async def answer(request: Request) -> Response:
        try:
            name = request.path_params["tenant"]
            wanted = _read(desk.world, name, request.query_params, version)
        except EntraError as error:
            return desk.error_page(request, error)
        except CallbackError as error:
            return desk.tell_application(request, error, {"admin_consent": "True"})
        return desk.start(request, wanted)

    return answer


def _read(world: World, name: str, given: Mapping[str, str], version: int) -> AuthorizeRequest:
    if name.lower() == "common" and version > 1:
        raise EntraError(90002, tenant=name)
    tenant = tenant_named(world, name)
    application, redirect_uri = application_and_address(world, name, given)
    callback = Callback(redirect_uri, "query", given.get("state"))
    text = given.get("scope", "") if version > 1 else f"{scopes.GRAPH}/.default"
    try:
        if not text:
            raise EntraError(900144, parameter="scope")
        asked = scopes.parse(text, (world.public.people, world.public.secure))
    except EntraError as error:
        raise CallbackError(error, callback) from error
    return AuthorizeRequest(
        tenant_name=name,
        tenant=tenant,
        application=application,
        callback=callback,
        names=consent.resolve(asked, application),
        purpose="adminconsent",
        scope_text=text if version > 1 else "",
        declined=None if version > 1 else "permission_denied",
    )
