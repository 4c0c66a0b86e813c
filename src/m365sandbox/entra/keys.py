"""The keys that sign tokens: two at a time, rotated by hand, published as JWKS."""

import base64
import functools
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
# Signing certificates carry dates nobody checks; a fixed span keeps them the same in every run.
VALID_FROM = datetime(2026, 1, 1, tzinfo=UTC)
VALID_FOR = timedelta(days=3650)


def base64url(data: bytes) -> str:
    """Return `data` in base64url without padding, as JOSE writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class SigningKey:
    """One RSA key with the self-signed certificate that gives it its thumbprint."""

    pem: str
    certificate_pem: str

    @functools.cached_property
    def private_key(self) -> RSAPrivateKey:
        """Return the key itself."""
        key = serialization.load_pem_private_key(self.pem.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            message = "A signing key of the sandbox must be an RSA key."
            raise TypeError(message)
        return key

    @functools.cached_property
    def certificate(self) -> bytes:
        """Return the certificate in DER form."""
        certificate = x509.load_pem_x509_certificate(self.certificate_pem.encode())
        return certificate.public_bytes(serialization.Encoding.DER)

    @functools.cached_property
    def kid(self) -> str:
        """Return the key id; as with Entra it equals the certificate's SHA-1 thumbprint."""
        return base64url(hashlib.sha1(self.certificate, usedforsecurity=False).digest())

    def jwk(self, issuer: str) -> dict[str, object]:
        """Return the public half as Entra's discovery/v2.0/keys lists it."""
        numbers = self.private_key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
            "x5c": [base64.b64encode(self.certificate).decode()],
            "cloud_instance_name": "microsoftonline.com",
            "issuer": issuer,
        }


def new_signing_key() -> SigningKey:
    """Make a fresh key; costs about a tenth of a second."""
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "accounts.sandbox.invalid")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_FROM + VALID_FOR)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey(pem.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())


@functools.cache
def keys_of_this_process() -> tuple[SigningKey, SigningKey]:
    """Return two keys made once per process.

    Sandboxes that keep nothing share them, so that a test's sandbox starts in milliseconds; a
    sandbox with a state file makes its own.
    """
    return new_signing_key(), new_signing_key()


class KeyRing:
    """The published keys; the first one signs."""

    def __init__(self) -> None:
        """Start with keys shared by the sandboxes of this process, made on first use."""
        self._keys: list[SigningKey] = []

    def all(self) -> list[SigningKey]:
        """Return the published keys, the signing one first."""
        if not self._keys:
            self._keys = list(keys_of_this_process())
        return self._keys

    @property
    def signing(self) -> SigningKey:
        """Return the key that signs now."""
        return self.all()[0]

    def find(self, kid: str) -> SigningKey | None:
        """Return the published key with this id, or None."""
        return next((key for key in self.all() if key.kid == kid), None)

    def rotate(self) -> SigningKey:
        """Sign with the waiting key from now on, publish a new waiting one, keep the old one.

        The oldest keys beyond three are no longer published, as after a real roll-over.
        """
        signing, waiting, *older = self.all()
        self._keys = [waiting, new_signing_key(), signing, *older][:3]
        return self.signing

    def own(self) -> None:
        """Replace the shared keys by two of this sandbox's own."""
        self._keys = [new_signing_key(), new_signing_key()]

    def snapshot(self) -> list[dict[str, str]]:
        """Return the keys with their private halves."""
        return [{"pem": key.pem, "certificate_pem": key.certificate_pem} for key in self.all()]

    def restore(self, saved: list[dict[str, str]]) -> None:
        """Take up saved keys."""
        self._keys = [SigningKey(**row) for row in saved]
