"""Many people at once: found by id or address, and made known where an address is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from classbell.domain.organisations.addresses import address_key, checked_address
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
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


def people_given(ports: Ports, organisation: Organisation, given: Sequence[Given]) -> list[Person]:
    """Return the people who are meant, each once, in the order in which they were given.

    An address that is new becomes a person, who receives mail and invitations and cannot sign in.
    Rows are read and written in batches of 500, in one transaction.

    Args:
        ports: the clock.
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
    with transaction.atomic():
        by_id = _by_ids(organisation, [one.id for one in given if one.id is not None])
        by_key = _by_addresses(ports, organisation, [one for one in given if one.id is None])
    people: dict[UUID, Person] = {}
    for one in given:
        person = by_key[address_key(one.address)] if one.id is None else by_id[one.id]
        people.setdefault(person.pk, person)
    return list(people.values())


def _by_ids(organisation: Organisation, ids: Sequence[UUID]) -> dict[UUID, Person]:
    own = Person.objects.filter(organisation=organisation)
    found: dict[UUID, Person] = {}
    for part in _batches(ids):
        found |= {person.pk: person for person in own.filter(pk__in=part)}
    strangers = [one for one in ids if one not in found]
    if strangers:
        raise NotFoundHere(
            f"{len(set(strangers))} of the people are not known in this organisation, "
            f"such as {strangers[0]}.",
            meaning="Nothing was done.",
            remedy="Name them by address instead.",
        )
    return found


def _by_addresses(
    ports: Ports, organisation: Organisation, given: Sequence[Given]
) -> dict[str, Person]:
    wanted: dict[str, Given] = {}
    for one in given:
        wanted.setdefault(address_key(checked_address(one.address)), one)
    own, now = Person.objects.filter(organisation=organisation), ports.clock.now()
    found: dict[str, Person] = {}
    for part in _batches(wanted):
        found |= {person.address_key: person for person in own.filter(address_key__in=part)}
        new = [key for key in part if key not in found]
        if not new:
            continue
        Person.objects.bulk_create(
            (
                Person(
                    organisation=organisation,
                    name=(wanted[key].name.strip() or wanted[key].address.strip())[:200],
                    address=wanted[key].address.strip(),
                    address_key=key,
                    created_at=now,
                )
                for key in new
            ),
            # Somebody else may be making the same person known: then theirs is the row.
            ignore_conflicts=True,
        )
        found |= {person.address_key: person for person in own.filter(address_key__in=new)}
    return found


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield at most ``BATCH`` of them at a time."""
    left = iter(items)
    while part := list(islice(left, BATCH)):
        yield part
