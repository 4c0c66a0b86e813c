"""The addresses under which the sandbox is known to the outside."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicNames:
    """Base addresses without a trailing slash.

    `people` is where a browser goes (plain http, so nobody meets a certificate warning); `secure`
    is the same application over TLS, for clients that insist on it, and the base of the issuer.
    """

    people: str = "http://127.0.0.1:8365"
    secure: str = "https://127.0.0.1:8366"

    def issuer(self, tenant: str) -> str:
        """Return the issuer of a tenant's v2.0 tokens, as in Entra's discovery document."""
        return f"{self.secure}/{tenant}/v2.0"
