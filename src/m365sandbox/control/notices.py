"""/_sandbox/subscriptions: who hears of changed events, and what may happen to subscriptions."""

from dataclasses import asdict, dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.control.bodies import read
from m365sandbox.notices.model import LifecycleEvent, Subscription
from m365sandbox.persist import Shape
from m365sandbox.world import World

_SHAPE = Shape(Subscription)


@dataclass
class Happening:
    """What happens to a subscription; "subscriptionRemoved" ends it."""

    event: LifecycleEvent


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for subscriptions to changes of events.

    GET /_sandbox/subscriptions lists them, with the answers of their webhooks and the notices that
    are on their way. POST /_sandbox/subscriptions/{id}/lifecycle {"event": "missed"} lets one of
    the lifecycle events happen: reauthorizationRequired, subscriptionRemoved, missed.
    """

    async def show(_request: Request) -> Response:
        subscriptions = [_SHAPE.dump(one) for one in world.notices.all()]
        parcels = [
            asdict(one) | {"begun": one.begun.isoformat()} for one in world.notices.parcels()
        ]
        return JSONResponse({"subscriptions": subscriptions, "on_their_way": parcels})

    async def happen(request: Request) -> Response:
        subscription = world.notices.find(request.path_params["subscription_id"])
        if subscription is None:
            raise HTTPException(404, "There is no such subscription.")
        wanted = await read(request, Happening)
        world.notices.tell_of_life(subscription, wanted.event)
        world.run_due()
        return Response(status_code=204)

    path = "/subscriptions/{subscription_id}/lifecycle"
    return [Route("/subscriptions", show), Route(path, happen, methods=["POST"])]
