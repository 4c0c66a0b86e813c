"""Writes what is known of a session's event in the organisation's calendar."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.applied import written
from classbell.domain.scheduling.request import request_clearing
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import DesiredEntry, EntrySnapshot
from classbell.ports.errors import Verdict
from classbell.storage.models import (
    AccountState,
    CalendarOptions,
    EntryState,
    RetiredEvent,
    SharedEntry,
    SharedWay,
)

LEFT = "left"
"""State of an event that was left in the calendar when sharing ended; nothing keeps it in step."""

RETIRED = "This entry was replaced by a new one."


@dataclass(frozen=True, slots=True)
class Target:
    """Where a session is to be shown: by which way, in which calendar."""

    way: SharedWay
    address: str

    @classmethod
    def of(cls, options: CalendarOptions) -> Target:
        """Return what a catalog has chosen."""
        return cls(SharedWay(options.shared_way), options.shared_address)


def stands_at(row: SharedEntry, found: Situation, target: Target) -> bool:
    """Tell whether an event is where it is wanted.

    One that was written into the organisation's calendar stays there whichever account writes it;
    one that invites its address is in the account's own calendar.
    """
    here = row.way == target.way and row.calendar_address == target.address
    return here and (target.way == SharedWay.WRITE or row.account_id == found.account.pk)


def prepare_shared(found: Situation, target: Target) -> tuple[SharedEntry, bool]:
    """Make sure that there is a row for the event to be made or kept.

    Returns:
        The row, and whether nobody can have tried to make its event yet.
    """
    with transaction.atomic():
        row = SharedEntry.objects.select_for_update().filter(session=found.session).first()
        if row is None:
            return _planned(found, target), True
        if not stands_at(row, found, target):
            # Only an event that was taken back before may be replaced; see ``retire_shared``.
            return _renewed(row, found, target), True
        if row.state == EntryState.CANCELLED:
            return _renewed(row, found, target), True
        if row.account_id != found.account.pk or row.state == LEFT:
            row.account, row.state = found.account, EntryState.CREATED
            row.save(update_fields=["account", "state"])
    return row, False


def renew_shared(row: SharedEntry, found: Situation, target: Target) -> SharedEntry:
    """Begin a new generation, because the event is gone from the calendar."""
    with transaction.atomic():
        locked = SharedEntry.objects.select_for_update().get(pk=row.pk)
        return _renewed(locked, found, target)


def settle_shared(
    ports: Ports,
    found: Situation,
    row: SharedEntry,
    *,
    wanted: DesiredEntry,
    current: EntrySnapshot,
    wrote: bool,
) -> bool:
    """Write down what the calendar holds now; tell whether the row was still the same."""
    changes: dict[str, object] = {
        "state": EntryState.CREATED,
        "event_id": current.event_id,
        "etag": current.etag,
        "ical_uid": current.ical_uid,
        "answer": next((a.answer.value for a in current.answers), ""),
        "problem_code": "",
        "problem": "",
        "read_at": found.now,
    }
    if wrote:
        changes["applied"] = written(wanted, current).stored()
        changes["applied_at"] = found.now
    with transaction.atomic():
        if not _unchanged(row, changes):
            return False
        if row.state != EntryState.CREATED:
            _tell(ports, found, "session.shared")
        options = CalendarOptions.objects.filter(catalog=found.session.course.catalog)
        options.exclude(shared_problem="").update(shared_problem_code="", shared_problem="")
    return True


def settle_taken_back(ports: Ports, found: Situation, row: SharedEntry) -> None:
    """Write down that no event shows the session any more."""
    with transaction.atomic():
        changes: dict[str, object] = {
            "state": EntryState.CANCELLED,
            "answer": "",
            "problem_code": "",
            "problem": "",
            "read_at": found.now,
        }
        if _unchanged(row, changes):
            _tell(ports, found, "session.not_shared")


def settle_shared_problem(
    found: Situation, row: SharedEntry, verdict: Verdict, text: str, *, refused: bool
) -> None:
    """Write down why the organisation's calendar could not be written, at session and catalog."""
    code = (verdict.code or verdict.kind.value)[:100]
    with transaction.atomic():
        changes: dict[str, object] = {"problem_code": code, "problem": text[:500]}
        if refused and not row.event_id:
            changes["state"] = EntryState.REFUSED
        _unchanged(row, changes)
        options = CalendarOptions.objects.filter(catalog=found.session.course.catalog)
        options.update(shared_problem_code=code, shared_problem=text[:500])


def retire_shared(ports: Ports, found: Situation, row: SharedEntry) -> None:
    """Leave the event of another account to that account's lane, and begin anew.

    Both are one transaction, so that no crash leaves an event behind that nobody remembers.
    """
    with transaction.atomic():
        rows = SharedEntry.objects.select_for_update(of=("self",)).select_related("account")
        locked = rows.get(pk=row.pk)
        if locked.event_id and locked.state != EntryState.CANCELLED:
            RetiredEvent.objects.create(
                session=found.session,
                account=locked.account,
                event_id=locked.event_id,
                ical_uid=locked.ical_uid,
                calendar_address=(locked.calendar_address if locked.way == SharedWay.WRITE else ""),
                comment=RETIRED,
                retired_at=found.now,
            )
            if locked.account.state == AccountState.CONNECTED:
                request_clearing(ports, found.session, locked.account)
        locked.state = EntryState.CANCELLED
        locked.save(update_fields=["state"])


def _planned(found: Situation, target: Target) -> SharedEntry:
    """Write the first row of a session."""
    return SharedEntry.objects.create(
        session=found.session,
        account=found.account,
        state=EntryState.PLANNED,
        way=target.way,
        calendar_address=target.address,
    )


def _renewed(row: SharedEntry, found: Situation, target: Target) -> SharedEntry:
    """Turn a locked row to a new event."""
    row.generation += 1
    row.account, row.state = found.account, EntryState.PLANNED
    row.way, row.calendar_address = target.way, target.address
    row.event_id = row.etag = row.ical_uid = row.answer = ""
    row.applied = {}
    row.save()
    return row


def _unchanged(row: SharedEntry, changes: dict[str, object]) -> bool:
    """Write changes if the row still stands for the event it was read for; tell whether it did."""
    rows = SharedEntry.objects.filter(
        pk=row.pk,
        generation=row.generation,
        account=row.account_id,
        event_id=row.event_id,
    )
    return bool(rows.update(**changes))


def _tell(ports: Ports, found: Situation, name: str) -> None:
    """Tell integrators what is new about the session in the organisation's calendar."""
    catalog = found.session.course.catalog
    emit(
        ports,
        catalog=catalog,
        name=name,
        payload={"session": str(found.session.pk), "code": found.session.code},
    )
