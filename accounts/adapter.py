"""What the sign-in library asks of the portal: no open sign-up, our words, our mail, our records."""

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import emails, sessions
from accounts.models import User
from accounts.sealing import seal_text, unseal_text

FRESH = timedelta(minutes=5)
NOTICES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_reset": _("Your password was set anew by a link sent to you."),
    "mfa/email/totp_activated": _("A second factor (authenticator app) was set up for your account."),
    "mfa/email/totp_deactivated": _("The second factor (authenticator app) was removed from your account."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account."),
}
MESSAGES = {
    "account/messages/password_changed.txt": _("Your password has been changed. Your other sessions have ended."),
    "mfa/messages/totp_activated.txt": _("The second factor is set up. From now on you sign in with its code."),
    "mfa/messages/totp_deactivated.txt": _("The second factor has been removed."),
    "mfa/messages/recovery_codes_generated.txt": _("New recovery codes have been made; the old ones no longer work."),
    "account/messages/logged_out.txt": _("You have signed out."),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is disabled. Ask the administrators of the portal."),
        "email_password_mismatch": _("The e-mail address or the password is wrong. Check both and try again."),
        "enter_current_password": _("This is not your present password. Type it again."),
        "incorrect_password": _("The password is wrong. Type it again."),
        "incorrect_code": _("The code is wrong or has been used. Wait for the next code and type that one."),
        "invalid_password_reset": _("The link is no longer valid. Ask for a new one."),
        "too_many_login_attempts": _("Too many failed attempts. Wait 15 minutes, or set a new password by mail."),
        "rate_limited": _("Too many requests. Wait a few minutes and try again."),
        "same_as_current": _("The new value must differ from the present one."),
    }

    def is_open_for_signup(self, request):
        """People come by invitation."""
        return False

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:me")

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """Our sentences; signing in needs no message of its own, and the page after a reset says all by itself."""
        if request.resolver_match.view_name == "account_reset_password_from_key":
            return
        sentence = message or MESSAGES.get(message_template)
        if sentence:
            messages.add_message(request, level, str(sentence), extra_tags=extra_tags)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        if template_prefix in NOTICES:
            emails.send_security_notice(user, NOTICES[template_prefix], now=timezone.now())

    def _get_login_attempts_cache_key(self, request, **credentials):
        """One count an account, whatever host name the request used."""
        return credentials.get("email", "").strip().lower()

    def authentication_failed(self, request, **credentials):
        user = User.objects.filter(email=credentials.get("email", "").strip().lower()).first()
        sessions.record_attempt(request, user, success=False, step="password", now=timezone.now())

    def is_reauthentication_required(self, *, app, **kwargs):
        """Whoever signed in a moment ago has just shown who they are."""
        sign_in = getattr(self.request, "sign_in", None)
        if sign_in is not None and timezone.now() - sign_in.started_at < FRESH:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user):
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use the code of your second factor"),
        }
        return [
            method | {"description": words.get(method["id"], method["description"])}
            for method in super().get_reauthentication_methods(user)
        ]


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "Staff need a second factor; it cannot be removed. Ask an administrator to reset it."
        ),
        "cannot_generate_recovery_codes": _("Set up the second factor before making recovery codes."),
    }

    def encrypt(self, text):
        return seal_text(text)

    def decrypt(self, encrypted_text):
        return unseal_text(encrypted_text)

    def can_delete_authenticator(self, authenticator):
        return not sessions.needs_second_factor(authenticator.user)
