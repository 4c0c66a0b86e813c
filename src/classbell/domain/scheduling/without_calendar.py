"""Invites to a session without the account's calendar, where it may not be written."""

from __future__ import annotations

from classbell.domain.scheduling import entry_problems, entry_rows
from classbell.domain.scheduling.desired import SessionPicture
from classbell.domain.scheduling.inviting import look_after_a_crash
from classbell.domain.scheduling.mailed import invite_by_mail
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.storage.models import EntryState


def invite_without_calendar(ports: Ports, found: Situation, picture: SessionPicture) -> None:
    """Invite everybody by mail, because the account may not write its calendar."""
    if found.entry is not None:
        # Nobody will be taken off an event that may not be written any more.
        look_after_a_crash(ports, found, found.entry, None)
    own = found.own_entry
    if own is not None and own.state == EntryState.CREATED:
        # The permission was there and is gone: the event stays, newcomers get a mail instead.
        newcomers = [person for person in picture.everybody if person.key not in own.answers]
        invite_by_mail(ports, found, own, picture, newcomers)
        return
    entry, _ = entry_rows.prepare(ports, found, online=picture.teams_meeting)
    invite_by_mail(ports, found, entry, picture, picture.everybody)
    entry_rows.settle_by_mail(entry, entry_problems.calendar_not_granted(picture))
