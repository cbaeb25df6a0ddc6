"""The ways on which letters leave the portal, each behind the same few words: is_on, address_of, send, close.

SMS and Zalo go by a gateway that the operator names in the settings; where there is none they are off, and the pages offer
the text to be copied instead.
"""

import json
import smtplib
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from notices.models import Channel

PATIENCE = 10  # seconds for a gateway to take one letter


class Away(Exception):
    """The server of a way cannot be reached, whatever the letter."""

    def __init__(self, cause):
        self.cause = cause
        super().__init__(str(cause))


class Refusal(Exception):
    """The server of a way did not take this letter."""


@dataclass(frozen=True)
class Letter:
    """`identity` is the same at every attempt, so that whoever receives it twice may know; `short` and `plain` are for
    ways that carry a line or a page without our heading."""

    identity: str
    to: str
    subject: str
    body: str
    short: str
    plain: str


def absolute(path):
    return f"{settings.SITE_URL.rstrip('/')}{path}"


class Email:
    """SMTP by one connection for a whole run."""

    code = Channel.EMAIL

    def __init__(self):
        self.connection = None

    @property
    def is_on(self):
        return True

    def address_of(self, person):
        return person.email

    def send(self, letter):
        message = EmailMessage(
            letter.subject,
            letter.body,
            to=[letter.to],
            headers={
                "Message-ID": f"<{letter.identity}@{urlsplit(settings.SITE_URL).hostname}>",
                "Auto-Submitted": "auto-generated",  # nobody's machine answers that its owner is away
            },
            connection=self.opened(),
        )
        try:
            message.send()
        except (OSError, smtplib.SMTPException):
            self.close()
            raise

    def opened(self):
        if self.connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (OSError, smtplib.SMTPException) as error:
                raise Away(error) from error
            self.connection = connection
        return self.connection

    def close(self):
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()


class Gateway:
    """An address that takes {"id", "to", "text"} as JSON and answers 2xx when it has taken the letter over."""

    def __init__(self, code, url, token, text):
        self.code, self.url, self.token, self.text = code, url, token, text

    @property
    def is_on(self):
        return bool(self.url)

    def address_of(self, person):
        return person.phone

    def send(self, letter):
        body = json.dumps({"id": letter.identity, "to": letter.to, "text": self.text(letter)}).encode()
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {self.token}"} if self.token else {}
        )
        request = urllib.request.Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310 - settings take http only
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310 - likewise
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code >= 500:
                raise Away(error) from error
            raise Refusal(f"{error.code} {error.reason}") from None
        except OSError as error:
            raise Away(error) from error

    def close(self):
        """Nothing stays open."""


def _every():
    return (
        Email(),
        Gateway(Channel.SMS, settings.SMS_URL, settings.SMS_TOKEN, lambda letter: letter.short),
        Gateway(Channel.ZALO, settings.ZALO_URL, settings.ZALO_TOKEN, lambda letter: letter.plain),
    )


def ways_besides():
    """The ways that are switched on, besides the portal and e-mail."""
    return [way for way in _every() if way.is_on and way.code != Channel.EMAIL]


def codes_on():
    return [way.code for way in _every() if way.is_on]


def is_on(code):
    return code in codes_on()


@contextmanager
def opened():
    """{code: way} of all that are switched on, for one run; what they opened is closed after it."""
    posts = {way.code: way for way in _every() if way.is_on}
    try:
        yield posts
    finally:
        for post in posts.values():
            post.close()
