"""Messages and drafts: https://learn.microsoft.com/graph/api/resources/message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from m365sandbox.errors import GraphError
from m365sandbox.graph.call import Answer, Call
from m365sandbox.graph.errors import bad_request, item_not_found
from m365sandbox.graph.event_view import preference_applied
from m365sandbox.graph.folders import named_folder
from m365sandbox.graph.identifiers import matches
from m365sandbox.graph.message_input import (
    PEOPLE,
    check_author,
    check_mailbox,
    everybody,
    new_letter,
    write,
)
from m365sandbox.graph.message_view import MessageView
from m365sandbox.graph.odata import apply
from m365sandbox.graph.parameters import action_parameters, optional_text
from m365sandbox.graph.shapes import read_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m365sandbox.mailboxes.model import Item

_PAGE: Final = 10
_OF_DRAFTS: Final = frozenset({*PEOPLE, "subject", "body", "replyTo", "internetMessageId"})


def list_messages(call: Call) -> Answer:
    """Answer the messages of all folders, newest first."""
    return _listed(call, call.world.mailboxes.items(call.person.address), "messages")


def list_messages_of_folder(call: Call) -> Answer:
    """Answer the messages of one folder, newest first."""
    name = call.parameters["mailFolder-id"]
    items = call.world.mailboxes.items(call.person.address, named_folder(call, name))
    return _listed(call, items, f"mailFolders('{name}')/messages")


def get_message(call: Call) -> Answer:
    """Answer one message."""
    return _shown(call, named_item(call), 200)


def create_draft(call: Call) -> Answer:
    """Save a message in the drafts: https://learn.microsoft.com/graph/api/user-post-messages."""
    letter = new_letter(call, read_object(call.json_object(), "message"))
    check_mailbox(call, letter)
    return _created(call, call.world.mailboxes.draft(letter))


def change_message(call: Call) -> Answer:
    """Change a draft, or what may be changed of a message that was sent or received."""
    item = named_item(call)
    _check_match(call, item)
    message = read_object(call.json_object(), "message")
    if not item.is_draft and _OF_DRAFTS & message.keys():
        text = "Update operation is invalid for property of a sent message."
        raise bad_request(text, "ErrorInvalidPropertyUpdateSentMessage")
    check_author(call, message)
    letter = call.world.mailboxes.letter(item)
    if item.is_own:
        write(letter, message)
        letter.internet_message_id = str(
            message.get("internetMessageId") or letter.internet_message_id
        )
    if isinstance(message.get("isRead"), bool):
        item.is_read = message["isRead"] is True
    call.world.mailboxes.touch(item)
    return _shown(call, item, 200)


def delete_message(call: Call) -> Answer:
    """Delete a message: into Deleted Items, and from there for good."""
    item = named_item(call)
    _check_match(call, item)
    call.world.mailboxes.delete(item)
    return Answer(204)


def move_message(call: Call) -> Answer:
    """Move a message into another folder: https://learn.microsoft.com/graph/api/message-move."""
    item = named_item(call)
    given = action_parameters(call.json_object(), ("destinationId",))
    folder = named_folder(call, optional_text(given.get("destinationId")))
    call.world.mailboxes.move(item, folder)
    return _created(call, item)


def send_draft(call: Call) -> Answer:
    """Send a draft: https://learn.microsoft.com/graph/api/message-send."""
    item = named_item(call)
    if not item.is_draft:
        raise bad_request("The message was sent already.", "ErrorInvalidRequest")
    letter = call.world.mailboxes.letter(item)
    everybody(letter)
    check_mailbox(call, letter)
    call.world.mailboxes.send_draft(item)
    return Answer(202)


def named_item(call: Call) -> Item:
    """Return the item a path names; a usual id is good until the item is moved.

    Raises:
        GraphError: 400 when the id is malformed, 404 when there is no such item any more.
    """
    key, _, move = call.item_key("message-id").partition("_")
    item = call.world.mailboxes.item(call.person.address, key)
    if item is None or (move and int(move) != item.moves + 1):
        raise item_not_found()
    return item


def _check_match(call: Call, item: Item) -> None:
    given = call.headers.get("if-match")
    if given is not None and not matches(given, item.item_id, item.version):
        raise GraphError(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed "
            "in the request does not match the current change key for the item.",
        )


def _created(call: Call, item: Item) -> Answer:
    answer = _shown(call, item, 201)
    identity = MessageView(call, item)["id"]
    location = f"{call.base}/users('{call.person.oid}')/messages('{identity}')"
    return Answer(201, answer.body, {**answer.headers, "Location": location})


def _shown(call: Call, item: Item, status: int) -> Answer:
    context = call.context(f"users('{call.person.oid}')/messages/$entity")
    body = {"@odata.context": context, **MessageView(call, item).shown()}
    return Answer(status, body, preference_applied(call))


def _listed(call: Call, items: Sequence[Item], name: str) -> Answer:
    _check_efficient(call)
    page = apply(call.query, [MessageView(call, item) for item in items], _PAGE)
    shown = [one.shown() for one in page.items]
    answer = call.collection(f"users('{call.person.oid}')/{name}", page, shown)
    return Answer(200, answer.body, preference_applied(call))


def _check_efficient(call: Call) -> None:
    """Refuse to sort by what the condition does not name first, in the same order.

    https://learn.microsoft.com/graph/api/user-list-messages#using-filter-and-orderby-in-the-same-query
    """
    condition = call.query.condition
    if condition is None:
        return
    wanted = [path.lower() for path, _ in call.query.order]
    named = list(dict.fromkeys(one.lower() for one in condition.names))
    if named[: len(wanted)] != wanted:
        text = "The restriction or sort order is too complex for this operation."
        raise bad_request(text, "InefficientFilter")
