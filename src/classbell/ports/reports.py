"""What a provider reports afterwards about single recipients of a mail it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ReportedState(StrEnum):
    """What became of a mail to one recipient."""

    DELIVERED = "delivered"
    """The recipient's server took it; that is as much as anybody can know."""
    EXPANDED = "expanded"
    """A distribution list took it; about its members nothing is reported."""
    BOUNCED = "bounced"
    """The recipient's server refuses it for good."""
    SUPPRESSED = "suppressed"
    """The provider did not try, because mail to this address bounced before."""
    FILTERED = "filtered"
    """It was taken for spam, or put into quarantine, and is in no inbox."""
    FAILED = "failed"
    """It was not delivered for another reason."""

    @property
    def arrived(self) -> bool:
        """Whether the mail reached where it was sent."""
        return self in {ReportedState.DELIVERED, ReportedState.EXPANDED}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One report about one recipient. The same may come twice, and in any order.

    Attributes:
        report_id: the provider's id of the report; a repeated one has it again.
        operation_id: the key with which the mail was handed over, lower case.
        recipient: the address, as the provider names it.
        state: what became of the mail.
        code: the provider's own word for it, such as ``Quarantined``.
        reason: one plain sentence about it; empty where the mail arrived.
        detail: what the recipient's server said, in its words; may be empty.
        at: aware UTC moment of the attempt that is reported.
        internet_message_id: of the mail; may be empty.
    """

    report_id: str
    operation_id: str
    recipient: str
    state: ReportedState
    code: str
    reason: str
    detail: str
    at: datetime
    internet_message_id: str = ""


@dataclass(frozen=True, slots=True)
class ReportDelivery:
    """What one request of the provider's brought.

    Attributes:
        reports: in the order given; what is no delivery report is left out.
        agreement: what to answer with status 200, as JSON, where the provider asks whether this
            address wants reports at all; None where it does not ask. Whoever answers so must be
            sure that the request is from the right sender.
        unreadable: for each report that makes no sense, what is wrong with it, free of its content.
    """

    reports: tuple[DeliveryReport, ...] = ()
    agreement: Mapping[str, str] | None = None
    unreadable: tuple[str, ...] = ()


class ReportReader(Protocol):
    """Understands the requests with which a provider brings its reports."""

    def read(self, body: bytes) -> ReportDelivery:
        """Return what a request brought.

        Raises:
            InvalidInput: the body is nothing that the provider would send.
        """
        ...
