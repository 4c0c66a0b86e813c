"""Secret addresses of calendars: made, made anew, revoked, and recognised by their hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction

from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.attempts import Door, counted
from classbell.domain.organisations.audit import Actor, record
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotAllowed, NotFoundHere
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import CalendarFeed, Catalog, FeedKind, Organisation, Person, Room


@dataclass(frozen=True, slots=True)
class Subject:
    """What a calendar is of: a catalog, a room as far as a catalog uses it, or somebody's own.

    Attributes:
        catalog: None for somebody's own.
        room_address: empty but for a room.
        person: None but for somebody's own.
    """

    catalog: Catalog | None = None
    room_address: str = ""
    person: Person | None = None

    @property
    def kind(self) -> FeedKind:
        """What it shows."""
        if self.person is not None:
            return FeedKind.PERSON
        return FeedKind.ROOM if self.room_address else FeedKind.CATALOG


def feed_of(subject: Subject) -> CalendarFeed | None:
    """Return the address that is in use, without its secret."""
    return CalendarFeed.objects.filter(
        catalog=subject.catalog,
        room_address=subject.room_address.casefold(),
        person=subject.person,
    ).first()


def make_address(ports: Ports, *, subject: Subject, actor: Actor) -> str:
    """Make a calendar's address, or make it anew: the former leads nowhere from now on.

    Args:
        ports: the outside world.
        subject: what it is of.
        actor: an admin of the catalog, or the person whose own it is.

    Returns:
        The address; it cannot be read again, for only a hash is kept.

    Raises:
        NotAllowed, NotFoundHere: the actor may not, or the room is not known.
    """
    _require_may(actor, subject)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        _delete(subject)
        CalendarFeed.objects.create(
            organisation=_organisation_of(subject),
            kind=subject.kind,
            catalog=subject.catalog,
            room_address=subject.room_address.casefold(),
            person=subject.person,
            secret_hash=_hash(ports, secret),
            created_at=ports.clock.now(),
        )
        _note(ports, subject, actor, "calendar_feed.made")
    return f"{ports.base_url}/calendars/{secret}.ics"


def revoke_address(ports: Ports, *, subject: Subject, actor: Actor) -> bool:
    """Let a calendar's address lead nowhere; return whether there was one.

    Raises:
        NotAllowed, NotFoundHere: the actor may not.
    """
    _require_may(actor, subject)
    with transaction.atomic():
        gone = _delete(subject)
        if gone:
            _note(ports, subject, actor, "calendar_feed.revoked")
    return gone


def feed_of_secret(ports: Ports, secret: str) -> CalendarFeed:
    """Return the calendar that an address stands for, with catalog and person.

    Raises:
        NotFoundHere: it stands for none, or not any more.
        TooManyRequests: there were too many such from this network.
    """
    rows = CalendarFeed.objects.select_related("catalog", "person", "organisation")
    found = rows.filter(secret_hash=_hash(ports, secret)).first()
    if found is None:
        gone = NotFoundHere(
            "This calendar address does not work any more.",
            remedy="Make a new one in Classbell, and subscribe to that.",
        )
        raise counted(ports, Door.CALENDAR, gone)
    return found


def _require_may(actor: Actor, subject: Subject) -> None:
    """Let the act pass, or refuse it."""
    if subject.person is not None:
        if actor.person != subject.person:
            raise NotAllowed("This calendar belongs to somebody else.")
        return
    if subject.catalog is None:
        raise ValueError("A calendar is of a catalog, a room or a person.")
    require_actor_administers(actor, subject.catalog)
    if subject.room_address and not _is_room(subject.catalog, subject.room_address):
        raise NotFoundHere(
            "There is no such room in your organisation.", remedy="Choose one from the list."
        )


def _is_room(catalog: Catalog, address: str) -> bool:
    """Say whether the organisation has a room of that address."""
    rooms = Room.objects.filter(organisation_id=catalog.organisation_id)
    return rooms.filter(address__iexact=address).exists()


def _delete(subject: Subject) -> bool:
    """Take the present address away; say whether there was one."""
    found = feed_of(subject)
    if found is None:
        return False
    return CalendarFeed.objects.filter(pk=found.pk).delete()[0] > 0


def _organisation_of(subject: Subject) -> Organisation:
    """Return whose calendar it is."""
    owner = subject.person or subject.catalog
    if owner is None:
        raise ValueError("A calendar is of a catalog, a room or a person.")
    return owner.organisation


def _note(ports: Ports, subject: Subject, actor: Actor, action: str) -> None:
    """Write the audit row; never the secret."""
    about = subject.room_address or (subject.person.pk if subject.person else "")
    owner = subject.person or subject.catalog
    record(
        ports,
        actor=actor,
        organisation_id=owner.organisation_id if owner else None,
        catalog=subject.catalog,
        action=action,
        subject=f"calendar:{subject.kind.value}{f':{about}' if about else ''}",
    )


def _hash(ports: Ports, secret: str) -> str:
    return keyed_hash(ports.secret_key, "calendar_feed.secret", secret)
