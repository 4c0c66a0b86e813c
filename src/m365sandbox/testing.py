"""A sandbox for tests: on free ports, in memory, with its own clock, in a thread of its own.

    import pytest
    from m365sandbox.testing import Sandbox, start_sandbox

    @pytest.fixture
    def sandbox():
        with start_sandbox() as running:
            yield running

Several may run at once. People, object ids, client id and secret are the same in each.
"""

import asyncio
import contextlib
import functools
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2  # noqa: TID251 -- a client of the sandbox, like anybody's

from m365sandbox import walking
from m365sandbox.acs.seed import CONTOSO_KEY, CONTOSO_SENDER
from m365sandbox.control.client import Control
from m365sandbox.entra import issue
from m365sandbox.entra.state import Authentication
from m365sandbox.seed import CLIENT_ID, CLIENT_SECRET, CONTOSO, FABRIKAM, PASSWORD
from m365sandbox.server import Addresses, Listeners
from m365sandbox.start import make_world
from m365sandbox.store import Store
from m365sandbox.walking import SignInStopped
from m365sandbox.world import World

__all__ = [
    "CONTOSO",
    "FABRIKAM",
    "PASSWORD",
    "Control",
    "Sandbox",
    "SignInStopped",
    "start_sandbox",
]

T = TypeVar("T")
START_SECONDS = 30


@dataclass
class Sandbox:
    """One running sandbox."""

    people_url: str
    secure_url: str
    smtp_host: str
    smtp_port: int | None
    ca_file: Path
    world: World
    loop: asyncio.AbstractEventLoop
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    acs_key: str = CONTOSO_KEY
    acs_sender: str = CONTOSO_SENDER
    control: Control = field(init=False)

    def __post_init__(self) -> None:
        """Open the control interface."""
        self.control = Control(self.people_url)

    @functools.cached_property
    def trust(self) -> ssl.SSLContext:
        """Return a TLS context that trusts this sandbox and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca_file)
        return context

    @property
    def graph_url(self) -> str:
        """Return the address of Graph without the version."""
        return self.people_url

    @property
    def acs_url(self) -> str:
        """Return the endpoint of Contoso's Communication Services resource."""
        return self.people_url

    def authority(self, tenant: str = "organizations") -> str:
        """Return the authority that MSAL is given."""
        return f"{self.secure_url}/{tenant}"

    def run(self, action: Callable[[World], T]) -> T:
        """Do something to the world on its own event loop, and return the outcome."""

        async def on_the_loop() -> T:
            return action(self.world)

        future = asyncio.run_coroutine_threadsafe(on_the_loop(), self.loop)
        return future.result(START_SECONDS)

    def browser(self) -> httpx2.Client:
        """Return a fresh browser: it keeps cookies and shows redirects instead of following."""
        return httpx2.Client(verify=self.trust, trust_env=False, follow_redirects=False)

    def sign_in_by_http(
        self,
        address: str,
        person: str,
        *,
        browser: httpx2.Client | None = None,
        **answers: Any,  # noqa: ANN401 -- those of walking.Person
    ) -> str:
        """Walk the pages from an authorize address and return the final redirect address.

        Args:
            address: the authorize address.
            person: the address of the person who signs in.
            browser: the browser to use; a fresh one when None.
            answers: password, consent ("accept" or "cancel"), organisation (tick the box),
                approves (the second factor).

        Raises:
            SignInStopped: the way ends on a page of the sandbox.
        """
        answers.setdefault("password", PASSWORD)
        walker = walking.Person(person, **answers)
        if browser is not None:
            return walking.walk(browser, address, walker)
        with self.browser() as fresh:
            return walking.walk(fresh, address, walker)

    def access_token(self, person: str, *scopes: str) -> str:
        """Return an access token for Graph without walking any page; consent is given along."""

        def made(world: World) -> str:
            application = world.directory.application(CLIENT_ID)
            somebody = world.directory.person(person)
            if application is None or somebody is None:
                message = f"There is nobody called '{person}', or no application."
                raise LookupError(message)
            world.grants.add(CLIENT_ID, somebody.tenant_id, somebody.oid, scopes)
            how = Authentication(
                client_id=CLIENT_ID,
                tenant_id=somebody.tenant_id,
                oid=somebody.oid,
                scopes=list(scopes),
                prefix="",
                session_id="test",
                serial=world.entra.next_serial(),
            )
            return issue.access_token(
                world=world,
                application=application,
                person=somebody,
                how=how,
                permissions=frozenset(scopes),
                life=issue.access_token_life([]),
            )

        return self.run(made)


class _Thread:
    """The thread a sandbox runs in, from `start` to `stop`."""

    def __init__(self, listeners: Listeners) -> None:
        self.listeners = listeners
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._body, name="m365sandbox", daemon=True)

    def start(self) -> asyncio.AbstractEventLoop:
        """Start, and return the event loop once every port listens."""
        self._thread.start()
        self._ready.wait(START_SECONDS)
        self._raise_failure()
        if self._loop is None:
            message = f"The sandbox did not start within {START_SECONDS} seconds."
            raise TimeoutError(message)
        return self._loop

    def stop(self) -> None:
        """Stop, and raise what went wrong meanwhile."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_SECONDS)
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _body(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 -- handed to the thread that started us
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await self.listeners.start()
        self._ready.set()
        await self.listeners.serve(self._stopping)


@contextlib.contextmanager
def start_sandbox(*, smtp: bool = True, store: Store | None = None) -> Iterator[Sandbox]:
    """Run a sandbox for the length of the block.

    Args:
        smtp: listen for SMTP as well.
        store: keep the state there; in memory when None.

    Raises:
        OSError: no port can be had.
    """
    ports = Addresses("127.0.0.1", 0, 0, 0 if smtp else None)
    listeners = Listeners(make_world(store), ports)
    thread = _Thread(listeners)
    loop = thread.start()
    with tempfile.TemporaryDirectory() as folder:
        ca_file = Path(folder) / "ca.pem"
        ca_file.write_text(listeners.world.authority.certificate_pem, encoding="ascii")
        sandbox = Sandbox(
            people_url=listeners.public.people,
            secure_url=listeners.public.secure,
            smtp_host=ports.host,
            smtp_port=listeners.smtp_port,
            ca_file=ca_file,
            world=listeners.world,
            loop=loop,
        )
        try:
            yield sandbox
        finally:
            sandbox.control.close()
            thread.stop()
