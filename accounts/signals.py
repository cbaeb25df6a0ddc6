"""What the sign-in library and Django tell us: kept as records, events and ended sessions.

Signals of libraries only; our own rooms call functions.
"""

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts import parking, sessions
from accounts.models import SignIn
from audit.events import record_event


@receiver(user_logged_in)
def signed_in(sender, request, user, **kwargs):
    now = timezone.now()
    sessions.note_sign_in(request, user, now=now)
    parking.remind(request, user, now=now)


@receiver(user_logged_out)
def signed_out(sender, request, user, **kwargs):
    sign_in = getattr(request, "sign_in", None)
    if sign_in is not None:
        SignIn.objects.filter(pk=sign_in.pk, ended_at__isnull=True).update(
            ended_at=timezone.now(), end_reason="signed out"
        )
        request.sign_in = None


def _changed(user, kind, request, *, reason, **facts):
    """The change stands in the log and every other session of the person ends."""
    now = timezone.now()
    with transaction.atomic():
        record_event(kind, user, by=user, now=now, **facts)
        sessions.end_sessions(user, now=now, reason=reason, keep=getattr(request, "sign_in", None))


@receiver(password_changed)
def on_password_changed(sender, request, user, **kwargs):
    _changed(user, "password changed", request, reason="password")


@receiver(password_reset)
def on_password_reset(sender, request, user, **kwargs):
    request.sign_in = None
    _changed(user, "password reset", request, reason="password")


@receiver(authenticator_added)
def on_second_factor_added(sender, request, user, authenticator, **kwargs):
    if authenticator.type == authenticator.Type.RECOVERY_CODES:
        return
    if getattr(request, "sign_in", None) is not None:
        SignIn.objects.filter(pk=request.sign_in.pk).update(with_second_factor=True)
    _changed(user, "second factor set up", request, reason="second factor")


@receiver(authenticator_removed)
def on_second_factor_removed(sender, request, user, authenticator, **kwargs):
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        _changed(user, "second factor removed", request, reason="second factor")


@receiver(authenticator_reset)
def on_recovery_codes_made(sender, request, user, **kwargs):
    _changed(user, "recovery codes made", request, reason="second factor")


@receiver(authentication_failed)
def on_code_refused(sender, request, user, **kwargs):
    sessions.record_attempt(request, user, success=False, step="second factor", now=timezone.now())
