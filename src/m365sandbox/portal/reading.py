"""Mailboxes in the portal: who has mail, what it says, and answering invitations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from m365sandbox.mailboxes.model import FOLDERS
from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from starlette.requests import Request

    from m365sandbox.calendars.model import Answer, Event
    from m365sandbox.mailboxes.model import Item, Letter
    from m365sandbox.world import World

_PAGE: Final = 50
_ANSWERS: Final = ("accepted", "tentativelyAccepted", "declined")
# The mail stands in a frame without scripts, forms, or anything fetched from elsewhere; only its
# own styles count, which mail cannot do without.
_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_CID: Final = re.compile(r"cid:([^\"'>\s)]+)", re.IGNORECASE)


class Reading:
    """The pages about mail."""

    def __init__(self, world: World) -> None:
        """Show a world's mailboxes."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of these pages."""
        one = "/portal/mailboxes/{address}/{item}"
        return [
            Route("/portal/mailboxes", self.mailboxes),
            Route("/portal/mailboxes/{address}", self.mailbox),
            Route(one, self.message),
            Route(f"{one}/body", self.body),
            Route(f"{one}/attachments/{{number:int}}", self.attachment),
            Route(f"{one}/respond", self.respond, methods=["POST"]),
        ]

    async def mailboxes(self, request: Request) -> Response:
        """List who has a mailbox, and addresses outside that received something."""
        wanted = request.query_params.get("q", "").strip().lower()
        directory, mailboxes = self._world.directory, self._world.mailboxes
        groups = []
        for tenant in directory.tenants.values():
            people = [
                (one, *_counts(mailboxes.items(one.address, "Inbox")))
                for one in directory.people_of(tenant.tenant_id)
                if one.has_mailbox and wanted in f"{one.display_name} {one.address}".lower()
            ]
            # Those with mail first, as that is what somebody comes to read.
            people.sort(key=lambda row: (not row[1], not row[0].is_well_known, row[0].display_name))

            groups.append((tenant, people))
        outside = [
            (address, len(mailboxes.items(address, "Inbox")))
            for address in mailboxes.addresses()
            if mailboxes.is_outside(address) and wanted in address
        ]
        facts = {"groups": groups, "outside": outside, "wanted": wanted}
        return page(self._world, "mailboxes", facts)

    async def mailbox(self, request: Request) -> Response:
        """List the mail of one mailbox, newest first."""
        address = self._address(request)
        folder = next(
            (one for one in FOLDERS if one == request.query_params.get("folder", "Inbox")), None
        )
        if folder is None:
            raise HTTPException(404)
        start = _whole(request.query_params.get("start", "0"))
        items = self._world.mailboxes.items(address, folder)
        rows = [(one, self._world.mailboxes.letter(one)) for one in items[start : start + _PAGE]]
        following = start + _PAGE if start + _PAGE < len(items) else None
        facts = {
            "folder": folder,
            "folders": FOLDERS,
            "used": self._world.mailboxes.used(address),
            "quota": self._world.mailboxes.trouble.quotas.get(address),
            "is_full": self._world.mailboxes.is_full(address),
            "rows": rows,
            "total": len(items),
            "start": start,
            "following": following,
        }
        return page(self._world, "mailbox", self._whose(address) | facts)

    async def message(self, request: Request) -> Response:
        """Show one message with its headers, files, and invitation."""
        address, item, letter = self._found(request)
        self._world.mailboxes.mark_read(item)
        facts = {"item": item, "letter": letter, "copy": self._invitation(address, letter)}
        return page(self._world, "message", self._whose(address) | facts)

    async def body(self, request: Request) -> Response:
        """Show the mail's own content, for the frame on its page."""
        _, _, letter = self._found(request)
        markup = _with_images(letter)
        document = (
            '<!doctype html><html lang=""><head><meta charset="utf-8"><title>Message</title>'
            f'<base target="_blank"></head><body>{markup}</body></html>'
        )
        headers = {
            "Content-Security-Policy": _MAIL_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return HTMLResponse(document, headers=headers)

    async def attachment(self, request: Request) -> Response:
        """Hand out one file of a message."""
        _, _, letter = self._found(request)
        number = request.path_params["number"]
        if number >= len(letter.attachments):
            raise HTTPException(404)
        file = letter.attachments[number]
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return Response(file.content, media_type="application/octet-stream", headers=headers)

    async def respond(self, request: Request) -> Response:
        """Answer an invitation as the person whose mailbox it is in."""
        form = await posted(request)
        address, item, letter = self._found(request)
        copy = self._invitation(address, letter)
        answer = str(form.get("answer", ""))
        if copy is None or answer not in _ANSWERS:
            raise HTTPException(400, "There is no open invitation to answer here.")
        comment = str(form.get("comment", ""))
        self._world.calendars.answers.respond(copy, cast("Answer", answer), comment)
        return see(f"/portal/mailboxes/{quote(address, safe='@')}/{item.item_id}")

    def _address(self, request: Request) -> str:
        """Return the address a path names, when it has a mailbox or received mail outside."""
        address = str(request.path_params["address"]).lower()
        person = self._world.directory.person(address)
        known = person is not None and person.has_mailbox
        if not known and address not in self._world.mailboxes.addresses():
            raise HTTPException(404, "There is no such mailbox.")
        return address

    def _found(self, request: Request) -> tuple[str, Item, Letter]:
        address = self._address(request)
        item = self._world.mailboxes.item(address, str(request.path_params["item"]))
        if item is None:
            raise HTTPException(404, "There is no such message.")
        return address, item, self._world.mailboxes.letter(item)

    def _whose(self, address: str) -> dict[str, object]:
        person = self._world.directory.person(address)
        name = address if person is None else person.display_name
        zone_name = "UTC" if person is None else person.time_zone
        return {"address": address, "name": name, "zone": zone_name, "inside": person is not None}

    def _invitation(self, address: str, letter: Letter) -> Event | None:
        """Return the meeting in the reader's calendar that a message invites to."""
        if letter.meeting is None or letter.meeting.kind == "response":
            return None
        event = self._world.calendars.by_uid(address, letter.meeting.uid)
        return None if event is None or event.is_organizer else event


def _counts(items: list[Item]) -> tuple[int, int]:
    """Return how many messages there are, and how many of them nobody has read."""
    return len(items), sum(1 for one in items if not one.is_read)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 -- a page number


def _with_images(letter: Letter) -> str:
    """Return a letter's HTML with the images it carries in place of their content ids."""
    files = {one.content_id: one for one in letter.attachments if one.content_id}

    def source(match: re.Match[str]) -> str:
        file = files.get(match[1])
        if file is None or not file.content_type.startswith("image/"):
            return match[0]
        return f"data:{file.content_type.split(';')[0]};base64,{file.content_base64}"

    return _CID.sub(source, letter.html or "")
