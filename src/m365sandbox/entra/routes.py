"""The addresses of Entra ID v2.0."""

from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.entra import admin_consent, discovery, logout, token_endpoint
from m365sandbox.entra.authorize import SignInDesk
from m365sandbox.entra.codes import CODES
from m365sandbox.entra.issue import GRAPH_AUDIENCE, subject
from m365sandbox.entra.pages import ASSETS, page
from m365sandbox.entra.tokens import authenticate_graph
from m365sandbox.world import World

STATIC = {
    "sign-in.css": "text/css; charset=utf-8",
    "submit.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
LONGEST_CODE = 10
# The token endpoint refuses other methods in its own words.
ANY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def routes(world: World) -> list[BaseRoute]:
    """Return the sign-in service's routes, bound to `world`."""
    desk = SignInDesk(world)
    configuration = discovery.configuration(world)
    authorize = desk.authorize()
    return [
        Route(f"{ASSETS}/{{name}}", _asset),
        Route("/error", _error_text),
        Route("/oidc/userinfo", _user_info(world), methods=["GET", "POST"]),
        Route("/common/discovery/instance", discovery.instance(world)),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", configuration),
        Route("/{tenant}/discovery/v2.0/keys", discovery.keys(world)),
        Route("/{tenant}/oauth2/v2.0/authorize", authorize, methods=["GET", "POST"]),
        Route("/{tenant}/oauth2/v2.0/token", token_endpoint.endpoint(world), methods=ANY_METHOD),
        Route("/{tenant}/oauth2/v2.0/logout", logout.endpoint(desk), methods=["GET", "POST"]),
        Route("/{tenant}/sign-in", desk.answer_page(), methods=["POST"]),
        Route("/{tenant}/v2.0/adminconsent", admin_consent.endpoint(desk, version=2)),
        Route("/{tenant}/adminconsent", admin_consent.endpoint(desk, version=1)),
    ]


async def _asset(request: Request) -> Response:
    """Serve the pages' own style sheet and script."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    body = files("m365sandbox.entra").joinpath("static", name).read_bytes()
    headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=STATIC[name], headers=headers)


async def _error_text(request: Request) -> Response:
    """Serve GET /error?code=N: what a code means, for people who follow an error_uri."""
    given = request.query_params.get("code", "")
    is_number = given.isdecimal() and len(given) <= LONGEST_CODE
    code = CODES.get(int(given)) if is_number else None
    if code is None:
        raise HTTPException(404, f"There is no text for the code '{given}'.")
    return page("meaning", code=code)


def _user_info(world: World) -> discovery.Endpoint:
    """Return GET /oidc/userinfo, OpenID Connect's view of the signed-in person."""

    async def answer(request: Request) -> Response:
        caller = authenticate_graph(request, world)
        person = caller.person
        claims = {"sub": subject(GRAPH_AUDIENCE, person.oid)}
        if "profile" in caller.scopes:
            names = {"given_name": person.given_name, "family_name": person.surname}
            claims |= {"name": person.display_name, **names}
        if "email" in caller.scopes:
            claims["email"] = person.address
        return JSONResponse(claims)

    return answer
