"""Asking for approval as the owner, and what Microsoft's page sends back; shared by tests."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from classbell.domain.connections.approval import ApprovalRequest, ask_for_approval
from classbell.domain.organisations.audit import Actor
from tests.domain.connections.stage import Stage
from tests.support import CONTOSO


def ask(
    stage: Stage,
    *,
    scopes: frozenset[str] | None = None,
    address: str = "",
    who: str = "owner",
) -> ApprovalRequest:
    return ask_for_approval(
        stage.ports,
        catalog=stage.catalog,
        actor=Actor.of(getattr(stage.cast, who)),
        scopes=scopes,
        account_address=address,
    )


def state_of(request: ApprovalRequest) -> str:
    return parse_qs(urlsplit(request.url).query)["state"][0]


def yes(request: ApprovalRequest, **changed: str) -> dict[str, str]:
    """Return what Microsoft's page sends along after an administrator accepted."""
    answer = {"admin_consent": "True", "tenant": str(CONTOSO), "state": state_of(request)}
    return answer | changed
