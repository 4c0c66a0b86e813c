"""Requests under an Idempotency-Key: the first is carried out, the others get its answer.

The rules are those of the header's draft
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction

from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, KeyReused, StillRunning
from classbell.storage.models import ApiRequest, Integration

KEPT = timedelta(hours=24)
"""So long an answer is remembered."""

GIVEN_UP_AFTER = timedelta(minutes=2)
"""Whoever has not answered by then has died, or may not finish any more."""

KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered; ``replayed`` where it was answered before."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


def _nothing() -> None:
    """Prepare nothing."""


def once(
    ports: Ports,
    *,
    integration: Integration,
    key: str,
    request_hash: str,
    act: Callable[[], Answer],
    prepare: Callable[[], None] = _nothing,
) -> Answer:
    """Carry a request out once, however often and however concurrently it comes.

    The act and its answer are one transaction: it must not use the network. Where it is refused,
    nothing is remembered, so that the same request may be tried again.

    Args:
        ports: the clock.
        integration: whose keys are looked at.
        key: chosen by the integration, 1 to 255 characters.
        request_hash: of everything the request asks for.
        act: carries it out.
        prepare: is called before, outside the transaction, where nobody was quicker.

    Raises:
        InvalidInput: the key is too long.
        KeyReused: the key was sent before with something else.
        StillRunning: the first of them is being carried out.
    """
    if not 0 < len(key) <= KEY_LENGTH or not key.isprintable():
        raise InvalidInput(
            f"An Idempotency-Key has 1 to {KEY_LENGTH} visible characters.",
            field="Idempotency-Key",
        )
    claimed = _claim(ports, integration, key, request_hash)
    if isinstance(claimed, Answer):
        return claimed
    mine = ApiRequest.objects.filter(integration=integration, key=key, claim=claimed)
    try:
        prepare()
        with transaction.atomic():
            answer = act()
            if not mine.filter(status=None).update(
                status=answer.status, headers=dict(answer.headers), body=answer.body
            ):
                # Somebody took us for dead and does it; what we did is undone.
                raise _running()
    except BaseException:
        mine.filter(status=None).delete()
        raise
    return answer


def _claim(ports: Ports, integration: Integration, key: str, request_hash: str) -> UUID | Answer:
    """Make the request ours, or return what it was answered."""
    now, claim = ports.clock.now(), uuid4()
    fresh = {
        "request_hash": request_hash,
        "claim": claim,
        "claimed_at": now,
        "status": None,
        "headers": {},
        "body": "",
        "expires_at": now + KEPT,
    }
    with transaction.atomic():
        own = ApiRequest.objects.filter(integration=integration)
        own.filter(expires_at__lte=now).delete()
        found, made = own.get_or_create(integration=integration, key=key, defaults=dict(fresh))
        if made:
            return claim
        found = own.select_for_update().get(pk=found.pk)
        if found.request_hash != request_hash:
            raise KeyReused(
                "This Idempotency-Key was sent before with another request.",
                field="Idempotency-Key",
                meaning="Nothing was done.",
                remedy="Send a key of its own with every request.",
            )
        if found.status is not None:
            return Answer(found.status, found.body, found.headers, replayed=True)
        if found.claimed_at > now - GIVEN_UP_AFTER:
            raise _running()
        own.filter(pk=found.pk).update(**fresh)
    return claim


def _running() -> StillRunning:
    return StillRunning(
        "The same request is being worked on.",
        meaning="Whether it succeeds is not known yet.",
        remedy="Send it again in some seconds, under the same key.",
    )
