from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.recovery_codes import forms as recovery_forms
from allauth.mfa.totp import forms as totp_forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.services import request_password_reset

PASSWORD_HINT = _("At least 14 characters. A sentence of several words is good and easy to remember.")


def _name(form, field, label, hint="", **attributes):
    """Our word above the field, our hint under it, and no grey text inside."""
    if field in form.fields:
        form.fields[field].label = label
        form.fields[field].help_text = hint
        form.fields[field].widget.attrs.pop("placeholder", None)
        form.fields[field].widget.attrs.update(attributes)


class SignInForm(account_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(self, "login", _("E-mail address"), autocomplete="username")
        _name(self, "password", _("Password"))


class ResetPasswordForm(account_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(self, "email", _("E-mail address"), _("The address you sign in with."))

    def clean_email(self):
        """Known and unknown addresses are treated alike."""
        return self.cleaned_data["email"].lower()

    def save(self, request, **kwargs):
        request_password_reset(self.cleaned_data["email"], now=timezone.now())
        return self.cleaned_data["email"]


class NewPasswordForm(account_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(self, "password1", _("New password"), PASSWORD_HINT)
        _name(self, "password2", _("New password again"))


class ChangePasswordForm(account_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(self, "oldpassword", _("Present password"))
        _name(self, "password1", _("New password"), PASSWORD_HINT)
        _name(self, "password2", _("New password again"))


class ReauthenticateForm(account_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(self, "password", _("Password"))


CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}


class AuthenticateForm(mfa_forms.AuthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(
            self, "code", _("Code"), _("The six digits your authenticator app shows now, or a recovery code."), **CODE
        )


class MFAReauthenticateForm(mfa_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(
            self, "code", _("Code"), _("The six digits your authenticator app shows now, or a recovery code."), **CODE
        )


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _name(self, "code", _("Code"), _("The six digits your authenticator app shows now."), **CODE)


class DeactivateTOTPForm(totp_forms.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(recovery_forms.GenerateRecoveryCodesForm):
    pass


def password_rules():
    """The rules of passwords as sentences."""
    return password_validation.password_validators_help_texts()
