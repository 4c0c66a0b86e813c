"""Takes the pieces of large files, at an address that carries its own proof.

https://learn.microsoft.com/graph/outlook-large-attachments#step-2-use-the-upload-session-to-upload-a-range-of-bytes-of-the-file
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.calendars.zones import instant_text
from m365sandbox.errors import GraphError
from m365sandbox.graph.attachments import UPLOADS, attach, attachment_id
from m365sandbox.graph.door import read_body
from m365sandbox.graph.errors import bad_request, item_not_found

if TYPE_CHECKING:
    from starlette.requests import Request

    from m365sandbox.mailboxes.model import Item
    from m365sandbox.mailboxes.uploads import Upload
    from m365sandbox.world import World

_KEY: Final = re.compile(r"AttachmentSessions\('([0-9a-f]{32})'\)")
_RANGE: Final = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")


class Uploading:
    """The address of one file under way."""

    def __init__(self, world: World) -> None:
        """Take files for a world's drafts."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses."""
        path = f"{UPLOADS}/{{user}}/{{message}}/{{session}}"
        return [
            Route(path, self.take, methods=["PUT"]),
            Route(path, self.cancel, methods=["DELETE"]),
        ]

    async def take(self, request: Request) -> Response:
        """Take the next piece; the last one makes the file an attachment."""
        upload = self._named(request)
        body = await read_body(request)
        item = self._world.mailboxes.item(upload.mailbox, upload.item_id)
        if item is None or not item.is_draft:
            raise item_not_found()
        _check_range(request, upload, len(body))
        upload.received += body
        if upload.is_whole:
            return self._finish(request, upload, item)
        shown = {
            "@odata.context": f"{request.url.replace(query='')}/$entity",
            "ExpirationDateTime": instant_text(upload.expires),
            "NextExpectedRanges": [str(len(upload.received))],
        }
        return JSONResponse(shown)

    async def cancel(self, request: Request) -> Response:
        """Give a file up."""
        self._world.mailboxes.uploads.end(self._named(request))
        return Response(status_code=204)

    def _finish(self, request: Request, upload: Upload, item: Item) -> Response:
        owner = self._world.directory.person(item.mailbox)
        if owner is None:
            raise item_not_found()
        self._world.mailboxes.uploads.end(upload)
        content = base64.b64encode(upload.received).decode()
        number = attach(self._world, item, replace(upload.file, content_base64=content))
        identity = attachment_id(owner.oid, item, number)
        place = str(request.url.replace(query="")).rpartition("/AttachmentSessions")[0]
        headers = {"Location": f"{place}/Attachments('{identity}')"}
        return Response(status_code=201, headers=headers)

    def _named(self, request: Request) -> Upload:
        """Return the upload an address is of.

        Raises:
            GraphError: 401 when the proof is wrong or a token of Graph's came along, 404 when
                nothing is expected here any more.
        """
        if "authorization" in request.headers:
            text = "The address carries its own proof; an access token is not valid here."
            raise GraphError(401, "InvalidAudience", text)
        key = _KEY.fullmatch(str(request.path_params["session"]))
        found = None
        if key is not None:
            found = self._world.mailboxes.uploads.find(key[1], self._world.now())
        if found is None:
            raise item_not_found()
        if not hmac.compare_digest(request.query_params.get("authtoken", ""), found.token):
            raise GraphError(401, "InvalidAuthenticationToken", "The upload token is not valid.")
        return found


def _check_range(request: Request, upload: Upload, size: int) -> None:
    """Hold a piece to its place: the bytes of a file come in order, none left out or twice.

    Raises:
        GraphError: 400 when the range is malformed or not that of the body, 416 when out of order.
    """
    given = _RANGE.fullmatch(request.headers.get("content-range", ""))
    if given is None:
        text = "The Content-Range header is missing or malformed."
        raise bad_request(text, "ErrorInvalidRequest")
    start, end, total = (int(one) for one in given.groups())
    if total != upload.size or end - start + 1 != size or end >= total:
        text = "The Content-Range header does not fit the content, or the size of the file."
        raise bad_request(text, "ErrorInvalidRequest")
    if start != len(upload.received):
        text = f"The bytes from {len(upload.received)} on are expected next."
        raise GraphError(416, "InvalidRange", text)
