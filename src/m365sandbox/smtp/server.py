"""Listens for SMTP on the sandbox's own event loop and hands each message to the transport."""

from __future__ import annotations

import asyncio
import functools
import logging
from typing import TYPE_CHECKING, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from m365sandbox.mailboxes.mime import MalformedMessageError, letter_from_mime

if TYPE_CHECKING:
    from m365sandbox.world import World

_LARGEST: Final = 36 * 1024 * 1024
_IDENTITY: Final = "Microsoft 365 sandbox"
_log = logging.getLogger(__name__)


class Mailer:
    """Takes what aiosmtpd hands over; the method names are the library's."""

    def __init__(self, world: World) -> None:
        """Deliver into a world's mailboxes."""
        self._world = world

    async def handle_RCPT(  # noqa: N802 -- the library looks for this name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Accept any recipient that has a domain."""
        del server, session, rcpt_options
        if "@" not in address.strip("@"):
            return "501 5.1.3 Invalid address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(  # noqa: N802 -- the library looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Deliver one message to its recipients at once; the system mailer has no pace."""
        del server, session
        content = envelope.content
        try:
            letter = letter_from_mime(
                content if isinstance(content, bytes) else str(content or "").encode(),
                sent=self._world.now(),
                route="smtp",
                sender=envelope.mail_from or "",
                recipients=list(envelope.rcpt_tos),
            )
        except MalformedMessageError as error:
            _log.warning("A message by SMTP could not be read: %s", error)
            return "554 5.6.0 Message content is malformed"
        self._world.mailboxes.transport.carry(letter)
        return f"250 2.6.0 {letter.internet_message_id} Queued mail for delivery"


class SmtpServer:
    """A listening server; `port` is the one it got."""

    def __init__(self, server: asyncio.Server) -> None:
        """Stand for a server that listens already."""
        self._server = server
        self.port: int = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening; conversations under way are ended by the loop."""
        self._server.close()
        await self._server.wait_closed()


async def start(world: World, host: str, port: int) -> SmtpServer:
    """Listen on the running event loop and return the server.

    Args:
        world: Whose mailboxes receive the mail.
        host: The address to listen on.
        port: The port; 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """
    loop = asyncio.get_running_loop()
    protocol = functools.partial(
        SMTP,
        Mailer(world),
        data_size_limit=_LARGEST,
        enable_SMTPUTF8=True,
        ident=_IDENTITY,
        hostname="sandbox.localhost",
        loop=loop,
    )
    return SmtpServer(await loop.create_server(protocol, host, port))
