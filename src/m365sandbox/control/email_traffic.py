"""/_sandbox/acs: operations, outcomes, suppression, subscriptions and reports of ACS Email."""

import re
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.acs.model import (
    Blocked,
    DeliveryStatus,
    EventSchema,
    Operation,
    Outcome,
    Report,
    Subscription,
)
from m365sandbox.acs.subscribing import HandshakeFailed, subscribe
from m365sandbox.control.bodies import read
from m365sandbox.control.consent import stamp
from m365sandbox.persist import Shape
from m365sandbox.webhooks import check_webhook
from m365sandbox.world import World

SHOWN = 1_000
MOST_HEADERS = 10
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,4096}")
Hours = Annotated[float, Field(ge=0, le=24 * 366, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
_OPERATION = Shape(Operation)
_OUTCOME = Shape(Outcome)
_REPORT = Shape(Report)


@dataclass
class OutcomeWanted:
    """A rule as POST /acs/outcomes asks for one; see `m365sandbox.acs.model.Outcome`."""

    recipient: str
    status: DeliveryStatus = "Bounced"
    message: str = ""
    hard: bool = True
    operation: Literal["Failed", "Canceled"] | None = None
    code: str = "EmailDropped"
    count: Count | None = None


@dataclass
class NewBlock:
    """An address to put on the suppression list; without hours as long as a bounce would."""

    address: str
    hours: Hours | None = None


@dataclass
class NewSubscription:
    """A webhook as POST /acs/subscriptions asks for one; see `Subscription`."""

    url: str
    resource: str
    headers: dict[str, str] = field(default_factory=dict)
    schema: EventSchema = "EventGridSchema"
    headers_in_handshake: bool = True


@dataclass
class NewReport:
    """A report out of turn: late, repeated or contradicting another."""

    operation_id: UUID
    recipient: str
    status: DeliveryStatus
    message: str = ""


class Traffic:
    """The routes for what is sent and reported, over one world."""

    def __init__(self, world: World) -> None:
        """Steer `world`."""
        self.world = world
        self.acs = world.acs

    async def operations(self, _request: Request) -> Response:
        """List the latest operations, newest first."""
        found = [_OPERATION.dump(one) for one in self.acs.latest_operations(SHOWN)]
        return JSONResponse({"operations": found})

    async def outcomes(self, _request: Request) -> Response:
        """List the rules for what becomes of mail."""
        return JSONResponse({"outcomes": [_OUTCOME.dump(one) for one in self.acs.outcomes]})

    async def add_outcome(self, request: Request) -> Response:
        """Add a rule."""
        outcome = Outcome(**vars(await read(request, OutcomeWanted)))
        self.acs.outcomes.append(outcome)
        self.acs.changed()
        return JSONResponse(_OUTCOME.dump(outcome), status_code=201)

    async def clear_outcomes(self, _request: Request) -> Response:
        """Take all rules away."""
        self.acs.outcomes.clear()
        self.acs.changed()
        return Response(status_code=204)

    async def suppressions(self, _request: Request) -> Response:
        """List the addresses that bounced."""
        found = [_blocked(one) for one in self.acs.blocked.values()]
        return JSONResponse({"suppressions": found})

    async def suppress(self, request: Request) -> Response:
        """Put an address on the suppression list."""
        wanted = await read(request, NewBlock)
        blocked = self.acs.reporting.block(wanted.address.lower(), self.world.now())
        if wanted.hours is not None:
            blocked.until = self.world.now() + timedelta(hours=wanted.hours)
        return JSONResponse(_blocked(blocked), status_code=201)

    async def release(self, request: Request) -> Response:
        """Take an address off the suppression list; its bounces are forgotten."""
        if self.acs.blocked.pop(request.path_params["address"].lower(), None) is None:
            raise HTTPException(404, "The address is not on the suppression list.")
        self.acs.changed()
        return Response(status_code=204)

    async def subscriptions(self, _request: Request) -> Response:
        """List the webhooks."""
        found = [_subscription(one) for one in self.acs.subscriptions.values()]
        return JSONResponse({"subscriptions": found})

    async def subscribe(self, request: Request) -> Response:
        """Ask a webhook's owner and send it a resource's reports from then on."""
        wanted = await read(request, NewSubscription)
        if wanted.resource not in self.acs.resources:
            raise HTTPException(400, "resource: there is no such resource.")
        _check_headers(wanted.headers)
        subscription = Subscription(created=self.world.now(), **vars(wanted))
        try:
            check_webhook(wanted.url)
            await subscribe(self.world, subscription)
        except (ValueError, HandshakeFailed) as error:
            raise HTTPException(400, f"url: {error}") from error
        return JSONResponse(_subscription(subscription), status_code=201)

    async def unsubscribe(self, request: Request) -> Response:
        """Send a webhook nothing more."""
        if self.acs.subscriptions.pop(request.path_params["subscription_id"], None) is None:
            raise HTTPException(404, "There is no subscription with this id.")
        self.acs.changed()
        return Response(status_code=204)

    async def reports(self, _request: Request) -> Response:
        """List the latest reports, newest first, with how far each has come."""
        found = [_REPORT.dump(one) for one in self.acs.latest_reports(SHOWN)]
        return JSONResponse({"reports": found})

    async def add_report(self, request: Request) -> Response:
        """Report something about a recipient of an operation, whatever was reported before."""
        wanted = await read(request, NewReport)
        operation = self.acs.operation(str(wanted.operation_id))
        if operation is None:
            raise HTTPException(400, "operation_id: there is no such operation.")
        report = self.acs.reporting.report(
            operation, wanted.recipient, wanted.status, wanted.message
        )
        return JSONResponse(_REPORT.dump(report), status_code=201)


def routes(world: World) -> list[BaseRoute]:
    """Return the routes for what is sent through ACS Email, and what is reported about it.

    GET /_sandbox/acs/operations and /reports list what happened; POST /reports {"operation_id",
    "recipient", "status", "message"} reports out of turn. GET /outcomes; POST {"recipient":
    "*@example.org", "status": "Bounced", "message", "hard", "operation", "code", "count"}; DELETE
    takes all away. GET /suppressions; POST {"address", "hours"}; DELETE /suppressions/{address}.
    GET /subscriptions; POST {"resource", "url", "headers", "schema", "headers_in_handshake"}
    after the handshake; DELETE /subscriptions/{subscription_id}.
    """
    desk = Traffic(world)
    one = "/acs/subscriptions/{subscription_id}"
    return [
        Route("/acs/operations", desk.operations),
        Route("/acs/outcomes", desk.outcomes),
        Route("/acs/outcomes", desk.add_outcome, methods=["POST"]),
        Route("/acs/outcomes", desk.clear_outcomes, methods=["DELETE"]),
        Route("/acs/suppressions", desk.suppressions),
        Route("/acs/suppressions", desk.suppress, methods=["POST"]),
        Route("/acs/suppressions/{address}", desk.release, methods=["DELETE"]),
        Route("/acs/subscriptions", desk.subscriptions),
        Route("/acs/subscriptions", desk.subscribe, methods=["POST"]),
        Route(one, desk.unsubscribe, methods=["DELETE"]),
        Route("/acs/reports", desk.reports),
        Route("/acs/reports", desk.add_report, methods=["POST"]),
    ]


def _check_headers(headers: dict[str, str]) -> None:
    """Hold delivery headers against what HTTP and Event Grid allow."""
    fits = len(headers) <= MOST_HEADERS and all(
        HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)
        for name, value in headers.items()
    )
    if not fits:
        raise HTTPException(400, "headers: at most ten, in plain characters.")


def _blocked(blocked: Blocked) -> dict[str, object]:
    return {**asdict(blocked), "until": stamp(blocked.until)}


def _subscription(subscription: Subscription) -> dict[str, object]:
    """Return a subscription; its headers are named, never shown, for one is a secret."""
    return {
        **asdict(subscription),
        "created": stamp(subscription.created),
        "headers": sorted(subscription.headers),
    }
