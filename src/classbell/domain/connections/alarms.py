"""Alarms for the operator: the application itself is refused, or its proof runs out soon.

No admin can mend these, so no admin is written to, however many accounts meet them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from classbell.domain.notifications.notify import notify
from classbell.ports.bundle import Ports
from classbell.ports.errors import (
    HTTP_UNAUTHORIZED,
    ConfigurationFault,
    ProviderFailure,
    Verdict,
    VerdictKind,
)
from classbell.ports.mail import Address
from classbell.storage.models import (
    EmailProvider,
    Envelope,
    EnvelopeState,
    Lane,
    OperatorAlarm,
)
from classbell.storage.queries.health import open_alarm

log = structlog.get_logger(__name__)

REFUSED = "application_refused"
EXPIRING = "application_secret_expiring"
PROVIDER = "email_provider_refused"
WARN_AT_DAYS = (30, 14, 7, 3, 1, 0)
"""With how many days left the operator is warned, each once."""


def application_refused(ports: Ports, verdict: Verdict) -> bool:
    """Alarm the operator where Microsoft refused the application; once until it is accepted again.

    Args:
        ports: the outside world.
        verdict: of a call to the token endpoint; one that is no fault of the operator's changes
            nothing.

    Returns:
        Whether this call was the one that alarmed.
    """
    if verdict.kind is not VerdictKind.OPERATOR_FAULT:
        return False
    alarm = open_alarm_of(ports, REFUSED, verdict)
    if alarm is None:
        return False
    log.error("Microsoft refuses the application", code=verdict.code, cause=verdict.explanation)
    return True


@contextmanager
def watching_the_application(ports: Ports) -> Iterator[None]:
    """Alarm the operator where Microsoft refuses the application while somebody signs in.

    Only a refusal of its proof counts (HTTP 401 of the token endpoint): everything else that looks
    like a fault of ours anybody could bring about by what their browser brings back.
    """
    try:
        yield
    except ProviderFailure as failure:
        if failure.verdict.status == HTTP_UNAUTHORIZED:
            application_refused(ports, failure.verdict)
        raise
    application_accepted(ports)


def application_accepted(ports: Ports) -> None:
    """End the alarm that Microsoft refused the application, if there is one."""
    rows = OperatorAlarm.objects.filter(subject=REFUSED, closed_at=None)
    # Every renewal comes by here, and nearly always there is nothing to write.
    if rows.exists():
        rows.update(closed_at=ports.clock.now())


def email_provider_refused(ports: Ports, provider: EmailProvider, refused: Envelope) -> bool:
    """Alarm the operator where Azure refuses an organisation's mail as a whole; once until it goes.

    Args:
        ports: the outside world.
        provider: the resource.
        refused: the latest refusal.

    Returns:
        Whether this call was the one that alarmed.
    """
    verdict = Verdict(
        VerdictKind.OPERATOR_FAULT,
        code=refused.code,
        explanation=refused.explanation,
        request_id=refused.request_id,
    )
    return open_alarm_of(ports, f"{PROVIDER}:{provider.pk}", verdict) is not None


def email_provider_accepted(ports: Ports, provider: EmailProvider, lane: Lane) -> bool:
    """End that alarm where Azure has taken mail since.

    Returns:
        Whether this call ended it.
    """
    alarm = open_alarm(f"{PROVIDER}:{provider.pk}")
    if alarm is None:
        return False
    rows = Envelope.objects.filter(lane=lane, started_at__gte=alarm.opened_at)
    if not rows.filter(state=EnvelopeState.ACCEPTED).exists():
        return False
    return end_provider_alarm(ports, provider)


def end_provider_alarm(ports: Ports, provider: EmailProvider) -> bool:
    """End that alarm, as when the operator has set the resource up anew; say if there was one."""
    rows = OperatorAlarm.objects.filter(subject=f"{PROVIDER}:{provider.pk}", closed_at=None)
    return bool(rows.update(closed_at=ports.clock.now()))


def days_left(expires_at: datetime, now: datetime) -> int:
    """Return the whole days until a moment; less than 0 once it has passed."""
    return (expires_at - now) // timedelta(days=1)


def warn_of_expiry(ports: Ports) -> int | None:
    """Warn the operator while the application's credential has 30 days left or fewer.

    Each step of ``WARN_AT_DAYS`` warns once for one expiry date.

    Returns:
        The days left, None where nobody set the date.
    """
    expires_at = ports.installation.credential.expires_at
    if expires_at is None:
        return None
    left = days_left(expires_at, ports.clock.now())
    step = next((step for step in reversed(WARN_AT_DAYS) if left <= step), None)
    if step is not None:
        subject = f"{EXPIRING}:{expires_at:%Y-%m-%d}:{step}"
        kind = ports.installation.credential.kind
        text = f"The application's {kind} runs out on {expires_at:%Y-%m-%d}."
        open_alarm_of(ports, subject, Verdict(VerdictKind.OPERATOR_FAULT, str(left), text))
    return left


def credential_line(ports: Ports) -> str:
    """Return one line about the application's proof of itself, with the days it has left.

    Raises:
        ConfigurationFault: Microsoft refuses it, or it has run out or is about to.
    """
    proof, alarm = ports.installation.credential, open_alarm(REFUSED)
    if alarm is not None:
        raise ConfigurationFault(
            f"Microsoft refuses the application: {alarm.explanation} ({alarm.code})",
            meaning="No account can be used, and nobody can sign in.",
            remedy="Check its registration and its credential in Microsoft Entra ID.",
        )
    stands_by = ", another stands by" if proof.has_next else ""
    if proof.expires_at is None:
        federated = proof.kind == "federated"
        hint = "" if federated else "; set CLASSBELL_CLIENT_SECRET_EXPIRES to be warned in time"
        return f"{proof.kind}{stands_by}{hint}"
    left = days_left(proof.expires_at, ports.clock.now())
    if left <= WARN_AT_DAYS[0] and not proof.has_next:
        has = f"has {left} days left" if left >= 0 else f"ran out on {proof.expires_at:%Y-%m-%d}"
        setting = "CERTIFICATE" if proof.kind == "certificate" else "SECRET_NEXT"
        raise ConfigurationFault(
            f"The application's {proof.kind} {has}.",
            meaning="Without one no account can be used, and nobody can sign in.",
            remedy=f"Add a new one in Microsoft Entra ID and set it as CLASSBELL_CLIENT_{setting}.",
        )
    return f"{proof.kind}, {left} days left{stands_by}"


def open_alarm_of(ports: Ports, subject: str, verdict: Verdict) -> OperatorAlarm | None:
    """Open an alarm and write to the operator; None where one is open already.

    Args:
        ports: the outside world.
        subject: what it is about, a stable word; up to a colon the kind of mail that tells it.
        verdict: with code and words.
    """
    with transaction.atomic():
        alarm, created = OperatorAlarm.objects.get_or_create(
            subject=subject,
            closed_at=None,
            defaults={
                "code": verdict.code[:100],
                "explanation": verdict.explanation[:500],
                "request_id": verdict.request_id[:100],
                "opened_at": ports.clock.now(),
            },
        )
        if not created:
            return None
        _write(ports, subject.partition(":")[0], alarm)
    return alarm


def _write(ports: Ports, kind: str, alarm: OperatorAlarm) -> None:
    """Write to the operator, where an address is set; doctor says so where none is."""
    address = ports.installation.operator_address
    notify(
        ports,
        kind=kind,
        organisation_id=None,
        catalog=None,
        audience=[Address(address)] if address else [],
        context={"alarm": str(alarm.pk)},
    )
