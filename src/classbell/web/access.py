"""Who is asking: from the browser's session to the person's access, and nothing else."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.http import HttpRequest

from classbell.domain.organisations.access import Access, access_of
from classbell.domain.organisations.audit import Actor
from classbell.storage.models import Person

PERSON = "person"
BROWSER = "browser"
KNOWN = "classbell_person"
"""Where a request keeps who asks, so that the language and the page need one question."""


class SignInNeeded(Exception):
    """Nobody is signed in, and this page is for people who are."""


def person_of(request: HttpRequest) -> Person | None:
    """Return the signed-in person, or None; somebody removed since is nobody."""
    stored = request.session.get(PERSON)
    if not isinstance(stored, str):
        return None
    known: tuple[str, Person | None] | None = getattr(request, KNOWN, None)
    if known is None or known[0] != stored:
        people = Person.objects.select_related("organisation")
        known = (stored, people.filter(pk=UUID(stored)).first())
        setattr(request, KNOWN, known)
    return known[1]


def signed_in(request: HttpRequest) -> Access:
    """Return the access of the signed-in person.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    person = person_of(request)
    if person is None:
        raise SignInNeeded
    return access_of(person)


def browser_key(request: HttpRequest) -> str:
    """Return the random key that binds journeys to Microsoft to this browser's session."""
    key = request.session.get(BROWSER)
    if not isinstance(key, str):
        key = secrets.token_urlsafe(32)
        request.session[BROWSER] = key
    return key


def start_session(request: HttpRequest, person: Person) -> None:
    """Make this browser the person's, under new keys: what was known before is worthless now.

    What was kept for somebody else who sat here before is not for this person to see.
    """
    if request.session.get(PERSON, str(person.pk)) != str(person.pk):
        request.session.flush()
    request.session.cycle_key()
    request.session[PERSON] = str(person.pk)
    request.session[BROWSER] = secrets.token_urlsafe(32)


def actor_of(access: Access) -> Actor:
    """Return who an audit row should name for an act in the Admin Center."""
    return Actor.of(access.person)
