"""Signing in to the Admin Center with Microsoft."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from classbell.domain.connections.alarms import watching_the_application
from classbell.domain.organisations.access import whom_to_ask
from classbell.domain.organisations.attempts import (
    Door,
    begin_counting,
    counted,
    finished,
)
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.journeys import NOTHING_CHANGED, arrive, start
from classbell.domain.organisations.links import link_person, usable_link
from classbell.ports.bundle import Ports
from classbell.ports.errors import Audience, NotAllowed, WrongOrganisation
from classbell.ports.identity import AuthorizationRequest, SignedInPerson
from classbell.storage.models import Organisation, Person, SignInJourney

HOME = "/"
LONGEST_PATH = 500
PURPOSES = frozenset({SignInJourney.SIGN_IN, SignInJourney.LINK})


def begin_sign_in(ports: Ports, *, browser_key: str, return_to: str = HOME) -> str:
    """Return where to send the browser so that its user signs in. Uses the network.

    Args:
        ports: the outside world.
        browser_key: identifies the browser session; the same must come back.
        return_to: path within the Admin Center to show afterwards; anything else becomes the
            first page, so that nobody is led to a foreign site.

    Raises:
        ProviderFailure: Microsoft cannot be reached.
        TooManyRequests: too many sign-ins were begun from this network and not finished.
    """
    begin_counting(ports)
    return start(
        ports,
        purpose=SignInJourney.SIGN_IN,
        browser_key=browser_key,
        return_to=own_path(return_to),
        request_for=partial(_request, ports),
    )


def begin_link(ports: Ports, *, token: str, browser_key: str) -> str:
    """Return where to send the browser of somebody who opened a sign-in link. Uses the network.

    Raises:
        StateInvalid: the link was used, replaced, or is too old.
        ProviderFailure: Microsoft cannot be reached.
    """
    link = usable_link(ports, token)
    return start(
        ports,
        purpose=SignInJourney.LINK,
        browser_key=browser_key,
        person=link.person,
        return_to=HOME,
        memo={"link": link.pk},
        request_for=partial(_request, ports),
    )


def finish_sign_in(
    ports: Ports, *, browser_key: str, answer: Mapping[str, str]
) -> tuple[Person, str]:
    """Take the callback's parameters; return who signed in and the path to show. Uses the network.

    A person is recognised by tenant id and object id together, never by an address.

    Raises:
        StateInvalid: the callback does not belong to a sign-in that this browser started.
        SignInCancelled: the person turned back at Microsoft.
        WrongOrganisation: the account's organisation is not served here, or not the link's.
        NotAllowed: nobody here has this account; the text says whom to ask.
        ProviderFailure: Microsoft refused or cannot be reached.
        TooManyRequests: there were too many such from this network or of this account.
    """
    journey = arrive(ports, purposes=PURPOSES, browser_key=browser_key, answer=answer)
    with watching_the_application(ports):
        signed_in = ports.identity.finish_sign_in(journey.flow, answer)
    if journey.purpose == SignInJourney.LINK:
        person = link_person(ports, int(str(journey.memo["link"])), signed_in)
    else:
        person = _known(ports, signed_in)
    finished(ports)
    record(
        ports,
        actor=Actor.of(person),
        organisation_id=person.organisation_id,
        catalog=None,
        action="person.signed_in",
        subject=f"person:{person.id}",
    )
    return person, journey.return_to or HOME


def own_path(path: str) -> str:
    """Return the path if it leads to a page of ours, else the first page."""
    ours = path.startswith("/") and not path.startswith("//")
    plain = path.isprintable() and "\\" not in path and len(path) <= LONGEST_PATH
    return path if ours and plain else HOME


def _request(ports: Ports, state: str) -> AuthorizationRequest:
    return ports.identity.begin_sign_in(
        redirect_uri=f"{ports.base_url}/signin/callback", state=state
    )


def _known(ports: Ports, signed_in: SignedInPerson) -> Person:
    """Find the person, or say in plain words why they cannot come in."""
    account = f"account:{signed_in.tenant_id}/{signed_in.object_id}"
    organisation = Organisation.objects.filter(tenant_id=signed_in.tenant_id).first()
    if organisation is None:
        elsewhere = WrongOrganisation(
            f"The organisation of {signed_in.username} does not use this Classbell.",
            meaning=NOTHING_CHANGED,
            remedy="Sign in with another account, or ask whoever runs this Classbell to add your "
            f"organisation (tenant {signed_in.tenant_id}).",
            who=Audience.OPERATOR,
        )
        raise counted(ports, Door.SIGN_IN, elsewhere, account=account)
    person = organisation.people.filter(object_id=signed_in.object_id).first()
    if person is None:
        unknown = NotAllowed(
            f"{signed_in.name or signed_in.username} is not known to Classbell yet.",
            meaning=f"You signed in to {organisation.name} correctly, but nobody has added you. "
            + NOTHING_CHANGED,
            remedy=whom_to_ask(organisation.id)
            + f" They need your object id, {signed_in.object_id}, or can send you a sign-in link.",
            code="person_unknown",
        )
        raise counted(
            ports, Door.SIGN_IN, unknown, account=account, organisation_id=organisation.pk
        )
    return person
