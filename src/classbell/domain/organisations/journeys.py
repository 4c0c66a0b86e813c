"""Journeys to Microsoft and back: a state that is secret, bound to one browser, used once."""

from __future__ import annotations

import hmac
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from classbell.domain.organisations.attempts import Door, counted
from classbell.ports.bundle import Ports
from classbell.ports.errors import ClassbellError, StateInvalid
from classbell.ports.identity import AuthorizationRequest
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import Catalog, Person, SignInJourney

LIFETIME = timedelta(minutes=15)
"""How long somebody may take at Microsoft. Whoever gives up there simply never comes back."""

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey that has arrived: what it was for, and what is needed to finish it.

    Attributes:
        flow: nonce, PKCE verifier and the like, for the identity provider.
        memo: what the starter wrote down for the finisher.
    """

    purpose: str
    person: Person | None
    catalog: Catalog | None
    return_to: str
    flow: Mapping[str, object] = field(repr=False)
    memo: Mapping[str, object]


def start(
    ports: Ports,
    *,
    purpose: str,
    browser_key: str,
    request_for: Callable[[str], AuthorizationRequest],
    person: Person | None = None,
    catalog: Catalog | None = None,
    return_to: str = "",
    memo: Mapping[str, object] | None = None,
) -> str:
    """Write a journey down and return where to send the browser.

    Args:
        ports: the outside world.
        purpose: one of the purposes of ``SignInJourney``.
        browser_key: identifies the browser session; the same must come back.
        request_for: makes the address to go to from the state; may use the network, so this
            function must not be called within a transaction.
        person: who travels, where that is known.
        catalog: the catalog it is for.
        return_to: path to show afterwards.
        memo: facts for the finisher, sealed with the flow.
    """
    now = ports.clock.now()
    state = secrets.token_urlsafe(32)
    request = request_for(state)
    journey_id = uuid.uuid4()
    plain = json.dumps({"flow": dict(request.flow), "memo": dict(memo or {})}).encode()
    SignInJourney.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    SignInJourney.objects.create(
        id=journey_id,
        purpose=purpose,
        state_hash=_hash(ports, state),
        browser_key=browser_key,
        sealed_flow=ports.cipher.seal(plain, bound_to=f"journey.flow:{journey_id}"),
        person=person,
        catalog=catalog,
        return_to=return_to,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return request.url


def arrive(
    ports: Ports, *, purposes: frozenset[str], browser_key: str, answer: Mapping[str, str]
) -> Journey:
    """Recognise a journey by its state and use it up.

    Raises:
        StateInvalid: the state is missing or was never issued, was issued to another browser or
            for something else, was used already, or is too old. Nothing is changed then.
        TooManyRequests: there were too many such from this network.
    """
    now = ports.clock.now()
    rows = SignInJourney.objects.select_related("person", "catalog")
    row = rows.filter(state_hash=_hash(ports, answer.get("state", ""))).first()
    if row is None or row.purpose not in purposes:
        raise _refused(ports, "This sign-in was not started here.", "state_unknown")
    if not hmac.compare_digest(row.browser_key.encode(), browser_key.encode()):
        raise _refused(ports, "This sign-in was started in another browser.", "state_other_browser")
    if row.used_at is not None:
        raise _refused(ports, "This sign-in was completed already.", "state_used")
    if row.expires_at <= now:
        raise _refused(ports, "This sign-in took longer than 15 minutes.", "state_expired")
    # The conditional update lets only one of two callbacks with the same state pass.
    if not SignInJourney.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise _refused(ports, "This sign-in was completed already.", "state_used")
    plain = ports.cipher.open(bytes(row.sealed_flow), bound_to=f"journey.flow:{row.id}")
    kept = json.loads(plain)
    return Journey(row.purpose, row.person, row.catalog, row.return_to, kept["flow"], kept["memo"])


def find(ports: Ports, *, browser_key: str, answer: Mapping[str, str]) -> SignInJourney | None:
    """Return the journey that a callback of this browser belongs to, without using it up."""
    rows = SignInJourney.objects.select_related("person", "catalog")
    return rows.filter(
        state_hash=_hash(ports, answer.get("state", "")), browser_key=browser_key
    ).first()


def _hash(ports: Ports, state: str) -> str:
    return keyed_hash(ports.secret_key, "journey.state", state)


def _refused(ports: Ports, what: str, code: str) -> ClassbellError:
    """Count a callback that finishes nothing, and return what to raise."""
    invalid = StateInvalid(
        what, meaning=NOTHING_CHANGED, remedy="Go back to Classbell and start again.", code=code
    )
    return counted(ports, Door.SIGN_IN, invalid)
