"""The list of certifying organisations that are trusted: enter one, take one from the list."""

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import actor_name, record_event
from audit.refusals import Conflict, Refused
from documents.models import TrustedCertificate
from documents.permissions.trust import KEEP
from documents.services.way import trusted_roots
from documents.signing.signatures import signatures_in
from documents.store import bytes_of
from screens.text import clean

LARGEST = 100_000


def verified(stored, now):
    """[Signature] of a PDF file as they are worth now; None where they cannot be read.

    A signature names the bytes that it is of in the clear (ISO 32000-1, 12.8.1): a file without that has none.
    """
    try:
        content = bytes_of(stored)
        if b"/ByteRange" not in content and b"/Encrypt" not in content:
            return []
        return signatures_in(content, trusted_roots(now))
    except Refused:
        return None


@dataclass(frozen=True)
class Checked:
    """The signatures of a file as they were verified before a transaction, with the digest of the bytes that they are of."""

    digest: str
    signatures: list | None


def checked(stored, now):
    """What a service asks of a file before its transaction: verifying takes seconds, for which no row may be held."""
    return Checked(_digest_now(stored), verified(stored, now) if stored.format == "pdf" else [])


def require_unchanged(stored, before):
    """Within the transaction: the file still has the bytes that were Checked before."""
    if _digest_now(stored) != before.digest:
        raise Conflict(_("The file was changed while it was being checked. Attach it again."))


def _digest_now(stored):
    """Of the bytes themselves, not as the row names it; "" where they cannot be read."""
    try:
        return hashlib.sha256(bytes_of(stored)).hexdigest()
    except Refused:
        return ""


def looked_at(file, now):
    """What is kept of the signatures of a file that came: verified in a process of its own, before any row is held."""
    if file is None or file.format != "pdf":
        return {}
    signatures = verified(file, now)
    return {"verified_at": now, "signatures": None if signatures is None else [each.kept for each in signatures]}


# --- the list ----------------------------------------------------------------------------------


@transaction.atomic
def add_certificate(*, content, by, now):
    """Enter the certificate of an organisation (PEM or DER)."""
    require(by, KEEP)
    certificate = _read(content)
    if not _certifies(certificate):
        raise Refused(
            _(
                "This is the certificate of somebody who signs, not of an organisation that issues certificates: the list takes "
                "only those. Choose the organisation's own certificate (CA)."
            )
        )
    expires_on = timezone.localdate(certificate.not_valid_after_utc)
    if expires_on < timezone.localdate(now):
        raise Refused(_("This certificate is valid no more."))
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    if TrustedCertificate.objects.filter(sha256=digest).exists():
        raise Conflict(_("This certificate stands in the list already."))
    row = TrustedCertificate.objects.create(
        name=_called(certificate), pem=certificate.public_bytes(Encoding.PEM).decode(), sha256=digest,
        expires_on=expires_on, added_at=now, added_by=actor_name(by),
    )  # fmt: skip
    after = {"name": row.name, "sha256": digest, "expires_on": expires_on}
    record_event("certificate trusted", row, by=by, now=now, after=after)
    return row


@transaction.atomic
def end_certificate(*, certificate, version, by, now, reason):
    """Trust it no more from today. What was verified before was verified then."""
    require(by, KEEP)
    row = TrustedCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if row.ended_on:
        raise Conflict(_("This certificate was taken from the list already."))
    row.ended_on, row.ended_reason = timezone.localdate(now), clean(reason)
    row.save_version(version, update_fields=["ended_on", "ended_reason"])
    record_event("certificate trusted no more", row, by=by, now=now, reason=reason, after={"ended_on": row.ended_on})
    return row


def _read(content):
    try:
        if b"-----BEGIN CERTIFICATE" in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError:
        raise Refused(
            _("This is no certificate. Choose the organisation's certificate file (.cer, .crt or .pem).")
        ) from None


def _certifies(certificate):
    """Whether it says that other certificates may be issued under it."""
    try:
        found = {extension.oid: extension.value for extension in certificate.extensions}
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    basic, usage = (found.get(each.oid) for each in (x509.BasicConstraints, x509.KeyUsage))
    return basic is not None and basic.ca and (usage is None or usage.key_cert_sign)


def _called(certificate):
    """The organisation and the name that the certificate gives."""
    parts = {name.rfc4514_attribute_name: str(name.value) for name in certificate.subject}
    return clean(", ".join(filter(None, (parts.get("CN"), parts.get("O")))) or certificate.subject.rfc4514_string())[
        :200
    ]
