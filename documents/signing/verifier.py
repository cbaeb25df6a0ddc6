"""The limited process that verifies: python -m documents.signing.verifier < order > answer.

An order is {"verify": base64 of a PDF, "roots": [PEM]}; the answer names every signature in the file and what it is worth.
It sets its own limits before it reads the file and knows nothing of the site, as documents.reader does.
"""

import base64
import json
import logging
import sys
from io import BytesIO

from documents.reader import limit_self, say

TRYOUT = "CHỨNG THƯ THỬ NGHIỆM - không có giá trị pháp lý"


def verify(order):
    from asn1crypto import pem
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    roots = [
        asn1_x509.Certificate.load(body)
        for text in order["roots"]
        for _kind, _headers, body in pem.unarmor(text.encode(), multiple=True)
    ]
    reader = PdfFileReader(BytesIO(base64.b64decode(order["verify"])))
    found = []
    for signature in reader.embedded_signatures:
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        status = validate_pdf_signature(signature, context)
        certificate = status.signing_cert
        subject, issuer = certificate.subject.native, certificate.issuer.native
        found.append(
            {
                "field": signature.field_name,
                "name": str(subject.get("common_name", "")),
                "organisation": _text(subject.get("organization_name", "")),
                "issuer": _text(issuer.get("common_name", "")),
                "serial": f"{certificate.serial_number:x}",
                "intact": bool(status.intact and status.valid),
                "allowed": bool(status.docmdp_ok),
                "changed": status.modification_level.name.lower() if status.modification_level else "unknown",
                "whole": status.coverage.name == "ENTIRE_FILE",
                "covers": status.coverage.name in ("ENTIRE_FILE", "ENTIRE_REVISION"),
                "certifies": signature.docmdp_level is not None and signature is reader.embedded_signatures[0],
                "trusted": bool(status.trusted),
                "tryout": _text(issuer.get("organization_name", "")) == TRYOUT,
                "at": status.signer_reported_dt.isoformat() if status.signer_reported_dt else "",
                "stamped_at": status.timestamp_validity.timestamp.isoformat() if status.timestamp_validity else "",
            }
        )
    say(signatures=found)


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
