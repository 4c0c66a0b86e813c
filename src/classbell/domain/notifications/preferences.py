"""What mail a person wants, of the kinds that they may do without."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from classbell.delivery.hold import cancel_waiting
from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.work import ask
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.kinds.kind import Kind
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotFoundHere
from classbell.storage.models import Lane, MailOptOut, Message, MessageState, Person

DECLINED = ("declined", "This person does not want this kind of mail.")
"""Why a message was not sent, in the delivery log."""

CANCEL_DECLINED = "cancel_declined"
"""Kind of the work item that cancels what was being written while somebody declined it."""


def optional_kinds() -> list[Kind]:
    """Return the kinds that people may do without, by name."""
    return sorted((one for one in REGISTRY.values() if not one.essential), key=lambda one: one.name)


def declined_kinds(person: Person) -> frozenset[str]:
    """Return the names of the kinds that somebody does not want."""
    rows = MailOptOut.objects.filter(person=person)
    return frozenset(rows.values_list("kind", flat=True))


def choose_mail(ports: Ports, *, person: Person, wanted: Collection[str]) -> bool:
    """Set which kinds of mail somebody wants, of all that they may do without.

    Args:
        ports: the outside.
        person: whose choice; it is theirs alone, so nobody else makes it and no audit row is
            written.
        wanted: names of kinds; those that are essential or unknown do not matter.

    Returns:
        Whether that changed anything.
    """
    now = ports.clock.now()
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        before = declined_kinds(person)
        after = {one.name for one in optional_kinds() if one.name not in wanted}
        gone = before - after
        MailOptOut.objects.filter(person=person, kind__in=gone).delete()
        new = sorted(after - before)
        MailOptOut.objects.bulk_create(MailOptOut(person=person, kind=one, at=now) for one in new)
        for kind in new:
            _stop(ports, person, kind)
    return bool(gone or new)


def decline(ports: Ports, *, person: Person, kind_name: str) -> Kind:
    """Note that somebody does not want a kind of mail; again is as once.

    Returns:
        The kind.

    Raises:
        NotFoundHere: there is no such kind, or nobody may do without it.
    """
    kind = optional_kind(kind_name)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        row = {"person": person, "kind": kind.name}
        _, is_new = MailOptOut.objects.get_or_create(**row, defaults={"at": ports.clock.now()})
        if is_new:
            _stop(ports, person, kind.name)
    return kind


def optional_kind(name: str) -> Kind:
    """Return a kind that people may do without.

    Raises:
        NotFoundHere: there is none of that name.
    """
    kind = REGISTRY.get(name)
    if kind is None or kind.essential:
        raise NotFoundHere(
            "There is no kind of message of that name that can be switched off.",
            remedy="Choose from the list of messages.",
        )
    return kind


def who_declined(kind: Kind, people: Collection[UUID]) -> frozenset[UUID]:
    """Return those of some people who do not want a kind; no query where it is essential."""
    if kind.essential or not people:
        return frozenset()
    rows = MailOptOut.objects.filter(kind=kind.name, person_id__in=people)
    return frozenset(rows.values_list("person_id", flat=True))


def declined_pairs(people: Collection[UUID]) -> frozenset[tuple[UUID, str]]:
    """Return who of some people does not want which kind: pairs of person id and kind."""
    names = [one.name for one in optional_kinds()]
    rows = MailOptOut.objects.filter(person_id__in=people, kind__in=names)
    return frozenset(rows.values_list("person_id", "kind"))


def cancel_declined(ports: Ports, _lane: Lane, subject: str) -> datetime | None:
    """Cancel what still waits of mail that somebody declined; the work handler.

    It runs on the lane that expands notifications, so never beside a batch that was begun before
    they declined and is not seen yet.

    Args:
        ports: the clock.
        subject: person id and kind, with a colon between them.

    Returns:
        None: it is done.
    """
    person_id, _, kind = subject.partition(":")
    rows = MailOptOut.objects.filter(person_id=UUID(person_id), kind=kind)
    if rows.exists():
        _cancel(UUID(person_id), kind, ports.clock.now())
    return None


def _stop(ports: Ports, person: Person, kind: str) -> None:
    """Cancel what waits of a kind for somebody, now and once more for what is being written."""
    now = ports.clock.now()
    ask(
        ports,
        housekeeping_lane(person.organisation_id),
        kind=CANCEL_DECLINED,
        subject=f"{person.pk.hex}:{kind}",
        due_at=now,
    )
    _cancel(person.pk, kind, now)


def _cancel(person_id: UUID, kind: str, now: datetime) -> None:
    rows: QuerySet[Message] = Message.objects.filter(person_id=person_id, notification__kind=kind)
    cancel_waiting(rows, reason_code=DECLINED[0], reason=DECLINED[1], now=now)
    # What is on the wire settles by itself; if it has to be tried again, its time is over.
    under_way = (MessageState.SENDING, MessageState.UNKNOWN)
    rows.filter(state__in=under_way, expires_at__gt=now).update(expires_at=now)
