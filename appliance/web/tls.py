"""TLS on our own socket: which certificate, and how it is spoken. No other program reads pages on their way.

Without a certificate of the district, one is made at the first start that nobody vouches for; its fingerprint is told,
so that whoever opens Schoolhouse first can compare it.
"""

import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from appliance.errors import HomeTrouble

_FOLDER = "tls"
_OWN_DAYS = 397
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: a fresh key for each connection, and encryption that notices a changed bit. TLS 1.3 has no others."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate and its key. `own`: made here, and vouched for by nobody."""

    certificate: Path
    key: Path
    own: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as browsers show it."""
        return self._read().fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def ends(self) -> datetime:
        """When it stops being good."""
        return self._read().not_valid_after_utc

    def context(self) -> ssl.SSLContext:
        """How a browser is spoken to: TLS 1.2 or 1.3. Raises HomeTrouble when certificate and key do not fit."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError):
            raise HomeTrouble(
                f"{self.certificate} and {self.key} cannot be used together: one is missing, or they do not belong to "
                "each other. The settings are called tls_certificate and tls_key."
            ) from None
        return context

    def _read(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except (OSError, ValueError):
            raise HomeTrouble(f"{self.certificate} is no certificate (PEM). The setting is tls_certificate.") from None


def certificate_for(home: Path, certificate: str, key: str, names: Iterable[str]) -> Certificate:
    """The district's certificate where the settings name one, relative to the home; else one of our own, made now.

    Raises HomeTrouble when only one of the two files is named.
    """
    if bool(certificate) != bool(key):
        raise HomeTrouble("The settings tls_certificate and tls_key belong together. Name both, or neither.")
    if certificate:
        return Certificate(home / certificate, home / key, own=False)
    own = Certificate(home / _FOLDER / "certificate.pem", home / _FOLDER / "key.pem", own=True)
    if not own.certificate.exists() or own.ends < datetime.now(UTC) + timedelta(days=7):
        _make(own, names)
    return own


def _make(own: Certificate, names: Iterable[str]) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Schoolhouse, made by itself")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_OWN_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own.key.parent.mkdir(mode=0o700, exist_ok=True)
    for file, content in ((own.key, secret), (own.certificate, made.public_bytes(pem))):
        beside = file.with_suffix(".part")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
        beside.replace(file)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)
