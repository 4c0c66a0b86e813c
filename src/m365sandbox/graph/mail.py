"""sendMail in its JSON and its MIME form: https://learn.microsoft.com/graph/api/user-sendmail."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.message_input import (
    check_mailbox,
    everybody,
    invalid_recipient,
    is_address,
    is_own,
    new_letter,
    no_recipient,
    own_address,
    send_as_denied,
)
from m365sandbox.graph.parameters import action_parameters, optional_boolean
from m365sandbox.graph.shapes import read_object
from m365sandbox.mailboxes.mime import MalformedMessageError, letter_from_mime

if TYPE_CHECKING:
    from m365sandbox.mailboxes.model import Letter


def send(call: Call) -> Answer:
    """Take a message for sending and answer 202; what fails later comes back as a report."""
    letter = _from_mime(call) if call.content_type() == "text/plain" else _from_json(call)
    # The service saves a draft first, whatever was asked, and that is where a full mailbox shows.
    check_mailbox(call, letter)
    call.world.mailboxes.transport.submit(letter)
    return Answer(202)


def _from_json(call: Call) -> Letter:
    given = action_parameters(call.json_object(), ("message", "saveToSentItems"))
    if given.get("message") is None:
        raise bad_request("The parameter 'Message' is missing.", "ErrorInvalidParameter")
    message = read_object(given["message"], "message")
    save = optional_boolean(given.get("saveToSentItems"), otherwise=True)
    letter = new_letter(call, message)
    letter.recipients, letter.save_to_sent = everybody(letter), save
    return letter


def _from_mime(call: Call) -> Letter:
    try:
        content = base64.b64decode(b"".join(call.body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise GraphError(
            400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
        ) from None
    try:
        letter = letter_from_mime(content, sent=call.world.now(), route="graph")
    except MalformedMessageError:
        raise GraphError(400, "ErrorMimeContentInvalid", "The MIME content is invalid.") from None
    author = letter.sender.address
    if author and not is_own(call, author):
        raise send_as_denied()
    if not letter.recipients:
        raise no_recipient()
    if not all(is_address(one) for one in letter.recipients):
        raise invalid_recipient()
    letter.sender, letter.from_address, letter.save_to_sent = own_address(call), None, True
    return letter
