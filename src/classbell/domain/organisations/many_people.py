"""Many people at once: found by id or address, and made known where an address is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.ports.progress import Progress, silent
from classbell.storage.models import Organisation, Person

BATCH = 500
"""Rows of one statement: what a store takes in well."""

MOST_AT_ONCE = 50_000

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody as another program names them: by our id, or by address; a name helps new ones."""

    id: UUID | None = None
    address: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Who of many is known already, by id and by the key of their address."""

    by_id: Mapping[UUID, Person]
    by_key: Mapping[str, Person]


def look_up(organisation: Organisation, given: Sequence[Given]) -> Known:
    """Return who of some people is known, read in batches and without locking anybody out.

    Args:
        organisation: whose people.
        given: at most 50,000.

    Raises:
        InvalidInput: too many, or an address that cannot be one.
        NotFoundHere: an id is nobody's of this organisation.
    """
    if len(given) > MOST_AT_ONCE:
        raise InvalidInput(
            f"{len(given):,} people are more than {MOST_AT_ONCE:,}.",
            field="people",
            remedy="Send them in several calls.",
        )
    ids = {one.id: None for one in given if one.id is not None}
    keys = {address_key(checked_address(one.address)): None for one in given if one.id is None}
    own = Person.objects.filter(organisation=organisation)
    by_id: dict[UUID, Person] = {}
    for some in _batches(ids):
        by_id |= {person.pk: person for person in own.filter(pk__in=some)}
    strangers = [one for one in ids if one not in by_id]
    if strangers:
        raise NotFoundHere(
            f"{len(strangers)} of the people are not known in this organisation, "
            f"such as {strangers[0]}.",
            meaning="Nothing was done.",
            remedy="Name them by address instead.",
        )
    by_key: dict[str, Person] = {}
    for part in _batches(keys):
        by_key |= {person.address_key: person for person in own.filter(address_key__in=part)}
    return Known(by_id, by_key)


def people_given(
    ports: Ports,
    organisation: Organisation,
    given: Sequence[Given],
    *,
    known: Known | None = None,
    progress: Progress = silent,
) -> list[Person]:
    """Return the people who are meant, each once, in the order in which they were given.

    An address that is new becomes a person, who receives mail and invitations and cannot sign in.
    Rows are written in batches of 500, in one transaction.

    Args:
        ports: the clock.
        organisation: whose people.
        given: at most 50,000.
        known: what ``look_up`` said of them, where it was asked before the transaction.
        progress: told after each batch of new people how far it is.

    Raises:
        InvalidInput, NotFoundHere: as for ``look_up``.
    """
    known = known or look_up(organisation, given)
    new: dict[str, Given] = {}
    for one in given:
        key = address_key(one.address)
        if one.id is None and key not in known.by_key:
            new.setdefault(key, one)
    by_key = {**known.by_key, **_made_known(ports, organisation, new, progress)}
    people: dict[UUID, Person] = {}
    for one in given:
        person = by_key[address_key(one.address)] if one.id is None else known.by_id[one.id]
        people.setdefault(person.pk, person)
    return list(people.values())


def _made_known(
    ports: Ports, organisation: Organisation, new: Mapping[str, Given], progress: Progress
) -> dict[str, Person]:
    """Write rows of people whose addresses are new; return them by the key of their address."""
    own, now = Person.objects.filter(organisation=organisation), ports.clock.now()
    found: dict[str, Person] = {}
    with transaction.atomic():
        for keys in _batches(new):
            made = {key: _new_person(organisation, new[key], key, now) for key in keys}
            # Somebody else may be making the same person known: then theirs is the row.
            Person.objects.bulk_create(made.values(), ignore_conflicts=True)
            rows = dict(own.filter(address_key__in=keys).values_list("address_key", "pk"))
            theirs = [key for key, person in made.items() if rows[key] != person.pk]
            found |= made
            found |= {person.address_key: person for person in own.filter(address_key__in=theirs)}
            progress("new people", len(found), len(new))
    return found


def _new_person(organisation: Organisation, given: Given, key: str, now: datetime) -> Person:
    address = given.address.strip()
    return Person(
        organisation=organisation,
        name=(given.name.strip() or address)[:200],
        address=address,
        address_key=key,
        created_at=now,
    )


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield at most ``BATCH`` of them at a time."""
    left = iter(items)
    while part := list(islice(left, BATCH)):
        yield part
