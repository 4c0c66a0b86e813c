"""azure-identity proves the application without a secret: by certificate, and by another issuer."""

import pytest

pytest.importorskip("azure.identity", reason="not installed; run make clients-test")

import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientAssertionCredential
from cryptography.hazmat.primitives.asymmetric import rsa

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.clients.support import DEFAULT, settings_of
from tests.sandbox.entra.credentials import (
    certificate_of,
    issued,
    new_key,
    pem_of,
    register_certificate,
    trust_issuer,
)


def by_certificate(sandbox: Sandbox, key: rsa.RSAPrivateKey, pem: str) -> CertificateCredential:
    return CertificateCredential(
        CONTOSO.tenant_id,
        sandbox.client_id,
        certificate_data=pem_of(key) + pem.encode(),
        **settings_of(sandbox),
    )


def test_a_registered_certificate_gives_a_token(live_sandbox: Sandbox) -> None:
    key = new_key()
    pem = certificate_of(key)
    register_certificate(live_sandbox, pem)
    with by_certificate(live_sandbox, key, pem) as credential:
        token = credential.get_token(DEFAULT).token
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["idtyp"], claims["appidacr"]) == ("app", "2")


def test_another_certificate_gives_none(live_sandbox: Sandbox) -> None:
    key = new_key()
    with (
        by_certificate(live_sandbox, key, certificate_of(key)) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700027"),
    ):
        credential.get_token(DEFAULT)


def test_another_issuers_token_gives_a_token_to_its_subject_alone(live_sandbox: Sandbox) -> None:
    key = new_key()
    trust_issuer(live_sandbox, key, "main")

    def credential(subject: str) -> ClientAssertionCredential:
        token = issued(key, subject)
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
