"""What delivery needs from above to serve one lane: rendering, sending, verdicts, work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from classbell.delivery.pace import Pace
from classbell.ports.errors import ClassbellError, Verdict
from classbell.ports.mail import Accepted, Mail
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


WorkFunction = Callable[[Lane, str], datetime | None]
"""Does one work item of a lane: (lane, subject) to None when done, or when to run again."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """What a lane is served with.

    Attributes:
        render: message id to the mail to send; raises ``Undeliverable``. Never calls a network.
        send: hands one mail to the lane's provider; raises ``ProviderFailure``. Runs outside any
            transaction and on a thread of its own.
        on_account_verdict: told of a verdict that concerns the whole account; opens its own
            transaction, and holds the lane's mail where the account is lost.
        work: work kind to its function, which may raise ``ProviderFailure``.
        pace: the figures that bind this lane's provider.
    """

    render: Callable[[int], Mail]
    send: Callable[[Lane, Mail], Accepted]
    on_account_verdict: Callable[[Lane, Verdict], None]
    work: Mapping[str, WorkFunction]
    pace: Pace
