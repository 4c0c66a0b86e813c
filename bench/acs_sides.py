"""The two sides that `bench.acs` compares; needs Django's settings."""

import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from threading import Event, Thread
from typing import Self
from uuid import uuid4

import httpx2
from django.db import connection

from bench import stage
from classbell import bootstrap
from classbell.delivery.following import FOLLOW
from classbell.delivery.pace import AZURE_REQUESTS_IN_FLIGHT
from classbell.microsoft.acs.client import API_VERSION
from classbell.microsoft.acs.signing import Unsigned, signed_headers
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.storage.models import Connection, Message, MessageState, WorkItem
from tests.support import a_catalog, a_connected_account, a_provider

KEY = "Y29udG9zby1rZXktb2YtdGhlLXNhbmRib3gtbm90LWZvci1wcm9kdWN0aW9u"
UNREACHED = 1_000_000
"""Mails a minute that the resource is allowed: more than anybody sends here."""


class Sides:
    """Sends so many mails, by the product's lane or by a bare loop.

    Args:
        url: of the service.
        mails: how many.
    """

    def __init__(self, url: str, mails: int) -> None:
        self._url = f"{url}/emails:send?api-version={API_VERSION}"
        self._mails = mails
        self._body = b""
        self._ports = bootstrap.build(bootstrap.settings(), observe=self._note)
        a_connected_account(self._ports, a_catalog())
        a_provider(
            self._ports,
            endpoint=url,
            access_key=KEY,
            messages_per_minute=UNREACHED,
            messages_per_hour=UNREACHED * 60,
        )
        Connection.objects.update(use_acs=True)
        self._people = stage.learners(mails)
        # No certificate is ever checked here; loading the authorities would only take time.
        self._client = httpx2.Client(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False
        )
        self.queue()

    def __enter__(self) -> Self:
        """Use the product with this service."""
        self._using = bootstrap.use(self._ports)
        self._using.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Go back, and close the connections."""
        self._using.__exit__(None, None, None)
        self._client.close()

    def queue(self) -> None:
        """Queue the mails, so that sending them is all that is left.

        How earlier mail has ended would be asked meanwhile, of a service that may be gone by now;
        the bare loop does not ask either.
        """
        WorkItem.objects.filter(kind=FOLLOW).delete()
        with bootstrap.use(self._ports):
            session = stage.a_session_ahead(self._ports)
            stage.tell(self._ports, "enrolment_confirmed", self._people, session)
            stage.expand(self._ports)

    def lane(self) -> None:
        """Send what is queued as the product's worker does."""
        engine, stop = bootstrap.engine(), Event()
        worker = Thread(target=engine.run, args=(stop,))
        worker.start()
        waiting = Message.objects.filter(state__in=(MessageState.QUEUED, MessageState.SENDING))
        while waiting.exists():
            time.sleep(0.02)
        stop.set()
        worker.join()
        if Message.objects.exclude(state=MessageState.ACCEPTED).exists():
            raise RuntimeError("Not every mail was accepted.")
        connection.close()

    def bare(self) -> None:
        """Send as many in a loop that knows nothing."""
        with ThreadPoolExecutor(AZURE_REQUESTS_IN_FLIGHT) as threads:
            for _ in threads.map(self._post, range(self._mails)):
                pass

    def _post(self, _number: int) -> None:
        unsigned = Unsigned("POST", self._url, formatdate(usegmt=True), self._body)
        headers = {"Content-Type": "application/json", "Operation-Id": str(uuid4())}
        answer = self._client.post(
            self._url, content=self._body, headers=headers | signed_headers(unsigned, KEY)
        )
        if answer.status_code != httpx2.codes.ACCEPTED:
            raise RuntimeError(f"The service answered {answer.status_code}.")

    def _note(self, request: HttpRequest, _answer: HttpAnswer) -> None:
        """Keep the body of a mail for the bare loop."""
        self._body = self._body or request.content or b""
