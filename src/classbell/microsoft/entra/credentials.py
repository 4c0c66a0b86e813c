"""How the application proves who it is at the token endpoint."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from cryptography import x509

from classbell.ports.errors import ConfigurationFault


class ClientCredential(Protocol):
    """The application's own credential: a secret, a certificate or a federated assertion.

    https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
    """

    def for_msal(self) -> str | dict[str, object]:
        """Return what msal takes as ``client_credential``: a text is a secret, a dict the rest."""
        ...


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret of the application's registration."""

    secret: str = field(repr=False)

    def for_msal(self) -> str:
        """Return the secret."""
        return self.secret


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate of the registration; msal signs an assertion with its key for every call.

    With key and certificate msal uses PS256 and the certificate's SHA-256, as Microsoft asks:
    https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials

    Attributes:
        certificate: PEM.
        private_key: PEM, not encrypted.
        expires_at: until when the certificate is valid, aware UTC.
    """

    certificate: str
    private_key: str = field(repr=False)
    expires_at: datetime

    def for_msal(self) -> dict[str, object]:
        """Return key and certificate."""
        return {"private_key": self.private_key, "public_certificate": self.certificate}


@dataclass(frozen=True, slots=True)
class FederatedAssertion:
    """A token of another identity provider that the registration trusts, found in a file.

    Whoever runs the machine keeps the file fresh, so it is read anew for every call:
    https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation
    """

    file: Path

    def for_msal(self) -> dict[str, object]:
        """Return what reads the file at the moment of use."""
        return {"client_assertion": self.read}

    def read(self) -> str:
        """Return the token that is in the file now.

        Raises:
            ConfigurationFault: the file cannot be read or is empty.
        """
        try:
            token = self.file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as cause:
            raise _unusable("CLASSBELL_CLIENT_ASSERTION_FILE", self.file, str(cause)) from cause
        if not token:
            raise _unusable("CLASSBELL_CLIENT_ASSERTION_FILE", self.file, "it is empty")
        return token


def read_certificate(certificate_file: Path, key_file: Path) -> ClientCertificate:
    """Read a certificate and its key.

    Raises:
        ConfigurationFault: a file cannot be read, or is not what it should be.
    """
    try:
        pem = certificate_file.read_text(encoding="ascii")
        found = x509.load_pem_x509_certificate(pem.encode())
    except (OSError, ValueError) as cause:
        raise _unusable("CLASSBELL_CLIENT_CERTIFICATE", certificate_file, str(cause)) from cause
    try:
        key = key_file.read_text(encoding="ascii")
    except (OSError, ValueError) as cause:
        raise _unusable("CLASSBELL_CLIENT_CERTIFICATE_KEY", key_file, str(cause)) from cause
    if not re.search(r"-----BEGIN (RSA )?PRIVATE KEY-----", key):
        text = "it holds no private key without a password"
        raise _unusable("CLASSBELL_CLIENT_CERTIFICATE_KEY", key_file, text)
    return ClientCertificate(pem, key, found.not_valid_after_utc)


class Proofs:
    """The application's credentials in the order of use: while one is changed there are two.

    When Microsoft refuses the one in use, the other is tried, and the one that was accepted is
    used from then on. Shared by all threads of the process.
    """

    def __init__(self, proofs: Sequence[ClientCredential]) -> None:
        self._proofs = tuple(proofs)
        self._used = 0
        self._lock = Lock()

    def in_order(self) -> Sequence[ClientCredential]:
        """Return all credentials, the one that was accepted last first."""
        with self._lock:
            return self._proofs[self._used :] + self._proofs[: self._used]

    def accepted(self, proof: ClientCredential) -> None:
        """Remember which one Microsoft accepted."""
        with self._lock:
            self._used = self._proofs.index(proof)


def _unusable(variable: str, file: Path, cause: str) -> ConfigurationFault:
    return ConfigurationFault(
        f"{variable} names {file}, which cannot be used: {cause}.",
        meaning="The application cannot prove itself to Microsoft.",
        remedy="Check the path, the file's rights and that it is in PEM form.",
    )
