"""Put the sandbox together: Entra, Graph, ACS, control and portal as one application."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount

from m365sandbox.acs.errors import AcsError, error_response
from m365sandbox.acs.routes import routes as acs_routes
from m365sandbox.control.routes import routes as control_routes
from m365sandbox.entra.routes import routes as entra_routes
from m365sandbox.errors import GraphError, graph_error_response, not_found
from m365sandbox.graph.routes import routes as graph_routes
from m365sandbox.graph.uploading import Uploading
from m365sandbox.middleware import Attendant
from m365sandbox.portal.routes import routes as portal_routes
from m365sandbox.public import PublicNames
from m365sandbox.world import World

WORDS: dict[int, str] = {
    HTTPStatus.METHOD_NOT_ALLOWED: "Request_BadRequest",
    HTTPStatus.INTERNAL_SERVER_ERROR: "generalException",
}


def build_app(world: World, public: PublicNames) -> Starlette:
    """Return the application over `world`, known to the outside under `public`."""
    world.public = public
    routes: list[BaseRoute] = [
        Mount("/_sandbox", routes=control_routes(world)),
        Mount("/v1.0", routes=graph_routes(world)),
        *Uploading(world).routes(),
        *acs_routes(world),
        *entra_routes(world),
        *portal_routes(world),
    ]

    async def graph_refusal(request: Request, error: Exception) -> Response:
        if not isinstance(error, GraphError):
            raise error
        return graph_error_response(request, error, world.now())

    async def http_refusal(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        return _plain_refusal(request, error, world)

    async def own_fault(request: Request, _error: Exception) -> Response:
        """Answer a fault of the sandbox's own; the server logs it with its traceback."""
        return _plain_refusal(request, HTTPException(500, "The sandbox failed."), world)

    app = Starlette(
        routes=routes,
        exception_handlers={
            GraphError: graph_refusal,
            HTTPException: http_refusal,
            Exception: own_fault,
        },
    )
    app.state.world = world
    app.add_middleware(Attendant, world=world)
    return app


def _plain_refusal(request: Request, error: HTTPException, world: World) -> Response:
    """Answer an unknown path or method in the words of the part that was asked."""
    path = request.scope["path"]
    headers = dict(error.headers or {})
    if path.startswith("/v1.0"):
        code = WORDS.get(error.status_code, "BadRequest")
        refusal = GraphError(error.status_code, code, error.detail, headers=headers)
        if error.status_code == HTTPStatus.NOT_FOUND:
            refusal = not_found(path)
        return graph_error_response(request, refusal, world.now())
    if path.startswith("/emails"):
        code = HTTPStatus(error.status_code).phrase.replace(" ", "")
        refused = AcsError(error.status_code, code, error.detail, headers=headers)
        return error_response(request, refused)
    if path.startswith("/_sandbox"):
        body = {"error": error.detail}
        return JSONResponse(body, status_code=error.status_code, headers=headers)
    return PlainTextResponse(error.detail, status_code=error.status_code, headers=headers)
