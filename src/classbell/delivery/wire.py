"""Putting claimed mail on the wire and saying what came of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from classbell.delivery.handlers import Handlers
from classbell.delivery.killpoints import AFTER_WIRE, BEFORE_WIRE, reach
from classbell.delivery.lanes import TakenLane
from classbell.delivery.retry import INTERNAL_ERROR
from classbell.network.tracing import span
from classbell.ports.errors import ConfigurationFault, ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Accepted, Mail
from classbell.storage.models import Lane

log = structlog.get_logger(__name__)

MOST_IDS = 20
"""Of a mail to many, so many messages are named in its line of the log and in its span."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An envelope in this process's hands.

    ``attempt`` counts the attempts of its messages, this one included. ``resend_unknown`` is
    whether they are sent again where nobody can tell whether this one went out.
    """

    envelope_id: UUID
    message_ids: tuple[int, ...]
    attempt: int
    mail: Mail
    resend_unknown: bool = False


@dataclass(frozen=True, slots=True)
class KeptBack:
    """Nothing was sent, because too little of the lease was left to be sure of the lane."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one envelope."""

    claim: Claim
    result: Accepted | Verdict | KeptBack


class Wire(Protocol):
    """Runs sends beside each other, bounded by whoever provides it."""

    def submit(self, job: Callable[[], Outcome], /) -> Future[Outcome]:
        """Start one send."""
        ...


class OneByOne:
    """Sends in the calling thread."""

    def submit(self, job: Callable[[], Outcome], /) -> Future[Outcome]:
        """Send, and return what came of it."""
        done: Future[Outcome] = Future()
        done.set_result(job())
        return done


def send(lane: Lane, taken: TakenLane, handlers: Handlers, claim: Claim) -> Outcome:
    """Send one envelope. Whatever happens is an outcome; nothing is raised for its failure.

    Args:
        lane: whose provider.
        taken: the hold on the lane, whose lease is looked at last before the wire.
        handlers: how to send.
        claim: what to send.
    """
    ids = ",".join(str(each) for each in claim.message_ids[:MOST_IDS])
    with span("mail", envelope=str(claim.envelope_id), messages=ids) as traced:
        result = _result(lane, taken, handlers, claim)
        traced(outcome=result.kind.value if isinstance(result, Verdict) else type(result).__name__)
    return Outcome(claim, result)


def _result(
    lane: Lane, taken: TakenLane, handlers: Handlers, claim: Claim
) -> Accepted | Verdict | KeptBack:
    reach(BEFORE_WIRE)
    if not taken.may_send():
        log.warning("lease ran out before the wire", message=claim.message_ids[0])
        return KeptBack()
    try:
        accepted = handlers.send(lane, claim.envelope_id, claim.mail)
    except ProviderFailure as failure:
        return failure.verdict
    except ConfigurationFault as fault:
        log.error("installation cannot send", message=claim.message_ids[0], problem=str(fault))  # noqa: TRY400 -- the words say it all
        return Verdict(VerdictKind.OPERATOR_FAULT, code=fault.code, explanation=str(fault)[:500])
    except Exception:  # an unforeseen fault may have come after the wire: the row must say so
        log.exception(
            "sending broke", message=claim.message_ids[0], envelope=str(claim.envelope_id)
        )
        return Verdict(
            VerdictKind.UNKNOWN,
            code=INTERNAL_ERROR,
            explanation="A fault of Classbell interrupted the sending; it may have arrived.",
        )
    reach(AFTER_WIRE)
    return accepted
