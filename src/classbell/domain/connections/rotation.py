"""Which secrets the installation keeps, and sealing them all anew after a change of keys."""

from __future__ import annotations

import base64

from django.db.models import QuerySet

from classbell.ports.bundle import Ports
from classbell.ports.errors import ConfigurationFault
from classbell.storage.models import (
    Account,
    Approval,
    ConnectInvitation,
    EmailProvider,
    Notification,
    PendingConnection,
    SignInJourney,
    WebhookEndpoint,
)
from classbell.storage.rotation import Cell, Progress, Rotation, examine, rotate

CELLS = (
    Cell("accounts", Account, "sealed_tokens", "account.tokens"),
    Cell("not saved", PendingConnection, "sealed_tokens", "pending.tokens"),
    Cell("sign-ins", SignInJourney, "sealed_flow", "journey.flow"),
    Cell("approvals", Approval, "sealed_state", "approval.state"),
    Cell("invitations", ConnectInvitation, "sealed_token", "connect_invitation.token"),
    Cell("email providers", EmailProvider, "sealed_key", "email_provider.key"),
    Cell("webhooks", WebhookEndpoint, "sealed_secret", "webhook.secret"),
    Cell("webhooks, former", WebhookEndpoint, "sealed_former", "webhook.former"),
)
"""Every sealed column there is."""

LINKS = "links"
MOST_PASSES = 3


def rotate_keys(ports: Ports, progress: Progress) -> Rotation:
    """Seal every secret with the current key, while web application and workers go on.

    A process that still has the former settings seals with the former key; what it sealed during
    a pass is sealed anew by the next.

    Args:
        ports: the cipher with all configured keys, and the clock.
        progress: told how far it is.

    Returns:
        What was done, with the keys in use after the last pass.
    """
    current = ports.cipher.key_id(ports.cipher.seal(b"", bound_to="rotation"))
    total = 0
    result = Rotation()
    for _ in range(MOST_PASSES):
        result = rotate(ports.cipher, current, CELLS, progress)
        _rotate_links(ports, current, result, progress)
        total += result.sealed_anew
        if not result.sealed_anew:
            break
    result.sealed_anew = total
    return result


def examine_keys(ports: Ports) -> Rotation:
    """Open every secret that is kept, those of links that wait included; changes nothing.

    Returns:
        How many secrets each key opens, and which do not open.
    """
    result = examine(ports.cipher, CELLS)
    for row in _links(ports).iterator():
        sealed = base64.b64decode(row.context["sealed_token"])
        try:
            ports.cipher.open(sealed, bound_to=f"person_link.token:{row.context['link']}")
            result.by_key[ports.cipher.key_id(sealed)] += 1
        except ConfigurationFault as fault:
            result.unreadable.append(f"{LINKS} {row.context['link']}: {fault.what}")
    return result


def _links(ports: Ports) -> QuerySet[Notification]:
    """Return the notifications in which the token of a link waits for its mail."""
    rows = Notification.objects.filter(kind="sign_in_link", expires_at__gt=ports.clock.now())
    return rows.order_by("pk")


def _rotate_links(ports: Ports, current: str, result: Rotation, progress: Progress) -> None:
    """Seal the tokens of sign-in links anew that wait in a notification for their mail."""
    rows = _links(ports)
    total = rows.count()
    progress(LINKS, 0, total)
    for done, row in enumerate(rows.iterator(), start=1):
        key = _link_sealed_anew(ports, current, row, result)
        if key:
            result.by_key[key] += 1
        progress(LINKS, done, max(done, total))


def _link_sealed_anew(ports: Ports, current: str, row: Notification, result: Rotation) -> str:
    """Seal one link's token with the current key; return the id of the key that opens it now."""
    sealed = base64.b64decode(row.context["sealed_token"])
    place = f"person_link.token:{row.context['link']}"
    try:
        if ports.cipher.key_id(sealed) == current:
            return current
        plain = ports.cipher.open(sealed, bound_to=place)
    except ConfigurationFault as fault:
        result.unreadable.append(f"{LINKS} {row.context['link']}: {fault.what}")
        return ""
    anew = base64.b64encode(ports.cipher.seal(plain, bound_to=place)).decode()
    Notification.objects.filter(pk=row.pk).update(context={**row.context, "sealed_token": anew})
    result.sealed_anew += 1
    return current
