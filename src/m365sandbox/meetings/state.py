"""Every Teams meeting of the sandbox, found by its id, its link or its number."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from uuid import uuid4

from m365sandbox.meetings.model import Meeting
from m365sandbox.persist import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.directory.model import Person
    from m365sandbox.world import World

_MEETINGS = Shape(list[Meeting])


class Meetings:
    """The meetings by their links; a part of the world that is saved."""

    def __init__(self, world: World) -> None:
        """Start without any meeting."""
        self._world = world
        self._by_link: dict[str, Meeting] = {}
        self._by_id: dict[str, Meeting] = {}

    def begin(
        self, organizer: Person, start: datetime, end: datetime, subject: str | None
    ) -> Meeting:
        """Make a meeting of a person, with a join link of the classic form."""
        room = base64.b64encode(str(uuid4()).encode()).decode().rstrip("=")
        context = {"Tid": organizer.tenant_id, "Oid": organizer.oid}
        asked = quote(json.dumps(context, separators=(",", ":")), safe="")
        join_url = (
            f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{room}%40thread.v2/0"
            f"?context={asked}"
        )
        meeting = Meeting(
            organizer=organizer.oid,
            tenant_id=organizer.tenant_id,
            thread=f"19:meeting_{room}@thread.v2",
            join_url=join_url,
            number=str(uuid4().int)[:12],
            passcode=uuid4().hex[:6],
            created=self._world.now(),
            start=start,
            end=end,
            subject=subject,
        )
        self._put(meeting)
        self.changed()
        return meeting

    def find(self, meeting_id: str) -> Meeting | None:
        """Return the meeting of that id, or None."""
        return self._by_id.get(meeting_id.rstrip("="))

    def by_link(self, join_url: str) -> Meeting | None:
        """Return the meeting with that join link, encoded once more or not, or None."""
        return self._by_link.get(_plain(join_url))

    def by_number(self, number: str) -> Meeting | None:
        """Return the meeting with that number for people who dial or type, or None."""
        wanted = number.replace(" ", "")
        return next((one for one in self._by_id.values() if one.number == wanted), None)

    def by_external_id(self, organizer: str, external_id: str) -> Meeting | None:
        """Return the meeting a person made with an id of their own, or None."""
        for one in self._by_id.values():
            if (one.organizer, one.external_id) == (organizer, external_id):
                return one
        return None

    def remove(self, meeting: Meeting) -> None:
        """Forget a meeting; its link leads nowhere any more."""
        self._by_id.pop(meeting.meeting_id, None)
        self._by_link.pop(_plain(meeting.join_url), None)
        self.changed()

    def changed(self) -> None:
        """Say that something is to be saved."""
        self._world.changed("meetings")

    def snapshot(self) -> dict[str, object]:
        """Return everything."""
        return {"meetings": _MEETINGS.dump(list(self._by_id.values()))}

    def restore(self, saved: Mapping[str, object]) -> None:
        """Replace everything by a snapshot."""
        self._by_id, self._by_link = {}, {}
        for one in _MEETINGS.load(saved["meetings"]):
            self._put(one)

    def _put(self, meeting: Meeting) -> None:
        self._by_id[meeting.meeting_id] = meeting
        self._by_link[_plain(meeting.join_url)] = meeting


def _plain(link: str) -> str:
    """Return a link without its escapes: clients escape it once more or leave it as it is."""
    return unquote(unquote(link))
