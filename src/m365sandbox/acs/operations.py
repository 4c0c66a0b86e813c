"""Send operations: how a mail is taken, ends, and is counted against the resource's quota."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from m365sandbox.acs.errors import AcsError
from m365sandbox.acs.message import check_sender
from m365sandbox.acs.model import Operation
from m365sandbox.mailboxes.model import Address, Letter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.acs.message import EmailMessage
    from m365sandbox.acs.meter import Meter
    from m365sandbox.acs.model import EmailResource
    from m365sandbox.acs.state import Acs
    from m365sandbox.world import World

FINISH: Final = "acs.finish"
_SUPPRESSED: Final = (
    "EmailDroppedAllRecipientsSuppressed",
    "Message dropped because all recipients were suppressed",
)


class Operations:
    """Takes mail, and ends each operation a moment later by the sandbox's clock."""

    def __init__(self, world: World, acs: Acs) -> None:
        """Send for the resources of a world."""
        self._world = world
        self._acs = acs
        world.handle(FINISH, self._finish)

    def send(self, resource: EmailResource, message: EmailMessage, operation_id: str) -> Operation:
        """Take a message, and return its operation; a known id is dealt with as the settings say.

        Raises:
            AcsError: the sender, the number of recipients or the quota stands against it; 409 for
                a known id where the settings say so.
        """
        shown = check_sender(resource, message.sender)
        recipients = message.everybody()
        if len(recipients) > resource.quota.recipients_per_mail:
            text = f"A message has at most {resource.quota.recipients_per_mail} recipients."
            raise AcsError(400, "TooManyRecipients", text, target="recipients")
        known = self._acs.operation(operation_id)
        if known is not None and self._acs.settings.repeats != "sent_again":
            return self._repeated(known)
        now = self._world.now()
        quota = resource.quota
        self._count(resource, resource.sends, (quota.sends_per_minute, quota.sends_per_hour))
        letter = _letter(message, shown, recipients, now)
        operation = Operation(
            operation_id=operation_id.lower(),
            resource=resource.name,
            sender=message.sender,
            recipients=recipients,
            subject=message.subject,
            created=now,
            ends=now + timedelta(seconds=self._acs.settings.operation_seconds),
            sent=1 if known is None else known.sent + 1,
        )
        self._world.mailboxes.keep(letter)
        self._acs.keep_operation(operation)
        facts: dict[str, object] = {"operation": operation.operation_id, "letter": letter.letter_id}
        self._world.schedule(operation.ends, FINISH, facts)
        return operation

    def seen_by(self, resources: list[EmailResource], operation_id: str) -> Operation:
        """Return an operation of one of the caller's resources, as a counted call.

        Raises:
            AcsError: 404 where there is none, 429 above the quota.
        """
        operation = self._acs.operation(operation_id)
        owner = next(
            (one for one in resources if operation and one.name == operation.resource), resources[0]
        )
        quota = owner.quota
        self._count(
            owner,
            owner.status_calls,
            (quota.status_calls_per_minute, quota.status_calls_per_hour),
        )
        if operation is None or operation.resource != owner.name:
            text = "The operation could not be found."
            raise AcsError(404, "OperationNotFound", text, target="operationId")
        return operation

    def _repeated(self, known: Operation) -> Operation:
        if self._acs.settings.repeats == "refused":
            text = "An operation with this id exists already."
            raise AcsError(409, "Conflict", text, target="Operation-Id")
        return known

    def _count(self, resource: EmailResource, meters: list[Meter], limits: tuple[int, int]) -> None:
        """Count a call in the minute and in the hour, unless one of them is full."""
        if not resource.quota.enabled:
            return
        now = self._world.now()
        wait = max(meter.wait(now, most) for meter, most in zip(meters, limits, strict=True))
        if wait:
            text = f"Too many requests for the resource. Try again after {wait} seconds."
            raise AcsError(429, "TooManyRequests", text, headers={"Retry-After": str(wait)})
        for meter in meters:
            meter.note(now)
        self._acs.changed()

    def _finish(self, at: datetime, payload: Mapping[str, object]) -> None:
        """End an operation: hand the mail over, or give it up."""
        operation = self._acs.operation(str(payload["operation"]))
        letter = self._world.mailboxes.letters.get(str(payload["letter"]))
        if operation is None or letter is None:
            return
        reporting = self._acs.reporting
        fates = {address: reporting.fate(address, at) for address in operation.recipients}
        ending = next((fate for fate in fates.values() if fate.operation is not None), None)
        if ending is not None and ending.operation is not None:
            operation.status = ending.operation
            operation.code, operation.message = ending.code, ending.message
        elif all(fate.is_held_back for fate in fates.values()):
            operation.status = "Failed"
            operation.code, operation.message = _SUPPRESSED
            reporting.announce(operation, letter, fates, at)
        else:
            operation.status = "Succeeded"
            reporting.announce(operation, letter, fates, at)
        self._acs.keep_operation(operation)


def _letter(message: EmailMessage, shown: str, recipients: list[str], now: datetime) -> Letter:
    return Letter(
        sender=Address(message.sender, shown),
        recipients=recipients,
        subject=message.subject,
        sent=now,
        route="acs",
        html=message.html,
        text=message.text,
        to=message.to,
        cc=message.cc,
        reply_to=message.reply_to,
        headers=message.headers,
        attachments=message.attachments,
        internet_message_id=f"<{uuid4()}@{message.sender.rpartition('@')[2]}>",
    )
