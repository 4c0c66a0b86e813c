"""The Teams meeting an event gets: its join link and the block in the invitation's body."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from m365sandbox.calendars.model import TeamsMeeting

if TYPE_CHECKING:
    from m365sandbox.directory.model import Person


def new_meeting(organizer: Person) -> TeamsMeeting:
    """Return a meeting of a person, with a join link of the classic form."""
    thread = base64.b64encode(str(uuid4()).encode()).decode().rstrip("=")
    context = json.dumps({"Tid": organizer.tenant_id, "Oid": organizer.oid}, separators=(",", ":"))
    join_url = (
        f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{thread}%40thread.v2/0"
        f"?context={quote(context, safe='')}"
    )
    number = str(uuid4().int)[:9]
    block = (
        '<div class="me-email-text" lang="en-GB"><hr><p><b>Microsoft Teams meeting</b></p>'
        f'<p><a class="me-email-headline" href="{join_url}">Join the meeting now</a></p>'
        f"<p>Meeting ID: {number[:3]} {number[3:6]} {number[6:]}</p><hr></div>"
    )
    return TeamsMeeting(join_url, number, block)
