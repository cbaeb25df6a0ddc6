"""The limited process that verifies: python -m documents.signing.verifier < order > answer.

An order is {"verify": base64 of a PDF, "roots": [PEM]}; the answer names every signature and every time stamp of the whole
file, and what each is worth: one that cannot be read says so and keeps nothing from being said of the others.
It sets its own limits before it reads the file and knows nothing of the site, as documents.reader does.
"""

import base64
import json
import logging
import re
import sys
from datetime import UTC, datetime
from io import BytesIO

from documents.limits import limit_self, say

TRYOUT = "CHỨNG THƯ THỬ NGHIỆM - không có giá trị pháp lý"


def verify(order):
    from asn1crypto import pem
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator import ValidationContext

    roots = [
        asn1_x509.Certificate.load(body)
        for text in order["roots"]
        for _kind, _headers, body in pem.unarmor(text.encode(), multiple=True)
    ]
    found = []
    pdf = base64.b64decode(order["verify"])
    for place, signature in enumerate(_signatures(pdf)):
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        try:
            said = _said(signature, context, is_first=place == 0) | {"clean": _is_clean(pdf, signature)}
        except Exception:  # whatever is wrong with it, it is told of as one that cannot be read
            said = NOTHING | {"field": _text(getattr(signature, "field_name", ""))}
        found.append(said)
    say(signatures=found)


NOTHING = {
    "field": "", "name": "", "organisation": "", "issuer": "", "serial": "", "intact": False, "allowed": False,
    "changed": "unknown", "whole": False, "covers": False, "certifies": False, "trusted": False, "tryout": False, "at": "",
    "stamped_at": "", "stamped_by": "", "stamp_holds": False, "stamp_trusted": False, "is_stamp": False, "unreadable": True,
    "expired_at": "", "clean": False,
}  # fmt: skip


def _signatures(pdf):
    """The signatures in the order in which they were made. A file whose structure is loose is read loosely, but only to
    see whether it has any: what they would be worth there cannot be said."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        return list(PdfFileReader(BytesIO(pdf)).embedded_signatures)
    except Exception:  # of many kinds
        return [None for _each in PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures]


def _said(signature, context, *, is_first):
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp

    is_stamp = signature.sig_object_type == "/DocTimeStamp"
    status = (validate_pdf_timestamp if is_stamp else validate_pdf_signature)(signature, context)
    stamp = status if is_stamp else status.timestamp_validity
    certificate = status.signing_cert
    subject, issuer = certificate.subject.native, certificate.issuer.native
    said_at = None if is_stamp else status.signer_reported_dt
    return NOTHING | {
        "unreadable": False,
        "is_stamp": is_stamp,
        "field": signature.field_name,
        "name": _text(subject.get("common_name", "")),
        "organisation": _text(subject.get("organization_name", "")),
        "issuer": _text(issuer.get("common_name", "")),
        "serial": f"{certificate.serial_number:x}",
        "intact": bool(status.intact and status.valid),
        "allowed": bool(status.docmdp_ok),
        "changed": status.modification_level.name.lower() if status.modification_level else "unknown",
        "whole": status.coverage.name == "ENTIRE_FILE",
        "covers": status.coverage.name in ("ENTIRE_FILE", "ENTIRE_REVISION"),
        "certifies": not is_stamp and signature.docmdp_level is not None and is_first,
        "trusted": bool(status.trusted),
        "tryout": _text(issuer.get("organization_name", "")) == TRYOUT,
        "at": said_at.isoformat() if said_at else "",
        "stamped_at": stamp.timestamp.isoformat() if stamp else "",
        "stamped_by": _text(stamp.signing_cert.subject.native.get("common_name", "")) if stamp else "",
        "stamp_holds": bool(stamp and stamp.intact and stamp.valid),
        "stamp_trusted": bool(stamp and stamp.trusted),
        "expired_at": _expired(certificate, datetime.now(UTC)),
    }


def _is_clean(pdf, signature):
    """Whether the place that a signature leaves out of what it signs holds the signature and nothing else: one spelling of its
    bytes, then zeros."""
    from asn1crypto import parser

    _start, end, after, _length = (int(number) for number in signature.byte_range)
    written = pdf[end:after]
    if not re.fullmatch(rb"<(?:[0-9a-f]*|[0-9A-F]*)>", written):
        return False
    content = bytes.fromhex(written[1:-1].decode())
    return not content[parser.peek(content) :].strip(b"\0")


def _expired(certificate, now):
    """When the certificate ran out; "" while it holds."""
    ends = certificate.not_valid_after
    return ends.isoformat() if ends < now else ""


def _text(value):
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def main():
    order = json.loads(sys.stdin.readline())
    limit_self(order["memory"], order["seconds"])
    logging.disable(logging.CRITICAL)  # what is not trusted is an answer here, no warning
    sys.stdout.reconfigure(encoding="utf-8")
    verify(order)
    say(end=True)


if __name__ == "__main__":
    main()
