"""What people write today: one send by msgraph-sdk in one Celery task for each recipient.

Celery's settings are its defaults. The broker is durable, SQLAlchemy on a SQLite file, for others
need a server of their own. There are two processes; each keeps one client and one event loop, which
is kinder to it than most code that is found. `bench.today` starts it in the environment of
`make clients-test`; `python -m bench.celery_app COUNT` asks for that many mails.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from functools import cache

import httpx
from azure.core.credentials import AccessToken
from celery import Celery
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import (
    SendMailPostRequestBody,
)
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

app = Celery("today", broker=os.environ.get("BENCH_BROKER", "memory://"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@dataclass(frozen=True)
class StaticToken:
    """A credential that always gives the same token."""

    token: str

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Return the token, good for long."""
        return AccessToken(self.token, 2**31)


@cache
def runner() -> asyncio.Runner:
    """Return the event loop of this process."""
    return asyncio.Runner()


@cache
def graph() -> GraphServiceClient:
    """Return the client of this process."""
    http = GraphClientFactory.create_with_default_middleware(
        client=httpx.AsyncClient(trust_env=False), options=options
    )
    provider = AzureIdentityAuthenticationProvider(
        StaticToken(os.environ["BENCH_TOKEN"]),
        scopes=["https://graph.microsoft.com/.default"],
        allowed_hosts=["127.0.0.1"],
    )
    adapter = GraphRequestAdapter(provider, client=http)
    adapter.base_url = f"{os.environ['BENCH_GRAPH']}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


@app.task(name="bench.send")  # type: ignore[untyped-decorator]  # Celery has no types
def send(number: int) -> None:
    """Send one mail to one person."""
    body = SendMailPostRequestBody(
        message=Message(
            subject="You are enrolled: Fire safety",
            body=ItemBody(content_type=BodyType.Html, content="<p>Hello</p>" * 20),
            to_recipients=[
                Recipient(
                    email_address=EmailAddress(
                        address=f"learner.{number}@elsewhere.example", name=f"Learner {number}"
                    )
                )
            ],
        ),
        save_to_sent_items=False,
    )
    runner().run(graph().me.send_mail.post(body))


if __name__ == "__main__":
    for wanted in range(int(sys.argv[1])):
        send.delay(wanted)
