"""What happened to a message, step by step, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classbell.ports.errors import VerdictKind
from classbell.storage.models import Attempt, Envelope, EnvelopeState, Message, MessageState
from classbell.web.admin_center.words import (
    Badge,
    message_note,
    route_name,
    state_badge,
    taken_by,
)
from classbell.web.translated import translated

ENDS_BY_ITSELF = frozenset(
    {
        MessageState.DELIVERED,
        MessageState.BOUNCED,
        MessageState.EXPIRED,
        MessageState.CANCELLED,
        MessageState.NOT_SENT,
    }
)
"""States that no attempt says: something else came of the message afterwards."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, or is to come.

    Attributes:
        at: when.
        badge: what it was.
        note: one sentence more; may be empty.
        route: what carried it; empty where it was no attempt.
        request_id, code: for support.
    """

    at: datetime
    badge: Badge
    note: str = ""
    route: str = ""
    request_id: str = ""
    code: str = ""


def timeline(message: Message, attempts: Sequence[Attempt]) -> list[Step]:
    """Return the story of a message, oldest step first.

    Args:
        message: the ledger's row.
        attempts: its tries with their envelopes, in the order of time.
    """
    steps = [Step(message.created_at, ("", _("Written down")))]
    steps += [_attempt(one.envelope) for one in attempts]
    state = MessageState(message.state)
    note = message_note(message)
    failed_unsent = state == MessageState.FAILED and not attempts
    if message.settled_at is not None and (state in ENDS_BY_ITSELF or failed_unsent):
        badge, code = state_badge(state), message.reason_code
        steps.append(Step(message.settled_at, badge, note, code=code))
    if state == MessageState.QUEUED:
        steps.append(Step(message.due_at, ("info", _next(message)), "" if attempts else note))
    if state == MessageState.HELD:
        steps.append(Step(message.due_at, state_badge(state), note, code=message.reason_code))
    return steps


def _next(message: Message) -> str:
    return _("Next try") if message.attempt else _("Due")


def _attempt(envelope: Envelope) -> Step:
    """Describe one try."""
    notes = [translated(envelope.explanation), _company(envelope)]
    return Step(
        at=envelope.started_at,
        badge=_outcome(envelope),
        note=" ".join(filter(None, notes)),
        route=route_name(envelope.route),
        request_id=envelope.request_id,
        code=envelope.code,
    )


def _company(envelope: Envelope) -> str:
    """Say with how many others a message shared its envelope."""
    others = envelope.recipients - 1
    if others < 1:
        return ""
    text = ngettext(
        "Sent together with %(num)s other.", "Sent together with %(num)s others.", others
    )
    return text % {"num": others}


def _outcome(envelope: Envelope) -> Badge:
    """Say what came of a try, in plain words."""
    state = EnvelopeState(envelope.state)
    if state == EnvelopeState.ACCEPTED:
        return "success", taken_by(envelope.route)
    if state == EnvelopeState.SENDING:
        return "info", _("Being sent")
    if state == EnvelopeState.UNKNOWN:
        return "warning", _("Uncertain")
    return _refusal(envelope.verdict)


def _refusal(verdict: str) -> Badge:
    """Say why a try was not taken."""
    return {
        VerdictKind.RETRY.value: ("warning", _("Not taken, a passing fault")),
        VerdictKind.THROTTLED.value: ("warning", _("Microsoft asked for a pause")),
        VerdictKind.SIGN_IN_AGAIN.value: ("danger", _("The account has to sign in again")),
        VerdictKind.CONSENT_NEEDED.value: ("danger", _("A permission is missing")),
        VerdictKind.ADMIN_NEEDED.value: ("danger", _("An administrator has to act")),
        VerdictKind.MAILBOX_UNUSABLE.value: ("danger", _("The mailbox cannot be used")),
        VerdictKind.OPERATOR_FAULT.value: ("danger", _("The installation is set up wrongly")),
    }.get(verdict, ("danger", _("Refused")))
