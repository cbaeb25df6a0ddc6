"""Letters: written in the transaction of their cause, sent by a job after commit, repeated until they have gone."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Letter, User
from accounts.sealing import seal_text, unseal_text
from jobs.services import enqueue

RESET = "password reset"
MOST_ATTEMPTS = 20


def write_letter(*, kind, to, now, subject="", body=""):
    """Put a letter into the outgoing mail; it goes when the running transaction commits, or later if SMTP is away."""
    letter = Letter.objects.create(
        kind=kind, to=to, subject=subject[:200], sealed_body=seal_text(body) if body else "", created_at=now
    )
    enqueue("mail.send", params={"letter": str(letter.public_id)}, by="system:mail", now=now)
    return letter


def _address(path):
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def compose(template, **context):
    """(subject, body) in Vietnamese; the first line of the template is the subject."""
    with override("vi"):
        text = render_to_string(template, context)
    subject, _newline, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def send_invitation(invitation, token, *, what, by_name, now):
    """The one-time link to somebody who is invited."""
    path = reverse("accounts:accept_invitation", kwargs={"token": token})
    subject, body = compose(
        "accounts/email/invitation.txt", invitation=invitation, address=_address(path), what=what, by_name=by_name
    )
    return write_letter(kind="invitation", to=invitation.email, subject=subject, body=body, now=now)


def send_security_notice(user, sentence, *, now, to=""):
    """Tell a person that something about their account changed; `sentence` is a lazy translation."""
    with override("vi"):
        sentence = str(sentence)
    subject, body = compose("accounts/email/security_notice.txt", user=user, sentence=sentence, now=now)
    return write_letter(kind="security notice", to=to or user.email, subject=subject, body=body, now=now)


def send_reset_link(email, *, now):
    """The same work whether or not the address has an account; what is written to it is settled when it is sent."""
    return write_letter(kind=RESET, to=email, now=now)


def reset_text(letter):
    """(subject, body) of a reset letter; None when the address has no account that may sign in."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    user = User.objects.filter(email=letter.to.lower(), is_active=True).first()
    if user is None or not user.has_usable_password():
        return None
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return compose("accounts/email/password_reset.txt", user=user, address=_address(path))


def deliver(letter, *, now):
    """Hand the letter to the mail server; False when that failed (it will be tried again)."""
    if letter.state in (Letter.State.SENT, Letter.State.DROPPED):
        return True
    if letter.kind == RESET:
        text = reset_text(letter)
        if text is None:
            Letter.objects.filter(pk=letter.pk).update(state=Letter.State.DROPPED, tried_at=now, sealed_body="")
            return True
        subject, body = text
    else:
        subject, body = letter.subject, unseal_text(letter.sealed_body)
    values = {"tried_at": now}
    claimed = Letter.objects.filter(
        pk=letter.pk, attempts=letter.attempts, state__in=[Letter.State.QUEUED, Letter.State.FAILED]
    )
    if not claimed.update(attempts=letter.attempts + 1, **values):
        return True  # another process has it in hand
    try:
        EmailMessage(subject=subject, body=body, to=[letter.to]).send()
    except (OSError, smtplib.SMTPException) as error:
        values |= {"state": Letter.State.FAILED, "error": f"{type(error).__name__}: {error}"[:300]}
    else:
        values |= {"state": Letter.State.SENT, "sent_at": now, "error": "", "sealed_body": "", "subject": subject[:200]}
    Letter.objects.filter(pk=letter.pk).update(**values)
    return values["state"] == Letter.State.SENT


def try_again(*, now):
    """Send the letters that failed before; returns (sent, still failing)."""
    waiting = list(Letter.objects.filter(state=Letter.State.FAILED, attempts__lt=MOST_ATTEMPTS).order_by("id")[:200])
    sent = sum(deliver(letter, now=now) for letter in waiting)
    return sent, len(waiting) - sent


def send_letter(letter, *, now):
    """The work of the job: refuses with a sentence when the mail server did not take it."""
    from audit.refusals import Refused

    if not deliver(letter, now=now):
        raise Refused(_("The mail server did not take the letter. It will be tried again every five minutes."))
