"""What becomes of each recipient: delivery, bounces, blocked addresses, and reports about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal, cast

from m365sandbox.acs.model import Blocked, Delivery, DeliveryStatus, Report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from m365sandbox.acs.model import Operation, Outcome
    from m365sandbox.acs.state import Acs
    from m365sandbox.mailboxes.model import Letter
    from m365sandbox.world import World

REPORT: Final = "acs.report"
# How long an address is blocked after its first, second … hard bounce:
# https://learn.microsoft.com/azure/communication-services/concepts/email/sender-reputation-managed-suppression-list
BLOCKS: Final = (
    timedelta(hours=24),
    timedelta(hours=48),
    timedelta(hours=96),
    timedelta(days=7),
    timedelta(days=14),
)
ARRIVED: Final = frozenset({"Delivered", "Expanded"})


@dataclass(frozen=True)
class Fate:
    """What becomes of a mail to one recipient; see `Outcome` for the members."""

    status: DeliveryStatus
    message: str = ""
    hard: bool = False
    operation: Literal["Failed", "Canceled"] | None = None
    code: str = ""

    @property
    def is_held_back(self) -> bool:
        """Say whether the service does not even try, as the address is blocked."""
        return self.status == "Suppressed" and self.operation is None


class Reporting:
    """Decides what becomes of mail, and tells subscribers a moment later."""

    def __init__(self, world: World, acs: Acs) -> None:
        """Report for the resources of a world."""
        self._world = world
        self._acs = acs
        world.handle(REPORT, self._report_due)

    def fate(self, address: str, at: datetime) -> Fate:
        """Return what becomes of a mail to an address at a sandbox time."""
        blocked = self._acs.blocked.get(address)
        if blocked is not None and blocked.until > at:
            return Fate("Suppressed", "The address is on the managed suppression list.")
        rule = self._rule(address)
        if rule is not None:
            return Fate(
                rule.status,
                rule.message,
                rule.hard and rule.status == "Bounced",
                rule.operation,
                rule.code,
            )
        reason = self._world.mailboxes.transport.reason_against(address)
        if reason is not None:
            return Fate("Bounced", reason, hard=True)
        return Fate("Delivered")

    def announce(
        self, operation: Operation, letter: Letter, fates: Mapping[str, Fate], at: datetime
    ) -> None:
        """Deliver a mail to everybody it reaches, and let the reports follow."""
        due = at + timedelta(seconds=self._acs.settings.report_seconds)
        for address, fate in fates.items():
            if fate.status in ARRIVED:
                self._world.mailboxes.put(letter, address, "Inbox", at)
            facts: dict[str, object] = {
                "operation": operation.operation_id,
                "recipient": address,
                "status": fate.status,
                "message": fate.message,
                "hard": fate.hard,
                "mail": letter.internet_message_id,
            }
            self._world.schedule(due, REPORT, facts)

    def report(
        self,
        operation: Operation,
        recipient: str,
        status: DeliveryStatus,
        message: str,
        mail: str = "",
    ) -> Report:
        """Write a report down now, and send it to everybody who has subscribed."""
        report = Report(
            operation_id=operation.operation_id,
            resource=operation.resource,
            sender=operation.sender,
            recipient=recipient,
            internet_message_id=mail,
            status=status,
            message=message,
            at=self._world.now(),
            deliveries=[
                Delivery(one.subscription_id)
                for one in self._acs.subscriptions.values()
                if one.is_active and one.resource == operation.resource
            ],
        )
        self._acs.keep_report(report)
        self._acs.postman.bring(report)
        return report

    def block(self, address: str, at: datetime) -> Blocked:
        """Put an address on the suppression list, for longer each time."""
        known = self._acs.blocked.get(address)
        bounces = 1 if known is None else known.bounces + 1
        until = at + BLOCKS[min(bounces, len(BLOCKS)) - 1]
        blocked = Blocked(address, until, bounces)
        self._acs.blocked[address] = blocked
        self._acs.changed()
        return blocked

    def _rule(self, address: str) -> Outcome | None:
        """Return the first rule for an address, and use up one of its count."""
        for rule in self._acs.outcomes:
            if fnmatchcase(address, rule.recipient.lower()):
                if rule.count is not None:
                    rule.count -= 1
                    if rule.count <= 0:
                        self._acs.outcomes.remove(rule)
                self._acs.changed()
                return rule
        return None

    def _report_due(self, at: datetime, payload: Mapping[str, object]) -> None:
        operation = self._acs.operation(str(payload["operation"]))
        if operation is None:
            return
        recipient = str(payload["recipient"])
        if payload["hard"]:
            self.block(recipient, at)
        status = cast("DeliveryStatus", payload["status"])
        self.report(operation, recipient, status, str(payload["message"]), str(payload["mail"]))
