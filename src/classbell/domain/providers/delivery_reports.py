"""Taking delivery reports of Azure Communication Services, where they prove whose they are."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from uuid import UUID

from classbell.delivery.reports import ReportResult, record_report
from classbell.domain.providers.activation import report_key_hash
from classbell.ports.bundle import Ports
from classbell.ports.reports import DeliveryReport
from classbell.storage.models import EmailProvider, Envelope
from classbell.storage.queries.email_provider import lane_of


def provider_expecting(provider_id: UUID) -> EmailProvider | None:
    """Return the resource if delivery reports of it are expected, or None.

    They are still taken after its deactivation, for what it had taken before.
    """
    return EmailProvider.objects.filter(pk=provider_id).exclude(report_key_hash="").first()


def is_report_key(ports: Ports, provider: EmailProvider, report_key: str) -> bool:
    """Say whether a request carries the resource's own report key."""
    return hmac.compare_digest(provider.report_key_hash, report_key_hash(ports, report_key))


def take_reports(
    ports: Ports, provider: EmailProvider, reports: Iterable[DeliveryReport]
) -> list[ReportResult]:
    """Write reports down, each for the message it is about.

    A resource reports about its own envelopes only: what names another's, or none that is known,
    is passed over, and so is the rest of a request never refused because of one report.

    Args:
        ports: the outside world.
        provider: whose reports they are.
        reports: what a request brought.

    Returns:
        What came of each, in order.
    """
    return [_taken(ports, provider, report) for report in reports]


def _taken(ports: Ports, provider: EmailProvider, report: DeliveryReport) -> ReportResult:
    """Write one report down."""
    try:
        envelope_id = UUID(report.operation_id)
    except ValueError:
        return ReportResult.UNKNOWN_MESSAGE
    if not Envelope.objects.filter(pk=envelope_id, lane__in=lane_of(provider)).exists():
        return ReportResult.UNKNOWN_MESSAGE
    why = f"{report.reason} {report.detail}".strip()
    return record_report(ports, envelope_id, report.recipient, report.state, why, report.at)
