"""Messages as Graph shows them: https://learn.microsoft.com/graph/api/resources/message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from m365sandbox.calendars.zones import instant_text
from m365sandbox.graph.event_view import whole_html
from m365sandbox.graph.extended import PROPERTIES, expanded, for_conditions, properties_of
from m365sandbox.graph.folders import folder_id
from m365sandbox.graph.identifiers import change_key, etag, item_id
from m365sandbox.graph.odata import chosen

if TYPE_CHECKING:
    from m365sandbox.graph.call import Call, JsonObject
    from m365sandbox.mailboxes.model import Address, Item, Letter

_PREVIEW: Final = 255
_TYPE: Final = "microsoft.graph.message"
_HEADERS: Final = "internetMessageHeaders"
_MEETING_TYPES: Final = {
    "request": "#microsoft.graph.eventMessageRequest",
    "cancellation": "#microsoft.graph.eventMessage",
    "response": "#microsoft.graph.eventMessageResponse",
}


class MessageView(Mapping[str, object]):
    """One message by the names of its members, each worked out only when somebody asks for it."""

    def __init__(self, call: Call, item: Item) -> None:
        """Show an item as a caller wants to see it."""
        self.call = call
        self.item = item

    @cached_property
    def letter(self) -> Letter:
        """Return the letter the item is a copy of."""
        return self.call.world.mailboxes.letter(self.item)

    @cached_property
    def properties(self) -> dict[str, str]:
        """Return the message's extended properties by id."""
        return properties_of(self.item, self.letter)

    @cached_property
    def conditioned(self) -> list[JsonObject]:
        """Return the message's extended properties as conditions see them."""
        return for_conditions(self.properties)

    def __getitem__(self, name: str) -> object:
        return _MEMBERS[name](self)

    def __iter__(self) -> Iterator[str]:
        return iter(_MEMBERS)

    def __len__(self) -> int:
        return len(_MEMBERS)

    def __contains__(self, name: object) -> bool:
        return name in _MEMBERS

    def shown(self) -> JsonObject:
        """Return the members a query selects and expands.

        Raises:
            GraphError: 400 when a member does not exist.
        """
        query = self.call.query
        asked = {name.partition("/")[0].lower() for name in query.select}
        everything = not asked or "*" in asked
        entity: JsonObject = {"@odata.etag": etag(self.item.item_id, self.item.version)}
        note = self.letter.meeting
        if note is not None:
            entity["@odata.type"] = _MEETING_TYPES[note.kind]
        for name in _MEMBERS:
            is_asked = name.lower() in asked or name == "id"
            # Headers come only when they are named, extended properties only by $expand.
            if is_asked or (everything and name not in {_HEADERS, PROPERTIES}):
                entity[name] = self[name]
        entity.pop(PROPERTIES, None)
        found = expanded(query, self.properties)
        result = chosen(query, entity, _TYPE)
        return result | {PROPERTIES: found} if found else result


def message_id(call: Call, item: Item) -> str:
    """Return the id of a message; the usual one changes with every move."""
    if call.wants_immutable_ids:
        return item_id(call.person.oid, item.item_id, immutable=True)
    return item_id(call.person.oid, f"{item.item_id}_{item.moves + 1}")


def _body(seen: MessageView) -> JsonObject:
    letter = seen.letter
    wanted = seen.call.preferences.get("outlook.body-content-type", "").lower()
    if letter.html is None or wanted == "text":
        return {"contentType": "text", "content": letter.plain_text()}
    return {"contentType": "html", "content": whole_html(letter.html)}


def _web_link(seen: MessageView) -> str:
    identity = quote(message_id(seen.call, seen.item), safe="")
    tail = "&exvsurl=1&viewmodel=ReadMessageItem"
    return f"https://outlook.office365.com/owa/?ItemID={identity}{tail}"


def _person(address: Address) -> JsonObject:
    pair = {"name": address.name or address.address, "address": address.address}
    return {"emailAddress": pair}


def _conversation(seen: MessageView) -> str:
    # The sandbox keeps no conversations: each letter begins one.
    return item_id(seen.call.person.oid, seen.letter.letter_id)


_MEMBERS: Final[Mapping[str, Callable[[MessageView], object]]] = {
    "id": lambda seen: message_id(seen.call, seen.item),
    "createdDateTime": lambda seen: instant_text(seen.item.created or seen.item.received),
    "lastModifiedDateTime": lambda seen: instant_text(seen.item.modified or seen.item.received),
    "changeKey": lambda seen: change_key(seen.item.item_id, seen.item.version),
    "categories": lambda _seen: [],
    "receivedDateTime": lambda seen: instant_text(seen.item.received),
    "sentDateTime": lambda seen: instant_text(seen.letter.sent),
    "hasAttachments": lambda seen: any(not one.is_inline for one in seen.letter.attachments),
    "internetMessageId": lambda seen: seen.letter.internet_message_id,
    "subject": lambda seen: seen.letter.subject,
    "bodyPreview": lambda seen: seen.letter.plain_text()[:_PREVIEW],
    "importance": lambda seen: seen.letter.importance,
    "parentFolderId": lambda seen: folder_id(seen.call.person.oid, seen.item.folder),
    "conversationId": _conversation,
    "conversationIndex": lambda seen: change_key(seen.letter.letter_id, 0),
    "isDeliveryReceiptRequested": lambda _seen: False,
    "isReadReceiptRequested": lambda _seen: False,
    "isRead": lambda seen: seen.item.is_read,
    "isDraft": lambda seen: seen.item.is_draft,
    "webLink": _web_link,
    "inferenceClassification": lambda _seen: "focused",
    "body": _body,
    "sender": lambda seen: _person(seen.letter.sender),
    "from": lambda seen: _person(seen.letter.author),
    "toRecipients": lambda seen: [_person(one) for one in seen.letter.to],
    "ccRecipients": lambda seen: [_person(one) for one in seen.letter.cc],
    # Who received a blind copy stands in the writer's own copy only.
    "bccRecipients": lambda seen: [_person(one) for one in seen.letter.bcc if seen.item.is_own],
    "replyTo": lambda seen: [_person(one) for one in seen.letter.reply_to],
    "flag": lambda _seen: {"flagStatus": "notFlagged"},
    _HEADERS: lambda seen: [{"name": n, "value": value} for n, value in seen.letter.headers],
    PROPERTIES: lambda seen: seen.conditioned,
}
