"""Finding people of an organisation by what an admin typed: addresses or names."""

from __future__ import annotations

import re
from uuid import UUID

from classbell.domain.organisations.addresses import address_key
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Person
from classbell.storage.queries.people_holding import holding

SHOWN = 3
LONGEST = 254
"""Nobody's name or address is longer, and stores refuse to look for what is much longer."""


def find_people(organisation_id: UUID, text: str) -> list[Person]:
    """Return the people that were typed, each once, in their order.

    Args:
        organisation_id: where to look.
        text: addresses or names, one a line or with commas or semicolons between them.

    Raises:
        InvalidInput: somebody is not known, or several people have the name.
    """
    found: dict[UUID, Person] = {}
    # Each once: the same line a hundred thousand times is one question, not as many.
    asked = dict.fromkeys(part.strip() for part in re.split(r"[\n,;]", text))
    for typed in filter(None, asked):
        person = _one(organisation_id, typed)
        found.setdefault(person.pk, person)
    return list(found.values())


def _one(organisation_id: UUID, typed: str) -> Person:
    """Return the one person who was meant."""
    people = Person.objects.filter(organisation_id=organisation_id)
    if len(typed) > LONGEST:
        matches: list[Person] = []
    elif "@" in typed:
        matches = list(people.filter(address_key=address_key(typed))[:2])
    else:
        matches = list(people.filter(name__iexact=typed)[:2])
        if not matches:
            called = holding(people, typed, columns=("name",))
            matches = list(called.order_by("name")[: SHOWN + 1])
    if not matches:
        typed = typed[:80]
        raise InvalidInput(
            f"Nobody called «{typed}» is known in this organisation.",
            field="people",
            remedy="Check the address; people become known by signing in or by an import.",
        )
    if len(matches) > 1:
        some = ", ".join(f"{one.name} ({one.address})" for one in matches[:SHOWN])
        raise InvalidInput(
            f"«{typed}» may be several people: {some}.",
            field="people",
            remedy="Write the address instead.",
        )
    return matches[0]
