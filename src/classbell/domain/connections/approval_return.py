"""Coming back from Microsoft's page of approval: noted, never believed, then looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from classbell.domain.connections.approval_proof import look, state_hash, tell
from classbell.domain.organisations.attempts import Door, counted
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, StateInvalid
from classbell.storage.models import AccountState, Approval, ApprovalState
from classbell.storage.queries.agreements import approval_of_state
from classbell.storage.queries.connections import connection_of

GRANTED = "true"


class ApprovalResult(StrEnum):
    """What somebody's return from Microsoft's page of approval means."""

    PROVEN = "proven"
    RETURNED = "returned"
    """Microsoft says yes; the next sign-in with the account will show it."""
    NOT_YET = "not_yet"
    """Microsoft says yes, but the connected account does not have the permissions (yet)."""
    REFUSED = "refused"
    OTHER_ORGANISATION = "other_organisation"
    OPEN = "open"
    """Nobody has come back yet; only the return page opened by itself says so."""
    OVER = "over"
    """The link was never ours, was withdrawn, or is older than 14 days."""


@dataclass(frozen=True, slots=True)
class ApprovalOutcome:
    """What the return page says, to people without a Classbell account as well.

    Attributes:
        result: what became of it.
        token: names the return page of this outcome, ``/approve/{token}``; empty for ``OVER``.
        catalog_title, organisation_name, asked_by: for the page; empty for ``OVER``.
        scopes: what was asked for.
        explanation: Microsoft's reason for a refusal, or why nothing is proven, one sentence.
    """

    result: ApprovalResult
    token: str = ""
    catalog_title: str = ""
    organisation_name: str = ""
    asked_by: str = ""
    scopes: tuple[str, ...] = ()
    explanation: str = ""


OVER = ApprovalOutcome(ApprovalResult.OVER)


def is_approval_answer(ports: Ports, answer: Mapping[str, str]) -> bool:
    """Say whether the parameters of ``/connect/callback`` come from a page of approval.

    Ask this first, before asking who is signed in: the administrator may have no Classbell account.
    """
    return "admin_consent" in answer or _approval(ports, answer.get("state", "")) is not None


def approval_returned(ports: Ports, answer: Mapping[str, str]) -> ApprovalOutcome:
    """Take what somebody brought back from Microsoft's page of approval. May use the network.

    What the address says is written down and never believed: where an account is connected its
    tokens are renewed with the permissions, and only what Microsoft grants then counts. Without an
    account the next sign-in shows it. See
    https://learn.microsoft.com/en-us/entra/identity-platform/v2-admin-consent for the parameters.
    """
    token = answer.get("state", "")
    approval = _approval(ports, token)
    if approval is None:
        return _unknown(ports)
    if _is_over(ports, approval):
        return OVER
    if approval.closed_at is not None:
        return _outcome(approval, token)
    if answer.get("error") or answer.get("admin_consent", "").lower() != GRANTED:
        _note(ports, approval, ApprovalState.REFUSED, answer)
        return _outcome(approval, token)
    if answer.get("tenant", "").lower() != str(approval.catalog.organisation.tenant_id):
        return _outcome(approval, token, ApprovalResult.OTHER_ORGANISATION)
    _note(ports, approval, ApprovalState.RETURNED, answer)
    return _looked_at(ports, approval, token)


def approval_outcome(ports: Ports, token: str) -> ApprovalOutcome:
    """Return what the page ``/approve/{token}`` says, by the request's present state."""
    approval = _approval(ports, token)
    if approval is None:
        return _unknown(ports)
    return OVER if _is_over(ports, approval) else _outcome(approval, token)


def _unknown(ports: Ports) -> ApprovalOutcome:
    """Count a link that stands for nothing; it looks like one that is over.

    Raises:
        TooManyRequests: there were too many such from this network.
    """
    spent = StateInvalid(ApprovalResult.OVER)
    error = counted(ports, Door.LINK, spent)
    if error is not spent:
        raise error
    return OVER


def _looked_at(ports: Ports, approval: Approval, token: str) -> ApprovalOutcome:
    """Ask Microsoft itself, and say what came of it."""
    explanation = ""
    try:
        look(ports, approval, patient=True)
    except ProviderFailure as failure:
        # Whoever approved did their part; the next renewal or sign-in will show it.
        explanation = failure.what
    approval.refresh_from_db()
    return _outcome(approval, token, explanation=explanation)


def _note(
    ports: Ports, approval: Approval, state: ApprovalState, answer: Mapping[str, str]
) -> None:
    """Write down what the address said, without believing it."""
    # Anybody may open the address again and again; the record tells of changes only.
    is_news = approval.state != state
    approval.state = state
    approval.returned_at = ports.clock.now()
    approval.code = answer.get("error", "")[:100]
    approval.explanation = _first_line(answer.get("error_description", ""))
    rows = Approval.objects.filter(pk=approval.pk, closed_at=None)
    noted = rows.update(
        state=state,
        returned_at=approval.returned_at,
        code=approval.code,
        explanation=approval.explanation,
    )
    if noted and is_news:
        tell(ports, approval, f"approval.{state.value}", {"code": approval.code})


def _outcome(
    approval: Approval,
    token: str,
    result: ApprovalResult | None = None,
    *,
    explanation: str = "",
) -> ApprovalOutcome:
    catalog = approval.catalog
    return ApprovalOutcome(
        result or _result(approval),
        token,
        catalog.title,
        catalog.organisation.name,
        approval.asked_by.name if approval.asked_by else "",
        tuple(approval.scopes),
        explanation or approval.explanation,
    )


def _result(approval: Approval) -> ApprovalResult:
    """Return what a stored request's state means to whoever came back."""
    match approval.state:
        case ApprovalState.PROVEN:
            return ApprovalResult.PROVEN
        case ApprovalState.REFUSED:
            return ApprovalResult.REFUSED
        case ApprovalState.RETURNED:
            account = connection_of(approval.catalog).account
            there = account is not None and account.state != AccountState.DISCONNECTED
            return ApprovalResult.NOT_YET if there else ApprovalResult.RETURNED
        case _:
            return ApprovalResult.OPEN


def _approval(ports: Ports, token: str) -> Approval | None:
    return approval_of_state(state_hash(ports, token)) if token else None


def _is_over(ports: Ports, approval: Approval) -> bool:
    """Say whether a link is not recognised any more; what was proven stays so."""
    withdrawn = approval.state == ApprovalState.WITHDRAWN
    late = approval.expires_at <= ports.clock.now() and approval.state != ApprovalState.PROVEN
    return withdrawn or late


def _first_line(description: str) -> str:
    """Return Microsoft's sentence without the trace lines below it; as printable text only."""
    line = description.splitlines()[0] if description else ""
    return "".join(letter for letter in line if letter.isprintable())[:500]
