"""What delivery needs from above to serve one lane: rendering, sending, verdicts, work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from classbell.delivery.pace import Pace
from classbell.ports.errors import ClassbellError, Verdict
from classbell.ports.mail import Accepted, Mail, Sighting
from classbell.storage.models import Lane


class Undeliverable(ClassbellError):
    """This message can never be sent; its row fails with this code and reason.

    Args:
        code: a stable word, such as ``session_gone``.
        reason: one plain sentence for the delivery log.
    """

    default_code = "undeliverable"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason, code=code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail for one message or several.

    Attributes:
        mail: what goes on the wire.
        resend_unknown: whether it is sent again where nobody can tell whether it went out.
    """

    mail: Mail
    resend_unknown: bool = False


Bundle = Sequence[int]
"""Ids of the messages that share an envelope."""

WorkFunction = Callable[[Lane, str], datetime | None]
"""Does one work item of a lane: (lane, subject) to None when done, or when to run again."""


def cannot_tell(_lane: Lane, _envelope_id: UUID) -> Sighting | None:
    """Answer for a provider that cannot be asked what came of a mail."""
    return None


def within(_address: str) -> bool:
    """Say that no address is outside the organisation, where nobody counts them."""
    return False


@dataclass(frozen=True, slots=True)
class Handlers:
    """What a lane is served with.

    Attributes:
        render: for each bundle of message ids the mail to send, or the fault that prevents it,
            ``Undeliverable`` where that is for good. Never raises, never calls a network.
        send: hands one mail to the lane's provider, with the envelope's id; raises
            ``ProviderFailure``. Runs outside any transaction and on a thread of its own.
        on_account_verdict: told of a verdict that concerns the whole account; opens its own
            transaction, and holds the lane's mail where the account is lost.
        work: work kind to its function, which may raise ``ProviderFailure``.
        pace: the figures that bind this lane's provider.
        traceable: whether the provider can be asked by an envelope's id what came of it.
        look_up: asks it; raises ``ProviderFailure``. None where it cannot tell after all.
        follows: whether what it took is asked for by ``look_up`` until it says how that has ended.
        resends_unknown: whether mail of a kind is sent again where nobody can tell.
        is_external: whether an address lies outside the organisation's own domains.
    """

    render: Callable[[Sequence[Bundle]], Sequence[Rendered | Exception]]
    send: Callable[[Lane, UUID, Mail], Accepted]
    on_account_verdict: Callable[[Lane, Verdict], None]
    work: Mapping[str, WorkFunction]
    pace: Pace
    traceable: bool = False
    look_up: Callable[[Lane, UUID], Sighting | None] = cannot_tell
    follows: bool = False
    resends_unknown: Callable[[str], bool] = lambda _kind: False
    is_external: Callable[[str], bool] = within
