"""azure-identity proves the application without a secret: by certificate, and by another issuer."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("azure.identity", reason="not installed; run make clients-test")

import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientAssertionCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.clients.support import DEFAULT, settings_of

ISSUER = "https://builds.example"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


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


def by_certificate(sandbox: Sandbox, key: rsa.RSAPrivateKey, pem: str) -> CertificateCredential:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return CertificateCredential(
        CONTOSO.tenant_id,
        sandbox.client_id,
        certificate_data=private + pem.encode(),
        **settings_of(sandbox),
    )


def test_a_registered_certificate_gives_a_token(live_sandbox: Sandbox) -> None:
    key = new_key()
    pem = certificate_of(key)
    address = f"/applications/{live_sandbox.client_id}/certificates"
    live_sandbox.control.ask("POST", address, {"certificate": pem})
    with by_certificate(live_sandbox, key, pem) as credential:
        token = credential.get_token(DEFAULT).token
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["idtyp"] == "app"


def test_another_certificate_gives_none(live_sandbox: Sandbox) -> None:
    key = new_key()
    with (
        by_certificate(live_sandbox, key, certificate_of(key)) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700027"),
    ):
        credential.get_token(DEFAULT)


def test_another_issuers_token_gives_a_token_to_its_subject_alone(live_sandbox: Sandbox) -> None:
    key = new_key()
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    trusted = {
        "issuer": ISSUER,
        "subject": "main",
        "audience": "api://AzureADTokenExchange",
        "jwks": json.dumps({"keys": [{**jwk, "kid": "one"}]}),
    }
    address = f"/applications/{live_sandbox.client_id}/federated-credentials"
    live_sandbox.control.ask("POST", address, trusted)

    def credential(subject: str) -> ClientAssertionCredential:
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": subject, "aud": trusted["audience"], "exp": now + 300}
        token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})
        return ClientAssertionCredential(
            CONTOSO.tenant_id, live_sandbox.client_id, lambda: token, **settings_of(live_sandbox)
        )

    with credential("main") as known:
        assert known.get_token(DEFAULT).token
    with (
        credential("other") as unknown,
        pytest.raises(ClientAuthenticationError, match="AADSTS700213"),
    ):
        unknown.get_token(DEFAULT)
