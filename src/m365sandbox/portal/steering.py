"""The start page, people and their grants, the request log, the clock and the trouble switches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox.calendars.zones import MalformedTimeError, parse_wall_time
from m365sandbox.faults import UnusableFault
from m365sandbox.portal.fault_form import read_fault
from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.clock import SandboxClock
    from m365sandbox.world import World

_UNITS: Final = {"minutes": 1, "hours": 60, "days": 60 * 24}
_FARTHEST_MINUTES: Final = 60 * 24 * 366 * 10


class Steering:
    """The pages from which the sandbox is watched and steered."""

    def __init__(self, world: World) -> None:
        """Watch and steer a world."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of these pages."""
        return [
            Route("/", self.start),
            Route("/portal", self.lead_to_start),
            Route("/portal/people", self.people),
            Route("/portal/log", self.log),
            Route("/portal/trouble", self.trouble),
            Route("/portal/trouble/clock", self.set_clock, methods=["POST"]),
            Route("/portal/trouble/faults", self.add_fault, methods=["POST"]),
            Route("/portal/trouble/faults/clear", self.clear_faults, methods=["POST"]),
            Route("/portal/trouble/faults/{fault_id}/end", self.end_fault, methods=["POST"]),
            Route("/portal/trouble/limits", self.set_limits, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """Say what this is, who is here, and what to try."""
        del request
        directory = self._world.directory
        groups = [
            (tenant, [one for one in directory.people_of(tenant.tenant_id) if one.is_well_known])
            for tenant in directory.tenants.values()
        ]
        totals = {
            "people": len(directory.people),
            "rooms": len(directory.rooms),
            "mail": len(self._world.mailboxes.received()),
        }
        return page(self._world, "start", {"groups": groups, "totals": totals})

    async def lead_to_start(self, request: Request) -> Response:
        """Lead whoever shortened an address of the portal to its first page."""
        del request
        return see("/")

    async def people(self, request: Request) -> Response:
        """List people with their state, and the consent that was given."""
        del request
        directory = self._world.directory
        groups = [
            (tenant, directory.people_of(tenant.tenant_id)) for tenant in directory.tenants.values()
        ]
        grants = []
        for grant in self._world.grants.all():
            application = directory.application(grant.client_id)
            person = directory.people.get(grant.principal_id or "")
            tenant = directory.tenants.get(grant.tenant_id)
            grants.append(
                {
                    "application": grant.client_id if application is None else application.name,
                    "tenant": grant.tenant_id if tenant is None else tenant.name,
                    "who": "everybody" if person is None else person.display_name,
                    "scopes": sorted(grant.scopes),
                }
            )
        return page(self._world, "people", {"groups": groups, "grants": grants})

    async def log(self, request: Request) -> Response:
        """List the latest exchanges, newest first, narrowed as asked."""
        asked = {name: request.query_params.get(name, "").strip() for name in _FILTERS}
        status = asked["status"]
        found = self._world.log.find(
            method=asked["method"] or None,
            path=asked["path"] or None,
            status=int(status) if status.isdecimal() and len(status) < 6 else None,  # noqa: PLR2004 -- an HTTP status
            mailbox=asked["mailbox"] or None,
            limit=100,
        )
        return page(self._world, "log", {"exchanges": found[::-1], "asked": asked})

    async def trouble(self, request: Request) -> Response:
        """Show the clock, the limits, and the faults in force, each with its switch."""
        del request
        facts = {
            "faults": self._world.faults.all(),
            "limits": self._world.mailboxes.limits,
            "statistics": self._world.mailboxes.statistics(),
            "bounces": self._world.mailboxes.trouble.bouncing,
            "applications": list(self._world.directory.applications.values()),
        }
        return page(self._world, "trouble", facts)

    async def set_clock(self, request: Request) -> Response:
        """Move, set, stop or start the clock; what falls due by that is done at once."""
        form = await posted(request)
        try:
            _turn(self._world.clock, form)
        except (ValueError, OverflowError) as error:
            raise HTTPException(400, str(error)) from error
        self._world.changed("clock")
        self._world.run_due()
        return see("/portal/trouble")

    async def add_fault(self, request: Request) -> Response:
        """Put one rule of trouble in force."""
        fault = read_fault(await posted(request))
        try:
            self._world.faults.add(fault)
        except UnusableFault as error:
            raise HTTPException(400, f"{error}.") from error
        return see("/portal/trouble")

    async def end_fault(self, request: Request) -> Response:
        """Take one rule of trouble away; one that ended meanwhile is none the less gone."""
        await posted(request)
        self._world.faults.remove(str(request.path_params["fault_id"]))
        return see("/portal/trouble")

    async def clear_faults(self, request: Request) -> Response:
        """Take all rules of trouble away."""
        await posted(request)
        self._world.faults.clear()
        return see("/portal/trouble")

    async def set_limits(self, request: Request) -> Response:
        """Switch Exchange's limits on or off."""
        form = await posted(request)
        self._world.mailboxes.limits.enabled = str(form.get("enabled", "")) == "yes"
        self._world.changed("mailboxes")
        return see("/portal/trouble")


_FILTERS: Final = ("method", "path", "status", "mailbox")


def _turn(clock: SandboxClock, form: FormData) -> None:
    """Do to the clock what a form says."""
    act = str(form.get("act", ""))
    if act == "advance":
        clock.advance(timedelta(minutes=_minutes(form)))
    elif act == "set":
        clock.set(_moment(str(form.get("to", ""))))
    elif act == "freeze":
        clock.freeze()
    elif act == "unfreeze":
        clock.unfreeze()
    else:
        raise HTTPException(400, "The clock can be moved, set, stopped or started.")


def _minutes(form: FormData) -> int:
    amount = str(form.get("amount", ""))
    unit = _UNITS.get(str(form.get("unit", "")))
    if unit is None or not amount.lstrip("-").isdecimal() or len(amount) > 7:  # noqa: PLR2004 -- ten years
        raise HTTPException(400, "The clock moves by a whole number of minutes, hours or days.")
    minutes = int(amount) * unit
    if abs(minutes) > _FARTHEST_MINUTES:
        raise HTTPException(400, "The clock moves by ten years at most.")
    return minutes


def _moment(text: str) -> datetime:
    try:
        return parse_wall_time(text)[0].astimezone(UTC)
    except MalformedTimeError:
        raise HTTPException(400, "The clock is set to a time like 2026-12-01T09:00.") from None
