"""Keys that sign in the portal: the agency's certificate file, and self-made ones while the portal is only tried out.

People sign with their own devices: they download, sign and upload. Only a try-out signs for them, with certificates that
it makes itself and that say so.
"""

import os
from datetime import timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.signing.verifier import TRYOUT

AGENCY = "Sở Công Thương Hà Nội"
AGENCY_CALLED = "Sở Công Thương"  # what a certificate of the agency is called at least
YEARS = 5


def may_sign_here():
    """Whether the portal itself may sign for people: only while it is tried out."""
    return not settings.PRODUCTION


def has_agency_key():
    """Whether the portal itself signs for the agency."""
    return bool(settings.SIGNING_CERTIFICATE) or may_sign_here()


def agency_key():
    """The key of the agency's own signature, or None where it is signed elsewhere and uploaded."""
    if settings.SIGNING_CERTIFICATE:
        return _from_file(settings.SIGNING_CERTIFICATE, settings.SIGNING_PASSWORD)
    return _self_made("agency", AGENCY) if may_sign_here() else None


def person_key(user):
    """A self-made key for somebody in a try-out."""
    if not may_sign_here():
        raise Refused(_("Sign with your own device: download the paper, sign it, and upload it."))
    return _self_made(str(user.public_id), user.full_name)


@cache
def trial_key():
    """A key that is kept nowhere: what it signs is only looked at and thrown away."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _signer(key, _certificate(key, AGENCY), [])


def facts_of(key):
    """What a step says of the certificate that it was signed with."""
    certificate = key.signing_cert
    subject, issuer = certificate.subject.native, certificate.issuer.native
    return {
        "name": str(subject.get("common_name", "")),
        "organisation": str(subject.get("organization_name", "")),
        "issuer": str(issuer.get("common_name", "")),
        "serial": f"{certificate.serial_number:x}",
        "tryout": issuer.get("organization_name") == TRYOUT,
    }


@cache
def _from_file(path, password):
    key, certificate, others = pkcs12.load_key_and_certificates(Path(path).read_bytes(), password.encode() or None)
    return _signer(key, certificate, others)


@cache
def _self_made(name, called):
    """The key kept under this name, made when it is first needed."""
    folder = Path(settings.DATA_DIR) / "signing"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.p12"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        made = pkcs12.serialize_key_and_certificates(
            None, key, _certificate(key, called), None, serialization.NoEncryption()
        )
        fresh = folder / f"{name}.{os.getpid()}.new"
        fresh.write_bytes(made)
        fresh.chmod(0o600)
        fresh.replace(path)
    key, certificate, _others = pkcs12.load_key_and_certificates(path.read_bytes(), None)
    return _signer(key, certificate, [])


def _certificate(key, called):
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, TRYOUT),
            x509.NameAttribute(NameOID.COMMON_NAME, called[:64]),
        ]
    )
    now = timezone.now()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False),  # sign, commit to content
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )


def _signer(key, certificate, others):
    """The key as the signing library wants it, which is loaded only here: it is large."""
    from asn1crypto import keys as asn1_keys
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    store.register_multiple([_asn1(other) for other in others or ()])
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SimpleSigner(_asn1(certificate), asn1_keys.PrivateKeyInfo.load(der), store)


def _asn1(certificate):
    from asn1crypto import x509 as asn1_x509

    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
