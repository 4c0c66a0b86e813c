"""Application registrations: what a client may use to prove itself and where it may call back."""

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class ClientSecret:
    """One secret of an application, valid until `expires` (sandbox time; None is never)."""

    secret_id: str
    value: str
    expires: datetime | None = None


@dataclass
class FederatedCredential:
    """Another identity provider whose tokens prove the application; `jwks` is its keys as JSON."""

    issuer: str
    subject: str
    audience: str
    jwks: str


@dataclass
class Application:
    """One registration. `registered_scopes` are its statically listed Graph permissions.

    `certificates` are in PEM form.
    """

    client_id: str
    name: str
    publisher: str
    home_tenant_id: str
    secrets: list[ClientSecret] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    federated: list[FederatedCredential] = field(default_factory=list)
    redirect_uris: list[str] = field(default_factory=list)
    registered_scopes: list[str] = field(default_factory=list)
    is_multitenant: bool = True
    is_publisher_verified: bool = True
    is_enabled: bool = True
    assignment_required_in: list[str] = field(default_factory=list)
    assigned: list[str] = field(default_factory=list)

    def calls_back_to(self, address: str) -> bool:
        """Say whether an address was registered; of http://localhost the port does not count.

        https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
        """
        return _without_local_port(address) in map(_without_local_port, self.redirect_uris)

    def secret_matching(self, given: str) -> ClientSecret | None:
        """Return the secret that equals `given`, expired or not, or None."""
        for secret in self.secrets:
            if hmac.compare_digest(secret.value.encode(), given.encode()):
                return secret
        return None


def _without_local_port(address: str) -> str:
    return re.sub(r"\Ahttp://localhost:\d+(?=/|\Z)", "http://localhost", address)
