"""The letters of the try-out: files written by the mail backend, read back for the page that shows them."""

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

BETWEEN_LETTERS = re.compile(rb"^-{79}\n", re.MULTILINE)
NEWEST = 100


@dataclass(frozen=True)
class SentLetter:
    to: str
    subject: str
    at: datetime | None
    body: str


def letters():
    """The newest letters first."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.DATA_DIR / "outbox")
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found = []
    for path in files[:NEWEST]:
        parts = [part for part in BETWEEN_LETTERS.split(path.read_bytes()) if part.strip()]
        found += [_read(part) for part in reversed(parts)]
    return found[:NEWEST]


def _read(content):
    message = email.message_from_bytes(content, policy=default)
    body = message.get_body(("plain",))
    written = message["Date"]
    return SentLetter(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        at=_moment(written) if written else None,
        body=body.get_content() if body else "",
    )


def _moment(written):
    """Mail writes the time of Greenwich as "-0000", which is read without a zone."""
    at = parsedate_to_datetime(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
