"""People as other programs name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from classbell.domain.organisations.many_people import MOST_AT_ONCE, Given, look_up, people_given
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Organisation, Person

__all__ = [
    "MOST_AT_ONCE",
    "PersonGiven",
    "PersonOut",
    "as_given",
    "look_up_people",
    "one_person",
    "people_looked_up",
    "people_of",
    "shown_person",
]

LOOKED_UP = "classbell_people"


class PersonGiven(BaseModel):
    """Somebody, named by `id` or by `address`; an address that is new makes them known."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["id"]}, {"required": ["address"]}]}
    )

    id: UUID | None = None
    address: str = Field("", max_length=254)
    name: str = Field("", max_length=200, description="for people who are not known yet")

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if (self.id is None) == (not self.address.strip()):
            message = "Name a person either by id or by address."
            raise ValueError(message)
        return self


class PersonOut(BaseModel):
    """Somebody of the organisation."""

    id: str
    name: str
    address: str


def shown_person(person: Person) -> PersonOut:
    """Return somebody as they are shown."""
    return PersonOut(id=str(person.pk), name=person.name, address=person.address)


def people_of(
    ports: Ports, organisation: Organisation, given: Sequence[PersonGiven]
) -> list[Person]:
    """Return the people who are meant, made known where they are new."""
    return people_given(ports, organisation, as_given(given))


def look_up_people(
    request: HttpRequest, organisation: Organisation, given: Sequence[PersonGiven]
) -> None:
    """Read who of many is known, before the transaction that ``people_looked_up`` is part of."""
    meant = as_given(given)
    setattr(request, LOOKED_UP, (organisation, meant, look_up(organisation, meant)))


def people_looked_up(request: HttpRequest, ports: Ports) -> list[Person]:
    """Return the people whom ``look_up_people`` looked up, made known where they are new."""
    organisation, meant, known = getattr(request, LOOKED_UP)
    return people_given(ports, organisation, meant, known=known)


def as_given(given: Sequence[PersonGiven]) -> list[Given]:
    """Return people as the domain takes them."""
    return [Given(one.id, one.address, one.name) for one in given]


def one_person(organisation: Organisation, given: PersonGiven, *, field: str) -> Person:
    """Return somebody who is known already.

    Raises:
        InvalidInput: nobody of the organisation is called so.
    """
    own = Person.objects.filter(organisation=organisation)
    key = given.address.strip().casefold()
    found = own.filter(pk=given.id).first() if given.id else own.filter(address_key=key).first()
    if found is None:
        raise InvalidInput("Nobody in this organisation is called so.", field=field)
    return found
