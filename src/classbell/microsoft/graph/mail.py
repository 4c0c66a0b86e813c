"""Sending mail as the account, and finding out afterwards what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from classbell.microsoft.graph.bounces import read_bounces
from classbell.microsoft.graph.client import GraphCall, GraphClient
from classbell.microsoft.graph.mail_verdicts import (
    MAIL_READ_WRITE,
    MAIL_SEND,
    about_sending,
    check_taken,
    too_large,
)
from classbell.microsoft.graph.message import LARGEST_REQUEST, message, size_of
from classbell.microsoft.graph.traced_mail import send_draft, with_envelope, write_draft
from classbell.microsoft.graph.traces import look_up, sweep
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import Accepted, Bounce, Mail, Mailbox, Sighting

log = structlog.get_logger(__name__)


class GraphMail:
    """Implements ``ports.mail.MailSender`` and ``ports.mail.TracedMailSender``.

    The second needs the permission Mail.ReadWrite, the first does not.
    """

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def send(self, mailbox: Mailbox, mail: Mail) -> Accepted:
        """Hand one mail over. 202 means queued, not delivered; no copy is kept in Sent Items.

        https://learn.microsoft.com/en-us/graph/api/user-sendmail

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened, ``REFUSED``
                without any call where no request can carry the mail.
        """
        body = {"message": message(mail, mail.attachments), "saveToSentItems": False}
        if size_of(body) > LARGEST_REQUEST:
            raise too_large(
                "The mail with its files is larger than the 4 MB that the account can send; the "
                f"permission {MAIL_READ_WRITE} would let it send up to 150 MB."
            )
        call = GraphCall(
            method="POST",
            path=f"{mailbox.path}/sendMail",
            needs=MAIL_SEND,
            json=body,
            repeatable=False,
        )
        try:
            answer = self._graph.call(mailbox, call)
        except ProviderFailure as failure:
            raise about_sending(failure) from failure
        check_taken(answer)
        return Accepted(request_id=answer.request_id)

    def send_traced(self, mailbox: Mailbox, mail: Mail, key: str) -> Accepted:
        """Hand one mail over in two steps, draft and send, so that it can be looked up by ``key``.

        Where the account may not write drafts any more, it goes in one step and cannot be looked
        up: a permission that was taken back costs certainty, not mail.

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        marked = with_envelope(mail, key)
        try:
            draft = write_draft(self._graph, mailbox, marked, key)
        except ProviderFailure as failure:
            if failure.verdict.permission != MAIL_READ_WRITE:
                raise
            log.warning("drafts are forbidden, sending untraced", envelope=key)
            return self.send(mailbox, marked)
        return send_draft(self._graph, mailbox, draft)

    def look_up(self, mailbox: Mailbox, key: str, begun: datetime) -> Sighting:
        """Say what became of a mail that was sent traced; see ``traces.look_up``."""
        return look_up(self._graph, mailbox, key, begun)

    def sweep(self, mailbox: Mailbox, before: datetime) -> int:
        """Delete our drafts and copies made before a moment; see ``traces.sweep``."""
        return sweep(self._graph, mailbox, before)

    def bounces(self, mailbox: Mailbox, since: datetime) -> Sequence[Bounce]:
        """Return the non-delivery reports since a moment; see ``bounces.read_bounces``."""
        return read_bounces(self._graph, mailbox, since)
