"""Sending mail through a Communication Services resource, and asking what became of it."""

from __future__ import annotations

import base64
from datetime import datetime
from urllib.parse import quote

from classbell.microsoft.acs.client import AcsCall, AcsClient
from classbell.microsoft.acs.codes import GIVEN_UP, REASONS
from classbell.microsoft.acs.verdicts import (
    judge_answer,
    judge_network,
    malformed_acceptance,
    malformed_status,
    service_code,
)
from classbell.microsoft.answers import JsonPart
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure
from classbell.ports.mail import (
    Accepted,
    Address,
    Attachment,
    EmailResource,
    Mail,
    Sighting,
    SightingState,
    unsubscribe_headers,
)

NOT_FOUND = 404

_STATES = {
    "notstarted": SightingState.UNDER_WAY,
    "running": SightingState.UNDER_WAY,
    "succeeded": SightingState.SENT,
    "failed": SightingState.FAILED,
    "canceled": SightingState.FAILED,
}


class AcsMail:
    """Implements ``ports.mail.EmailService``.

    Args:
        door: the HTTP door.
        clock: business time, for waiting times.
    """

    def __init__(self, door: HttpDoor, clock: Clock) -> None:
        self._client = AcsClient(door)
        self._clock = clock

    def send(self, resource: EmailResource, mail: Mail, key: str) -> Accepted:
        """Hand one mail over as the operation ``key``. 202 means queued, not delivered.

        https://learn.microsoft.com/en-us/rest/api/communication/email/email/send

        Raises:
            ProviderFailure: with a verdict; ``UNKNOWN`` where it may have happened.
        """
        call = AcsCall(
            method="POST",
            path="/emails:send",
            key=key,
            body=_message(resource, mail),
            names_operation=True,
        )
        answer = self._ask(resource, call, sending=True)
        if not answer.ok:
            raise self._failure(answer, sending=True)
        operation = JsonPart(answer.json()).text("id")
        if not operation:
            raise ProviderFailure(malformed_acceptance(answer))
        return Accepted(request_id=answer.request_id, provider_id=operation)

    def look_up(self, resource: EmailResource, key: str) -> Sighting:
        """Say what became of an operation.

        https://learn.microsoft.com/en-us/rest/api/communication/email/email/get-send-result

        Raises:
            ProviderFailure: with a verdict.
        """
        path = f"/emails/operations/{quote(key, safe='')}"
        answer = self._ask(resource, AcsCall(method="GET", path=path, key=key), sending=False)
        if _is_unknown_operation(answer):
            return Sighting(SightingState.NEVER_SENT)
        if not answer.ok:
            raise self._failure(answer, sending=False)
        return _sighting(answer, key, self._clock.now())

    def _ask(self, resource: EmailResource, call: AcsCall, *, sending: bool) -> HttpAnswer:
        """Make one call, and judge what broke on the way."""
        try:
            return self._client.ask(resource, call)
        except NetworkFailure as failure:
            raise ProviderFailure(judge_network(failure, sending=sending)) from failure

    def _failure(self, answer: HttpAnswer, *, sending: bool) -> ProviderFailure:
        """Make the failure of an answer that is no success."""
        return ProviderFailure(judge_answer(answer, self._clock.now(), sending=sending))


def _is_unknown_operation(answer: HttpAnswer) -> bool:
    """Tell whether the service itself says that it knows of no such operation.

    Another 404, such as a proxy's, says nothing about the operation.
    """
    return answer.status == NOT_FOUND and bool(service_code(answer))


def _sighting(answer: HttpAnswer, key: str, now: datetime) -> Sighting:
    """Read the state of an operation."""
    body = JsonPart(answer.json())
    word = body.text("status").casefold()
    if word not in _STATES:
        raise ProviderFailure(malformed_status(answer))
    state = _STATES[word]
    accepted = Accepted(request_id=answer.request_id, provider_id=body.text("id") or key)
    if state is not SightingState.FAILED:
        return Sighting(state, accepted, again_at=answer.retry_at(now))
    code = body.part("error").text("code") or body.text("status")
    return Sighting(state, accepted, code, REASONS.get(code.casefold(), GIVEN_UP))


def _message(resource: EmailResource, mail: Mail) -> dict[str, object]:
    """Return the mail in the service's shape, with its plain text where there is one."""
    content = {"subject": mail.subject}
    if mail.text:
        content["plainText"] = mail.text
    if mail.html:
        content["html"] = mail.html
    message: dict[str, object] = {
        "senderAddress": resource.sender_address,
        "content": content,
        "recipients": {
            name: [_person(one) for one in people]
            for name, people in (("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc))
            if people
        },
        # Nobody's reading is followed; and links stay as they were written.
        "userEngagementTrackingDisabled": True,
    }
    if mail.reply_to:
        message["replyTo"] = [_person(one) for one in mail.reply_to]
    if headers := (*mail.headers, *unsubscribe_headers(mail)):
        message["headers"] = dict(headers)
    if mail.attachments:
        message["attachments"] = [_file(one) for one in mail.attachments]
    return message


def _person(address: Address) -> dict[str, str]:
    """Return a person in the service's shape."""
    if not address.name:
        return {"address": address.address}
    return {"address": address.address, "displayName": address.name}


def _file(attachment: Attachment) -> dict[str, str]:
    """Return a file in the service's shape."""
    shaped = {
        "name": attachment.name,
        "contentType": attachment.content_type,
        "contentInBase64": base64.b64encode(attachment.content).decode("ascii"),
    }
    if attachment.content_id:
        shaped["contentId"] = attachment.content_id
    return shaped
