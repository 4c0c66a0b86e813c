"""What a reconciliation finds in the store before it talks to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from classbell.domain.scheduling.applied import Applied
from classbell.domain.scheduling.request import account_serving
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Account,
    AccountState,
    Connection,
    CourseSession,
    Entry,
    EntryState,
    Lane,
    RetiredEvent,
)

STANDING = (EntryState.PLANNED, EntryState.CREATED, EntryState.REFUSED)
"""States in which an event may stand in the calendar, or may have been made just before a crash."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A session, the account whose lane looks at it, and what stands in its calendar.

    Attributes:
        session: with course and catalog.
        account: the lane's account.
        entry: the session's entry, whichever account's it is; None before the first look.
        serves: whether this account works for the session's catalog now.
        now: business time.
    """

    session: CourseSession
    account: Account
    entry: Entry | None
    serves: bool
    now: datetime

    @property
    def wanted(self) -> bool:
        """Whether the session takes place, as far as people have been told."""
        return self.session.published and self.session.cancelled_at is None

    @property
    def over(self) -> bool:
        """Whether there is nothing left to arrange: past, and past on the calendar as well."""
        if self.session.ends_at > self.now:
            return False
        if self.entry is None or self.entry.state != EntryState.CREATED:
            return True
        ends_at = Applied.read(self.entry.applied).ends_at
        return not ends_at or datetime.fromisoformat(ends_at) <= self.now

    @property
    def own_entry(self) -> Entry | None:
        """The entry, where it is in this account's calendar."""
        if self.entry is not None and self.entry.account_id == self.account.pk:
            return self.entry
        return None


def situation_of(ports: Ports, lane: Lane, session_id: UUID) -> Situation | None:
    """Read the situation; None where session or account are gone or nothing can be done."""
    account = Account.objects.filter(pk=UUID(lane.key)).first()
    session = (
        CourseSession.objects.select_related("course__catalog__organisation")
        .filter(pk=session_id)
        .first()
    )
    if account is None or session is None or account.state == AccountState.DISCONNECTED:
        return None
    serving = account_serving(session.course.catalog)
    return Situation(
        session=session,
        account=account,
        entry=Entry.objects.filter(session=session).select_related("account").first(),
        serves=serving is not None and serving.pk == account.pk,
        now=ports.clock.now(),
    )


def still_connected(catalog_id: UUID, account_id: UUID) -> bool:
    """Tell whether a catalog uses an account right now; asked again before anything is written."""
    return Connection.objects.filter(
        catalog_id=catalog_id,
        account_id=account_id,
        enabled=True,
        account__state=AccountState.CONNECTED,
    ).exists()


def events_to_clear(session: CourseSession, account: Account) -> list[RetiredEvent]:
    """Return the events of a session that are to be cancelled in this account's calendar."""
    rows = RetiredEvent.objects.filter(session=session, account=account, cancelled_at__isnull=True)
    return list(rows.order_by("pk"))


def cleared_elsewhere_soon(session: CourseSession, account: Account) -> bool:
    """Tell whether another account that works is about to cancel its event of the session."""
    return (
        RetiredEvent.objects.filter(
            session=session,
            cancelled_at__isnull=True,
            calendar_address="",
            account__state=AccountState.CONNECTED,
        )
        .exclude(account=account)
        .exists()
    )
