"""The sandbox's own certificate authority and the server certificate it signs."""

import ipaddress
import ssl
import tempfile
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from m365sandbox.clock import machine_time

CA_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=397)
# TLS judges by the clocks of other machines, some of which are behind.
BACKDATE = timedelta(days=1)
NAMES = ("127.0.0.1", "::1", "localhost")


class Authority:
    """A certificate authority that nobody trusts unless told to; saved with the state."""

    def __init__(self) -> None:
        """Make no key yet: the first use does, or a restore."""
        self._key: ec.EllipticCurvePrivateKey | None = None
        self._certificate: x509.Certificate | None = None

    def _made(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        if self._key is None or self._certificate is None:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._certificate = _self_signed(self._key)
        return self._key, self._certificate

    @property
    def certificate_pem(self) -> str:
        """Return the authority's certificate, for clients to trust."""
        return self._made()[1].public_bytes(serialization.Encoding.PEM).decode()

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context with a fresh certificate for this machine's loopback names."""
        key, authority = self._made()
        server_key = ec.generate_private_key(ec.SECP256R1())
        certificate = _server_certificate(server_key, key, authority)
        chain = _pem(server_key) + certificate.public_bytes(serialization.Encoding.PEM)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The standard library loads a key from a file only; it is gone before anybody can look.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.pem"
            path.touch(mode=0o600)
            path.write_bytes(chain)
            context.load_cert_chain(path)
        return context

    def snapshot(self) -> dict[str, object]:
        """Return key and certificate."""
        key, _ = self._made()
        return {"key": _pem(key).decode(), "certificate": self.certificate_pem}

    def restore(self, saved: dict[str, object]) -> None:
        """Take up a snapshot."""
        key = serialization.load_pem_private_key(str(saved["key"]).encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            message = "The saved key of the certificate authority has the wrong kind."
            raise TypeError(message)
        self._key = key
        self._certificate = x509.load_pem_x509_certificate(str(saved["certificate"]).encode())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    now = machine_time()
    name = _name("Microsoft 365 sandbox authority (not Microsoft)")
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server_certificate(
    key: ec.EllipticCurvePrivateKey,
    authority_key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
) -> x509.Certificate:
    now = machine_time()
    own = key.public_key()
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_name("localhost"))
        .issuer_name(authority.subject)
        .public_key(own)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + SERVER_LIFE)
        .add_extension(x509.SubjectAlternativeName(_alternative_names()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _alternative_names() -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for name in NAMES:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            names.append(x509.DNSName(name))
    return names
