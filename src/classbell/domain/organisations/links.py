"""Sign-in links: how somebody known only by address adds their Microsoft sign-in."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction

from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.access import access_of, require_lms_admin
from classbell.domain.organisations.attempts import Door, counted
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_learner
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere, StateInvalid, WrongOrganisation
from classbell.ports.identity import SignedInPerson
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import Catalog, Person, PersonLink

LIFETIME = timedelta(days=7)


def issue_link(
    ports: Ports, person: Person, *, catalog: Catalog | None = None, actor: Actor
) -> PersonLink:
    """Mail somebody a single-use link with which they add their sign-in.

    Links issued to them earlier stop working. Only a keyed hash of the token is kept; the token
    itself travels sealed to the mail and nowhere else.

    Args:
        ports: the outside world.
        person: somebody without object id.
        catalog: the catalog whose account sends the mail; None for the system mailer.
        actor: an admin of that catalog or of a course that the person takes, an LMS admin, or the
            operator.

    Raises:
        InvalidInput: the person can sign in already.
        NotAllowed, NotFoundHere: the actor may not invite this person.
    """
    _require_may_invite(actor, person, catalog)
    if person.object_id is not None:
        raise InvalidInput(
            f"{person.name} can sign in already.", field="person", remedy="No link is needed."
        )
    now, token = ports.clock.now(), secrets.token_urlsafe(32)
    with transaction.atomic():
        PersonLink.objects.filter(person=person, used_at=None).update(used_at=now)
        link = PersonLink.objects.create(
            person=person,
            token_hash=_hash(ports, token),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        sealed = ports.cipher.seal(token.encode(), bound_to=f"person_link.token:{link.pk}")
        notify(
            ports,
            kind="sign_in_link",
            organisation_id=person.organisation_id,
            catalog=catalog,
            audience=[person.id],
            context={
                "person": str(person.id),
                "link": str(link.pk),
                "sealed_token": base64.b64encode(sealed).decode(),
            },
        )
        _record(ports, "person.link_issued", person, actor, catalog)
    return link


def usable_link(ports: Ports, token: str) -> PersonLink:
    """Return the link that a token stands for.

    Raises:
        StateInvalid: there is none, it was used, or it is too old.
        TooManyRequests: there were too many such from this network.
    """
    rows = PersonLink.objects.select_related("person__organisation")
    link = rows.filter(token_hash=_hash(ports, token)).first()
    if link is None or link.used_at is not None or link.expires_at <= ports.clock.now():
        raise counted(ports, Door.LINK, _spent())
    return link


def link_person(ports: Ports, link_id: int, signed_in: SignedInPerson) -> Person:
    """Give the link's person the object id of whoever just signed in, and use the link up.

    Args:
        ports: the outside world.
        link_id: the link that was opened.
        signed_in: who came back from Microsoft.

    Raises:
        WrongOrganisation: the account is of another organisation than the person.
        StateInvalid: the link was used meanwhile or is too old.
        InvalidInput: the account is somebody else's in this organisation already.
    """
    now = ports.clock.now()
    with transaction.atomic():
        link = PersonLink.objects.select_related("person__organisation").get(pk=link_id)
        person = link.person
        if person.organisation.tenant_id != signed_in.tenant_id:
            raise WrongOrganisation(
                f"The account {signed_in.username} does not belong to {person.organisation.name}.",
                meaning="Nothing was changed, and the link still works.",
                remedy=f"Open the link again and sign in with your {person.organisation.name} "
                "account.",
            )
        fresh = PersonLink.objects.filter(pk=link_id, used_at=None, expires_at__gt=now)
        if not fresh.update(used_at=now):
            raise _spent()
        _add_object_id(person, signed_in)
        actor = Actor(person, person.name, "web")
        _record(ports, "person.linked", person, actor, None, object_id=str(signed_in.object_id))
        emit(
            ports,
            organisation_id=person.organisation_id,
            catalog=None,
            name="person.linked",
            payload={"person": str(person.id)},
        )
    return person


def _add_object_id(person: Person, signed_in: SignedInPerson) -> None:
    """Write the object id where there is none; the table allows it once in an organisation."""
    rows = Person.objects.filter(pk=person.pk, object_id=None)
    try:
        with transaction.atomic():
            changed = rows.update(object_id=signed_in.object_id)
    except IntegrityError as cause:
        raise InvalidInput(
            f"The account {signed_in.username} is known here as somebody else already.",
            field="object_id",
            meaning="Nothing was changed, and the link still works.",
            remedy="Sign in without the link, or ask your LMS admin to merge the two entries.",
        ) from cause
    if not changed:
        raise _spent()
    person.object_id = signed_in.object_id


def _require_may_invite(actor: Actor, person: Person, catalog: Catalog | None) -> None:
    """Let the act pass, or refuse it; nobody acts across organisations."""
    if catalog is not None and catalog.organisation_id != person.organisation_id:
        raise NotFoundHere(f"There is no catalog «{catalog.slug}» in the person's organisation.")
    if actor.person is None:
        return
    if actor.person.organisation_id != person.organisation_id:
        raise NotFoundHere("There is no such person in your organisation.")
    if catalog is not None:
        require_actor_administers_learner(actor, catalog, person)
    else:
        require_lms_admin(access_of(actor.person))


def _record(
    ports: Ports,
    action: str,
    person: Person,
    actor: Actor,
    catalog: Catalog | None,
    **after: str,
) -> None:
    record(
        ports,
        actor=actor,
        organisation_id=person.organisation_id,
        catalog=catalog,
        action=action,
        subject=f"person:{person.id}",
        after={"address": person.address, **after},
    )


def _hash(ports: Ports, token: str) -> str:
    return keyed_hash(ports.secret_key, "person_link.token", token)


def _spent() -> StateInvalid:
    return StateInvalid(
        "This sign-in link does not work any more.",
        meaning="A link works once, for seven days, and only the newest one.",
        remedy="Ask the admin of your courses to send you a new one.",
        code="link_spent",
    )
