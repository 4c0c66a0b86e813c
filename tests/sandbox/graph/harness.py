"""A small sandbox in this process and a caller that holds every answer against the description."""

import asyncio
import json
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx2

from m365sandbox.app import build_app
from m365sandbox.clock import SandboxClock
from m365sandbox.directory.licences import BUSINESS_PREMIUM, EXCHANGE_ONLINE_PLAN_1
from m365sandbox.directory.model import Person, Room, RoomList, Tenant, object_id
from m365sandbox.entra.issue import sign
from m365sandbox.public import PublicNames
from m365sandbox.world import World
from tests.sandbox.graph.answers import faults

CONTOSO = "c0470500-0000-4000-8000-000000000001"
FABRIKAM = "fab41ca0-0000-4000-8000-000000000002"
CLIENT = "5f0c1a52-7d3e-4c1b-9a56-0c1a55be1100"
T = TypeVar("T")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
EVERYTHING = (
    "User.Read Mail.Send Calendars.ReadWrite Place.Read.All MailboxSettings.Read "
    "OnlineMeetings.ReadWrite Mail.ReadWrite"
)


def person(tenant_id: str, domain: str, name: str, shown: str, **others: object) -> Person:
    """Return a person of a tenant with a mailbox and Teams."""
    address = f"{name}@{domain}"
    facts: dict[str, Any] = {"licences": [BUSINESS_PREMIUM], **others}
    return Person(
        tenant_id, object_id(tenant_id, address), address, address, shown, "Pa55-sandbox", **facts
    )


def room(name: str, shown: str, capacity: int, **others: object) -> Room:
    """Return a room of Contoso."""
    facts: dict[str, Any] = {"time_zone": "Europe/Copenhagen", **others}
    address = f"{name}@contoso.example"
    return Room(
        tenant_id=CONTOSO,
        place_id=object_id(CONTOSO, address),
        address=address,
        display_name=shown,
        capacity=capacity,
        building="HQ",
        floor_number=1,
        floor_label="1",
        room_list="hq-rooms@contoso.example",
        **facts,
    )


def small_world() -> World:
    """Return a world of two tenants, five people, three rooms, and a clock that stands still."""
    clock = SandboxClock()
    clock.freeze(MONDAY)
    world = World(clock=clock)
    add = world.directory
    add.add_tenant(Tenant(CONTOSO, "Contoso", "contoso.example"))
    add.add_tenant(Tenant(FABRIKAM, "Fabrikam", "fabrikam.example"))
    for one in (
        person(CONTOSO, "contoso.example", "learning", "Contoso Learning"),
        person(CONTOSO, "contoso.example", "zoe.dubois", "Zoé Dubois"),
        person(CONTOSO, "contoso.example", "ana", "Ana Ruiz", licences=[EXCHANGE_ONLINE_PLAN_1]),
        person(CONTOSO, "contoso.example", "guest", "No Mailbox", licences=[]),
        person(FABRIKAM, "fabrikam.example", "rosa.fabri", "Rosa Fabri"),
    ):
        add.add_person(one)
    hq = "hq-rooms@contoso.example"
    add.add_room_list(RoomList(CONTOSO, object_id(CONTOSO, hq), hq, "HQ"))
    add.add_room(room("auditorium", "Auditorium", 80))
    add.add_room(room("harbour", "Harbour", 20))
    add.add_room(room("library", "Library", 12))
    return world


class Sandbox:
    """The application over a world, asked as one person with some permissions."""

    def __init__(self, world: World, runner: asyncio.Runner) -> None:
        """Ask the application over `world` on the runner's event loop."""
        self.world = world
        self.runner = runner
        self.app = build_app(world, PublicNames())
        world.mailboxes.limits.service_seconds = 0.0
        self.caller, self.scopes = "learning@contoso.example", EVERYTHING

    def token(self, caller: str, scopes: str) -> str:
        """Return an access token of Graph for somebody."""
        somebody = self.world.directory.person(caller)
        assert somebody is not None
        now = self.world.now()
        return sign(
            self.world,
            {
                "aud": "https://graph.microsoft.com",
                "appid": CLIENT,
                "oid": somebody.oid,
                "tid": somebody.tenant_id,
                "scp": scopes,
                "iat": int(now.timestamp()),
                "nbf": int(now.timestamp()),
                "exp": int((now + timedelta(hours=1)).timestamp()),
                "aio": "AAAAAAAAAAEAAAAA",
            },
        )

    async def asking(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        caller: str | None = None,
        scopes: str | None = None,
        **headers: str,
    ) -> httpx2.Response:
        """Ask Graph, and hold the answer against the description of Graph."""
        token = self.token(caller or self.caller, self.scopes if scopes is None else scopes)
        given = {"Authorization": f"Bearer {token}"}
        content = raw
        if body is not None:
            content = json.dumps(body).encode()
            given["Content-Type"] = "application/json"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8365") as web:
            url = path if path.startswith("http") else f"/v1.0{path}"
            answer = await web.request(method, url, content=content, headers=given)
        check(method, answer)
        return answer

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        raw: bytes | None = None,
        **others: str,
    ) -> httpx2.Response:
        """Ask Graph and wait for the answer."""
        return self.wait(self.asking(method, path, body, raw=raw, **others))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run some work on the sandbox's event loop."""
        return self.runner.run(work)

    def get(self, path: str, *, caller: str | None = None) -> dict[str, Any]:
        """Return what Graph answers with 200."""
        answer = self.wait(self.asking("GET", path, caller=caller))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def create(self, **members: object) -> dict[str, Any]:
        """Create an event and return it."""
        answer = self.ask("POST", "/me/events", event(**members))
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def later(self, **span: float) -> None:
        """Let time pass; what falls due is done."""
        self.world.clock.advance(timedelta(**span))
        self.world.run_due()

    def inbox(self, mailbox: str) -> list[dict[str, Any]]:
        """Return what a mailbox received."""
        return self.world.mailboxes.received(to=mailbox)


def event(**members: object) -> dict[str, Any]:
    """Return the body of a new event: two hours on a Tuesday, changed as asked."""
    return {
        "subject": "Fire safety",
        "body": {"contentType": "HTML", "content": "<p>Bring your badge.</p>"},
        "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T11:00:00", "timeZone": "UTC"},
        **members,
    }


def invited(*addresses: str, kind: str = "required") -> list[dict[str, Any]]:
    """Return attendees of one kind."""
    return [{"type": kind, "emailAddress": {"address": one, "name": one}} for one in addresses]


def check(method: str, answer: httpx2.Response) -> None:
    """Assert what holds for every answer: headers, shape, members, description."""
    body: Any = answer.json() if answer.content else None
    found = faults(method, str(answer.request.url), answer.status_code, answer.headers, body)
    assert not found, found
