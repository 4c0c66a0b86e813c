"""Calendars of others: what a caller may do there by scope and by the right they were given.

https://learn.microsoft.com/graph/outlook-create-event-in-shared-delegated-calendar
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from m365sandbox.errors import access_denied
from m365sandbox.graph.errors import item_not_found, mailbox_not_enabled

if TYPE_CHECKING:
    from m365sandbox.directory.model import CalendarRight, Person
    from m365sandbox.entra.tokens import Caller
    from m365sandbox.graph.operations import Operation

_READ_SHARED: Final = frozenset({"Calendars.Read.Shared", "Calendars.ReadWrite.Shared"})
_WRITE_SHARED: Final = frozenset({"Calendars.ReadWrite.Shared"})
READERS: Final[frozenset[CalendarRight]] = frozenset({"Reviewer", "Editor", "FullAccess"})
WRITERS: Final[frozenset[CalendarRight]] = frozenset({"Editor", "FullAccess"})


def check_shared(operation: Operation, caller: Caller, owner: Person) -> None:
    """Let a call into somebody else's mailbox pass where scope and right allow it.

    Raises:
        GraphError: 403 without the scope, for anything but calendars, or when the right is too
            small; 404 where nothing was shared or there is no mailbox.
    """
    is_reading = "Calendars.Read.Shared" in operation.permissions
    wanted = _READ_SHARED if is_reading else _WRITE_SHARED
    if not caller.scopes & wanted.intersection(operation.permissions):
        raise access_denied()
    if not owner.has_mailbox:
        raise mailbox_not_enabled()
    right = owner.right_of(caller.person)
    if right is None:
        raise item_not_found()
    if right not in (READERS if is_reading else WRITERS):
        raise access_denied()
