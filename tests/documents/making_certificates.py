"""Certificates for tests: of an organisation that certifies, and of people whom it certifies."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from documents.signing.keys import _signer


@dataclass(frozen=True)
class Certified:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def signer(self):
        """As the signing library wants it."""
        return _signer(self.key, self.certificate, [])


def certified(called, *, by=None, certifies=False, ends=datetime(2036, 1, 1, tzinfo=UTC)):
    """Somebody's certificate, issued by `by` (else by themselves)."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, called)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.certificate.subject if by else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=certifies, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(not certifies, not certifies, False, False, False, certifies, certifies, False, False),
            critical=True,
        )
    )
    return Certified(key, made.sign((by or Certified(key, None)).key, hashes.SHA256()))
