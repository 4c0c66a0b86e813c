"""Mail folders: https://learn.microsoft.com/graph/api/resources/mailfolder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from m365sandbox.graph.call import Answer, Call, JsonObject
from m365sandbox.graph.errors import bad_request, item_not_found
from m365sandbox.graph.identifiers import MalformedIdError, item_id, read_item_id
from m365sandbox.graph.odata import apply, chosen
from m365sandbox.mailboxes.model import FOLDERS

if TYPE_CHECKING:
    from m365sandbox.mailboxes.model import FolderName

_PAGE: Final = 10
_KEYS: Final = {name: uuid5(NAMESPACE_URL, f"folder:{name}").hex for name in FOLDERS}
_ROOT: Final = uuid5(NAMESPACE_URL, "folder:root").hex


def list_folders(call: Call) -> Answer:
    """Answer the folders of a mailbox."""
    page = apply(call.query, [_view(call, name) for name in FOLDERS], _PAGE)
    items = [chosen(call.query, one, "microsoft.graph.mailFolder") for one in page.items]
    return call.collection(f"users('{call.person.oid}')/mailFolders", page, items)


def get_folder(call: Call) -> Answer:
    """Answer one folder."""
    view = _view(call, named_folder(call, call.parameters["mailFolder-id"]))
    context = call.context(f"users('{call.person.oid}')/mailFolders/$entity")
    return Answer(
        200, {"@odata.context": context, **chosen(call.query, view, "microsoft.graph.mailFolder")}
    )


def named_folder(call: Call, name: str) -> FolderName:
    """Return the folder of a well-known name or an id.

    Raises:
        GraphError: 400 when it is neither, 404 when the mailbox has no such folder.
    """
    for known in FOLDERS:
        if known.lower() == name.lower():
            return known
    try:
        owner, key = read_item_id(name)
    except MalformedIdError:
        raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed") from None
    for known, one in _KEYS.items():
        if (owner, key) == (call.person.oid, one):
            return known
    raise item_not_found()


def folder_id(owner: str, name: FolderName) -> str:
    """Return the id of a folder of a person's mailbox; folders have no immutable ones."""
    return item_id(owner, _KEYS[name])


def _view(call: Call, name: FolderName) -> JsonObject:
    mailboxes = call.world.mailboxes
    items = mailboxes.items(call.person.address, name)
    return {
        "id": folder_id(call.person.oid, name),
        "displayName": FOLDERS[name],
        "parentFolderId": item_id(call.person.oid, _ROOT),
        "childFolderCount": 0,
        "unreadItemCount": sum(not one.is_read for one in items),
        "totalItemCount": len(items),
        "sizeInBytes": sum(mailboxes.letter(one).size for one in items),
        "isHidden": False,
    }
