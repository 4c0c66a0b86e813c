"""What an application proves itself with instead of a secret."""

import json
import time
from datetime import UTC, datetime, timedelta

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from m365sandbox.testing import Sandbox

ISSUER = "https://builds.example"
AUDIENCE = "api://AzureADTokenExchange"


def new_key() -> rsa.RSAPrivateKey:
    """Make a key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(key: rsa.RSAPrivateKey) -> bytes:
    """Return a key as clients read it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate_of(key: rsa.RSAPrivateKey) -> str:
    """Return a self-signed certificate as people upload it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Classbell")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def thumbprint_of(certificate: str) -> str:
    """Return the SHA-1 thumbprint by which older clients name a certificate."""
    whole = x509.load_pem_x509_certificate(certificate.encode())
    return whole.fingerprint(hashes.SHA1()).hex()  # noqa: S303 -- a name, not a protection


def register_certificate(sandbox: Sandbox, certificate: str) -> None:
    """Let the application prove itself by a certificate."""
    address = f"/applications/{sandbox.client_id}/certificates"
    sandbox.control.ask("POST", address, {"certificate": certificate})


def trust_issuer(sandbox: Sandbox, key: rsa.RSAPrivateKey, subject: str) -> None:
    """Let the application prove itself by another issuer's tokens for one subject."""
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    trusted = {
        "issuer": ISSUER,
        "subject": subject,
        "audience": AUDIENCE,
        "jwks": json.dumps({"keys": [{**jwk, "kid": "one"}]}),
    }
    address = f"/applications/{sandbox.client_id}/federated-credentials"
    sandbox.control.ask("POST", address, trusted)


def issued(key: rsa.RSAPrivateKey, subject: str) -> str:
    """Return a token the other issuer gives to a subject."""
    claims = {"iss": ISSUER, "sub": subject, "aud": AUDIENCE, "exp": int(time.time()) + 300}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})
