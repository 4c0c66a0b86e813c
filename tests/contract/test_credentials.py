"""How the application proves itself: certificate, federated credential, two secrets at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import (
    ClientCertificate,
    ClientCredential,
    ClientSecret,
    EntraIdentity,
    FederatedAssertion,
    Proofs,
    read_certificate,
)
from classbell.network.clock import HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.errors import ConfigurationFault, ProviderFailure, VerdictKind
from classbell.ports.identity import Prompt
from m365sandbox import accounts
from m365sandbox.testing import Sandbox
from m365sandbox.world import World
from tests.contract.callbacks import parameters_of
from tests.contract.conftest import SERVICE_ACCOUNT
from tests.support import CONTOSO

SCOPES = frozenset({"User.Read", "Mail.Send"})
ISSUER, SUBJECT = "https://idp.example", "system:serviceaccount:classbell"
AUDIENCE = "api://AzureADTokenExchange"

Speak = Callable[[ClientCredential | Proofs], EntraIdentity]


def machine_time() -> datetime:
    """Return the machine's time, by which assertions are judged."""
    return datetime.now(UTC)  # noqa: DTZ005, RUF100, TID251 -- see the docstring


@pytest.fixture
def speak(sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock) -> Speak:
    """Give what speaks to the sandbox with a proof."""

    def made(proof: ClientCredential | Proofs) -> EntraIdentity:
        return EntraIdentity(
            cloud=cloud,
            door=door,
            clock=sandbox_clock,
            client_id=sandbox.client_id,
            credential=proof,
        )

    return made


def a_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def as_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ClientCertificate:
    """Make a certificate and read it from its files, as an operator has them."""
    key, folder, now = a_key(), tmp_path_factory.mktemp("certificate"), machine_time()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "classbell")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(pem)
    (folder / "key.pem").write_text(as_pem(key), encoding="ascii")
    return read_certificate(folder / "certificate.pem", folder / "key.pem")


def register(sandbox: Sandbox, what: str, body: dict[str, Any]) -> None:
    sandbox.control.ask("POST", f"/applications/{sandbox.client_id}/{what}", body)


def connect(sandbox: Sandbox, identity: EntraIdentity) -> str:
    """Walk through a sign-in and a renewal; return the renewed token."""
    request = identity.begin_connect(
        tenant_id=CONTOSO,
        scopes=SCOPES,
        redirect_uri="http://localhost:8000/connect/callback",
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = parameters_of(sandbox.sign_in_by_http(request.url, SERVICE_ACCOUNT))
    _, tokens = identity.finish_connect(CONTOSO, request.flow, answer)
    renewed = identity.refresh(tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=SCOPES)
    return renewed.access_token


def code_of(sandbox: Sandbox, identity: EntraIdentity) -> str:
    with pytest.raises(ProviderFailure) as refused:
        connect(sandbox, identity)
    assert refused.value.verdict.kind is VerdictKind.OPERATOR_FAULT
    return refused.value.verdict.code


def test_a_registered_certificate_proves_the_application(
    sandbox: Sandbox, speak: Speak, certificate: ClientCertificate
) -> None:
    register(sandbox, "certificates", {"certificate": certificate.certificate})
    assert connect(sandbox, speak(certificate))
    assert certificate.expires_at - machine_time() > timedelta(days=364)


def test_a_certificate_nobody_registered_is_the_operators_matter(
    sandbox: Sandbox, speak: Speak, certificate: ClientCertificate
) -> None:
    assert code_of(sandbox, speak(certificate)) == "AADSTS700027"


def test_a_federated_token_is_read_anew_for_every_call(
    sandbox: Sandbox, speak: Speak, tmp_path: Path
) -> None:
    key, file = a_key(), tmp_path / "token"
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "k1"}
    facts = {"issuer": ISSUER, "subject": SUBJECT, "audience": AUDIENCE}
    register(sandbox, "federated-credentials", {**facts, "jwks": json.dumps({"keys": [public]})})

    def write(life: timedelta, subject: str = SUBJECT) -> None:
        claims = {"iss": ISSUER, "sub": subject, "aud": AUDIENCE, "exp": machine_time() + life}
        token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k1"})
        file.write_text(token, encoding="ascii")

    identity = speak(FederatedAssertion(file))
    write(timedelta(hours=1))
    assert connect(sandbox, identity)
    write(timedelta(hours=-1))
    assert code_of(sandbox, identity) == "AADSTS700024"
    write(timedelta(hours=1), subject="somebody else")
    assert code_of(sandbox, identity) == "AADSTS700213"
    write(timedelta(hours=1))
    assert connect(sandbox, identity)


@pytest.fixture
def expiring(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give the sandbox to a test that lets secrets run out, and renew them for the others."""
    yield sandbox

    def renew(world: World) -> None:
        application = world.directory.application(sandbox.client_id)
        assert application is not None
        accounts.renew_secrets(world, application)

    sandbox.run(renew)


def test_the_second_secret_takes_over_when_the_first_has_run_out(
    expiring: Sandbox, speak: Speak
) -> None:
    sandbox = expiring
    identity = speak(Proofs([ClientSecret(sandbox.client_secret), ClientSecret("the-next-one")]))
    assert connect(sandbox, identity)
    sandbox.control.expire_secrets()
    assert code_of(sandbox, identity) == "AADSTS7000222"
    register(sandbox, "secrets", {"value": "the-next-one"})

    assert connect(sandbox, identity)
    before = refusals(sandbox)
    assert connect(sandbox, identity)
    assert refusals(sandbox) == before, "the accepted one is remembered"


def refusals(sandbox: Sandbox) -> int:
    """Count the calls of the token endpoint that were refused for their credential."""
    return len(sandbox.control.log(method="POST", status=401, limit=1000))


def test_an_unusable_file_is_named_before_anything_else_happens(
    tmp_path: Path, certificate: ClientCertificate
) -> None:
    (tmp_path / "a.pem").write_text("nothing", encoding="ascii")
    (tmp_path / "b.pem").write_text(certificate.certificate, encoding="ascii")
    for first, second, variable in (
        ("missing.pem", "a.pem", "CLASSBELL_CLIENT_CERTIFICATE "),
        ("a.pem", "a.pem", "CLASSBELL_CLIENT_CERTIFICATE "),
        ("b.pem", "a.pem", "CLASSBELL_CLIENT_CERTIFICATE_KEY "),
    ):
        with pytest.raises(ConfigurationFault, match=variable):
            read_certificate(tmp_path / first, tmp_path / second)
    with pytest.raises(ConfigurationFault, match="ASSERTION_FILE"):
        FederatedAssertion(tmp_path / "missing").read()
