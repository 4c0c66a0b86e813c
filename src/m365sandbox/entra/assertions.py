"""Client assertions: a JWT signed with a registered certificate, or by a trusted other issuer.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials and
https://learn.microsoft.com/entra/workload-id/workload-identity-federation

The times inside are judged by the machine's clock, not by the sandbox's: clients sign with theirs.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from m365sandbox.directory.applications import Application, FederatedCredential
from m365sandbox.entra.errors import EntraError
from m365sandbox.entra.keys import base64url
from m365sandbox.world import World

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEEWAY_SECONDS = 300
ALGORITHMS = ("PS256", "RS256")


def is_certificate(pem: str) -> bool:
    """Say whether a text is a certificate with which an application can prove itself."""
    try:
        return isinstance(x509.load_pem_x509_certificate(pem.encode()).public_key(), RSAPublicKey)
    except ValueError:
        return False


def are_keys(jwks: str) -> bool:
    """Say whether a text holds the keys of another issuer."""
    try:
        return bool(jwt.PyJWKSet.from_json(jwks).keys)
    except (ValueError, AttributeError, TypeError, KeyError, jwt.PyJWTError):
        return False


def subject_of(assertion: str) -> str:
    """Return the client id that an assertion of a certificate names, empty where it names none."""
    return str(_claims(assertion).get("sub", ""))


def check_assertion(
    world: World, application: Application, form: Mapping[str, str], tenant: str
) -> None:
    """Accept an assertion that proves the application, by certificate or by federation.

    Raises:
        EntraError: 900144 another type, 50013 not a JWT, 700027 no registered certificate signed
            it, 700023 wrong audience, 700024 outside its times, 700021 and 70021 no federated
            credential matches its issuer and subject.
    """
    if form.get("client_assertion_type") != TYPE:
        raise EntraError(900144, parameter="client_assertion_type")
    assertion = form["client_assertion"]
    issuer = str(_claims(assertion).get("iss", ""))
    if issuer == application.client_id:
        _check_certificate(world, application, assertion, tenant)
    else:
        _check_federated(application, assertion, issuer)


def _check_certificate(world: World, application: Application, assertion: str, tenant: str) -> None:
    """Check an assertion that the application signed itself."""
    header = _header(assertion)
    certificate = next((one for one in _certificates(application) if _is_named(one, header)), None)
    algorithm = header.get("alg")
    if certificate is None or algorithm not in ALGORITHMS:
        reason = "the certificate is unknown, or the algorithm is neither PS256 nor RS256"
        raise EntraError(700027, reason=reason)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise EntraError(700027, reason="the certificate has no RSA key")
    path = f"/{tenant}/oauth2/v2.0/token"
    audiences = [f"{base}{path}" for base in (world.public.secure, world.public.people)]
    claims = _verified(assertion, key, [algorithm], audiences, ["exp", "jti", "sub"])
    if claims["sub"] != application.client_id:
        raise EntraError(700027, reason="subject and issuer are not the same")


def _check_federated(application: Application, assertion: str, issuer: str) -> None:
    """Check a token of another identity provider."""
    subject = str(_claims(assertion).get("sub", ""))
    trusted = next(
        (one for one in application.federated if (one.issuer, one.subject) == (issuer, subject)),
        None,
    )
    if trusted is None:
        raise EntraError(700213, subject=subject)
    key = _federated_key(trusted, str(_header(assertion).get("kid", "")))
    _verified(assertion, key, ["RS256"], [trusted.audience], ["exp"])


def _federated_key(trusted: FederatedCredential, kid: str) -> Any:  # noqa: ANN401 -- pyjwt's keys
    """Return the issuer's key of that id."""
    for one in json.loads(trusted.jwks)["keys"]:
        if one.get("kid", "") == kid:
            try:
                return jwt.PyJWK(one, algorithm="RS256").key
            except jwt.PyJWTError as error:
                raise EntraError(50012) from error
    raise EntraError(50012)


def _verified(
    assertion: str,
    key: Any,  # noqa: ANN401 -- pyjwt's keys
    algorithms: list[str],
    audiences: list[str],
    required: list[str],
) -> dict[str, Any]:
    """Return the claims of an assertion whose signature, audience and times are right."""
    try:
        return jwt.decode(
            assertion,
            key,
            algorithms=algorithms,
            audience=audiences,
            leeway=LEEWAY_SECONDS,
            options={"require": required},
        )
    except jwt.InvalidAudienceError as error:
        raise EntraError(700023) from error
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise EntraError(700024) from error
    except jwt.PyJWTError as error:
        raise EntraError(700027, reason=str(error)) from error


def _certificates(application: Application) -> list[x509.Certificate]:
    return [x509.load_pem_x509_certificate(pem.encode()) for pem in application.certificates]


def _is_named(certificate: x509.Certificate, header: Mapping[str, Any]) -> bool:
    """Say whether a header names a certificate, by its SHA-256 or, as older clients do, its SHA-1.

    azure-identity still signs with RS256 and names the certificate by x5t.
    """
    # Some clients leave the padding of base64 on.
    given = str(header.get("x5t#S256", "")).rstrip("=")
    if given:
        return given == base64url(certificate.fingerprint(hashes.SHA256()))
    old = certificate.fingerprint(hashes.SHA1())  # noqa: S303 -- a name, not a protection
    return str(header.get("x5t", "")).rstrip("=") == base64url(old)


def _header(assertion: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(assertion)
    except jwt.PyJWTError as error:
        raise EntraError(50013) from error


def _claims(assertion: str) -> dict[str, Any]:
    """Read claims before anything is verified: they only tell which proof it claims to be."""
    try:
        part = assertion.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, RecursionError) as error:
        raise EntraError(50013) from error
    return found if isinstance(found, dict) else {}
