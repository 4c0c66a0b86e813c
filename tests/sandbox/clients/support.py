"""Microsoft's own clients for Graph and Entra, unmodified, against a running sandbox.

They are large and live in a virtual environment of their own; see `make clients-test`. Everything
here is a setting that the clients offer: an authority, a base address, an HTTP client that trusts
the sandbox's certificates and shows what passes.
"""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from azure.core.credentials import AccessToken
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.graph.answers import faults, faults_of_batch

ORGANISER = "learning@contoso.example"
CALLBACK = "http://localhost:8000/connect/callback"
DEFAULT = "https://graph.microsoft.com/.default"
PERMISSIONS = (
    "User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All", "MailboxSettings.Read",
    "Mail.ReadWrite",
)  # fmt: skip
T = TypeVar("T")


@dataclass
class Record:
    """What passed between a client and Graph, each answer with all that is wrong with it."""

    passed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    elsewhere: list[tuple[httpx.Request, int, Any]] = field(default_factory=list)

    async def hear(self, answer: httpx.Response) -> None:
        """Note one answer; called by the HTTP client after each."""
        content = await answer.aread()
        body: Any = json.loads(content) if content else None
        asked = answer.request
        name = f"{asked.method} {asked.url.path.removeprefix('/v1.0')} {answer.status_code}"
        self.passed.append(name)
        if not asked.url.path.startswith("/v1.0"):
            # Pieces of files go to another host, whose answers are not in Graph's shape.
            self.elsewhere.append((asked, answer.status_code, body))
            return
        found = faults(asked.method, str(asked.url), answer.status_code, answer.headers, body)
        if asked.url.path.endswith("$batch") and answer.status_code == 200:
            found += faults_of_batch(json.loads(asked.content), body)
        self.wrong += [f"{name}: {one}" for one in found]


@dataclass(frozen=True)
class StaticToken:
    """A credential that always gives the same token, for tests that are not about sign-in."""

    token: str

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Return the token, good for an hour."""
        return AccessToken(self.token, 2**31)


@dataclass
class Client:
    """msgraph-sdk on the sandbox as one person, on an event loop of its own."""

    graph: GraphServiceClient
    record: Record
    runner: asyncio.Runner

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work and return what comes of it."""
        return self.runner.run(work)


class Clients:
    """Makes clients, and closes what they hold."""

    def __init__(self, sandbox: Sandbox, runner: asyncio.Runner, record: Record) -> None:
        self.sandbox = sandbox
        self.runner = runner
        self.record = record
        self.opened: list[httpx.AsyncHTTPTransport] = []

    def of(self, credential: object) -> Client:
        """Return msgraph-sdk as whom a credential stands for."""
        # Graph's middleware puts itself around the transport and does not close it.
        transport = httpx.AsyncHTTPTransport(verify=self.sandbox.trust, trust_env=False)
        self.opened.append(transport)
        http = httpx.AsyncClient(transport=transport, event_hooks={"response": [self.record.hear]})
        http = GraphClientFactory.create_with_default_middleware(client=http, options=options)
        provider = AzureIdentityAuthenticationProvider(
            credential, scopes=[DEFAULT], allowed_hosts=["127.0.0.1"]
        )
        adapter = GraphRequestAdapter(provider, client=http)
        adapter.base_url = f"{self.sandbox.secure_url}/v1.0"
        return Client(GraphServiceClient(request_adapter=adapter), self.record, self.runner)

    def person(self, address: str = ORGANISER) -> Client:
        """Return msgraph-sdk as a person who consented to everything the product asks for."""
        return self.of(StaticToken(self.sandbox.access_token(address, *PERMISSIONS)))


def code_for(sandbox: Sandbox, person: str = ORGANISER) -> str:
    """Sign somebody in on the pages and return the code an application is called back with."""
    asked = {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid profile offline_access " + " ".join(PERMISSIONS),
        "state": "kept",
    }
    address = f"{sandbox.people_url}/{CONTOSO.tenant_id}/oauth2/v2.0/authorize?{urlencode(asked)}"
    back = sandbox.sign_in_by_http(address, person)
    return parse_qs(urlsplit(back).query)["code"][0]


def settings_of(sandbox: Sandbox) -> dict[str, object]:
    """Return what azure-identity is told about the sandbox: settings it offers, nothing else."""
    return {
        "authority": sandbox.secure_url,
        "disable_instance_discovery": True,
        "connection_verify": str(sandbox.ca_file),
    }
