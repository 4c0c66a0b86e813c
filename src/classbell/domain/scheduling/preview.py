"""Says what a reconciliation would do to a session's event, by reading and without writing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling.applied import Applied, to_send
from classbell.domain.scheduling.calendar_event import Job, existing_event
from classbell.domain.scheduling.desired import desired_entry
from classbell.domain.scheduling.outlook_edits import EditKind, noticed
from classbell.domain.scheduling.picture import picture_of
from classbell.domain.scheduling.repairs import after_look
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.situation import STANDING, Situation, situation_of
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession


class Act(StrEnum):
    """What would be done."""

    NOTHING = "nothing"
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    CANCEL = "cancel"
    DECIDE = "decide"
    BY_MAIL = "by_mail"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be done, and to which parts of the event."""

    act: Act
    parts: tuple[str, ...] = ()


def preview(ports: Ports, session: CourseSession) -> Preview:
    """Compare a session with its event. Uses the network, and writes neither there nor here.

    Raises:
        ProviderFailure: the calendar could not be read.
    """
    account = account_serving(session.course.catalog)
    found = situation_of(ports, mailbox_lane(account), session.pk) if account else None
    if found is None:
        return Preview(Act.NOT_CONNECTED)
    standing = found.entry is not None and found.entry.state in STANDING
    if found.over:
        return Preview(Act.NOTHING)
    if not found.wanted:
        return Preview(Act.CANCEL if standing else Act.NOTHING)
    if not writes_calendar(found.account):
        return Preview(Act.BY_MAIL)
    if not standing:
        return Preview(Act.CREATE)
    return _compared(ports, found)


def _compared(ports: Ports, found: Situation) -> Preview:
    """Compare with the event that should be there."""
    entry, picture = found.own_entry, picture_of(found.session, found.account, found.entry)
    if entry is None:
        return Preview(Act.REPLACE)
    applied = Applied.read(entry.applied)
    if applied.was_online and not picture.teams_meeting:
        return Preview(Act.REPLACE)
    job = Job(ports, found, picture, mailbox_for(ports, found.account.pk))
    current = existing_event(job, entry, fresh=False)
    wanted = desired_entry(picture, entry.generation)
    edit = noticed(wanted, current, applied, found.now)
    if edit is not None:
        return Preview(Act.DECIDE, (edit.kind.value,))
    if current is None:
        return Preview(Act.CREATE)
    online = wanted.online and not current.online
    whole = to_send(wanted, current, applied, online=online)
    repairs = after_look(wanted, ports.calendar.differences(current, whole), applied, found.now)
    send = to_send(wanted, current, applied, online=online, untouched=repairs.untouched)
    parts = ports.calendar.differences(current, send)
    if repairs.left and not parts:
        return Preview(Act.DECIDE, (EditKind.REWRITTEN.value,))
    return Preview(Act.CHANGE if parts else Act.NOTHING, parts)
