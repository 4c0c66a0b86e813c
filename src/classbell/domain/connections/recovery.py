"""Trying whether a lost account works again although nobody signed in here."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.connections.lost import account_back
from classbell.domain.connections.tokens import try_lost
from classbell.domain.notifications.moving import move_alone
from classbell.domain.organisations.audit import CLASSBELL, Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import Address, Mail, Mailbox
from classbell.storage.models import Account, HealthEvent, Incident

SIGN_IN_CODES = ("AADSTS", "InvalidAuthenticationToken")
"""Codes of losses that a new token and the account's own profile prove mended."""

SUBJECT = "Classbell tries whether this account can send again"
MESSAGE = (
    "<p>Classbell lost its connection to this account and has just sent this message as the "
    "account, to the account itself. If it arrives, the waiting messages go out.</p>"
)


def works_again(
    ports: Ports, account: Account, incident: Incident | None, *, actor: Actor = CLASSBELL
) -> Verdict | None:
    """Try a lost account, and bring it back where it works. Uses the network.

    A loss that only sending can prove mended, such as a full mailbox, is tried with a message to
    the account itself: letting the waiting mail go to find out would end in a second alert.

    Args:
        ports: the outside world.
        account: a lost account.
        incident: the loss.
        actor: on whose behalf.

    Returns:
        None where it works again, else what Microsoft said.
    """
    try:
        mailbox = try_lost(ports, account.pk)
        ports.account_facts.profile(mailbox)
        if incident is not None and not incident.code.startswith(SIGN_IN_CODES):
            _send_to_itself(ports, account, mailbox)
    except ProviderFailure as failure:
        _note(ports, account, incident, failure.verdict)
        return failure.verdict
    with transaction.atomic():
        move_alone(account.organisation_id)
        account_back(ports, account, actor=actor)
    return None


def _send_to_itself(ports: Ports, account: Account, mailbox: Mailbox) -> None:
    """Send the account a message as itself; the row comes first, as for all that leaves."""
    row = HealthEvent.objects.create(
        account=account, at=ports.clock.now(), name="probe_mail", detail="On its way."
    )
    mail = Mail(SUBJECT, MESSAGE, to=(Address(account.address, account.name),))
    detail = "Not accepted."
    try:
        row.request_id = ports.mail.send(mailbox, mail).request_id[:100]
        detail = "Accepted by Microsoft."
    finally:
        row.detail = detail
        row.save(update_fields=["detail", "request_id"])


def _note(ports: Ports, account: Account, incident: Incident | None, verdict: Verdict) -> None:
    """Write down what was found, unless it is what is known already or passes by itself."""
    known = incident is not None and incident.code == verdict.code
    if known or verdict.kind in {VerdictKind.RETRY, VerdictKind.THROTTLED}:
        return
    HealthEvent.objects.create(
        account=account,
        at=ports.clock.now(),
        name="still_lost",
        detail=verdict.explanation[:500],
        code=verdict.code[:100],
        request_id=verdict.request_id[:100],
    )
