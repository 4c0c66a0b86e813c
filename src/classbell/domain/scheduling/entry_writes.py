"""How an entry's row is written: only if it is still the one that the work began with."""

from __future__ import annotations

from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.storage.models import Entry


def write_if_same(entry: Entry, changes: dict[str, object]) -> bool:
    """Write changes if the row still stands for the event it was read for; tell whether it did."""
    rows = Entry.objects.filter(
        pk=entry.pk,
        generation=entry.generation,
        account=entry.account_id,
        event_id=entry.event_id,
    )
    if not rows.update(**changes):
        return False
    for name, value in changes.items():
        setattr(entry, name, value)
    return True


def tell(ports: Ports, found: Situation, name: str, **facts: str) -> None:
    """Tell integrators what is new about the entry."""
    catalog = found.session.course.catalog
    emit(
        ports,
        catalog=catalog,
        name=name,
        payload={"session": str(found.session.pk), "code": found.session.code, **facts},
    )
