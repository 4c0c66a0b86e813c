"""The resource that an Azure Communication Services lane sends through, with its proof."""

from __future__ import annotations

from uuid import UUID

from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.mail import EmailResource
from classbell.storage.models import EmailProvider

DEACTIVATED = Verdict(
    VerdictKind.OPERATOR_FAULT,
    code="provider_deactivated",
    explanation="Azure Communication Services is not activated for the organisation any more.",
)


def key_place(provider_id: UUID) -> str:
    """Return the words that bind an access key to its row."""
    return f"email_provider.key:{provider_id}"


def resource_for(ports: Ports, provider_id: UUID, *, only_active: bool = True) -> EmailResource:
    """Return a resource with the key that was sealed for it, or a token. May use the network.

    Args:
        ports: the cipher, and Microsoft Entra ID where the resource has no key.
        provider_id: which.
        only_active: False for asking what became of mail that it took before its deactivation.

    Raises:
        ProviderFailure: it is deactivated, or Microsoft gives the application no token for it.
        ConfigurationFault: the key that sealed its own is not configured.
    """
    rows = EmailProvider.objects.select_related("organisation")
    provider = rows.filter(pk=provider_id).first()
    if provider is None or (only_active and not provider.active):
        raise ProviderFailure(DEACTIVATED)
    key, token = bytes(provider.sealed_key), ""
    if key:
        key = ports.cipher.open(key, bound_to=key_place(provider.pk))
    else:
        tenant_id = provider.organisation.tenant_id
        token = ports.identity.email_service_token(tenant_id=tenant_id).access_token
    return EmailResource(
        endpoint=provider.endpoint,
        sender_address=provider.sender_address,
        access_key=key.decode(),
        access_token=token,
    )
