"""Microsoft Entra ID: signing in, consent and tokens. The only place that knows msal."""

from classbell.microsoft.entra.credentials import (
    ClientCertificate,
    ClientCredential,
    ClientSecret,
    FederatedAssertion,
    Proofs,
    read_certificate,
)
from classbell.microsoft.entra.identity import PAGE_TIMEOUTS, EntraIdentity

__all__ = [
    "PAGE_TIMEOUTS",
    "ClientCertificate",
    "ClientCredential",
    "ClientSecret",
    "EntraIdentity",
    "FederatedAssertion",
    "Proofs",
    "read_certificate",
]
