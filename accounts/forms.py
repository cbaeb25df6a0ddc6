from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.recovery_codes import forms as recovery_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.delegations import delegable_actions, only_to
from accounts.handover import takers_of
from accounts.models import Office, User
from accounts.roles import COUNCIL, POST_ROLES, STAFF, Role
from accounts.services import request_password_reset
from screens import formats
from screens.forms import DASHES, DateField, Form, ModelForm, MoneyField

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


# --- people, posts, offices ------------------------------------------------------------------

REASON = forms.Textarea(attrs={"rows": 3})


def post_roles():
    return [(role.value, role.label) for role in Role if role in POST_ROLES]


class OfficeChoice(forms.ModelChoiceField):
    """An office that has not ended."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Office or centre"))
        super().__init__(Office.objects.none(), **kwargs)

    @staticmethod
    def open_on(on):
        return Office.objects.exclude(ended_on__lt=on).order_by("code")


class PostFields(Form):
    """Office, role, days and paper of a post."""

    office = OfficeChoice()
    role = forms.ChoiceField(label=_("Role"), choices=lambda: [("", DASHES), *post_roles()])
    starts_on = DateField(label=_("From"))
    paper = forms.CharField(
        label=_("Assignment paper"),
        max_length=120,
        help_text=_("Number and date, for example 125/QĐ-SCT of 02/01/2026"),
    )

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = OfficeChoice.open_on(on)
        self.fields["starts_on"].initial = on


class GivePostForm(PostFields):
    ends_on = DateField(
        label=_("Last day"), required=False, help_text=_("Leave empty while no end is known. Day/month/year.")
    )
    field_order = ["operation_key", "office", "role", "starts_on", "ends_on", "paper"]


class InvitePersonForm(PostFields):
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("The invitation goes there; the person signs in with it.")
    )
    field_order = ["operation_key", "full_name", "email", "office", "role", "starts_on", "paper"]


class EditPersonForm(ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "email", "phone"]
        labels = {"full_name": _("Full name"), "email": _("E-mail address"), "phone": _("Telephone")}
        help_texts = {
            "email": _("A new address ends the person's sessions; a notice goes to the old and the new address.")
        }


class EndPostForm(Form):
    ends_on = DateField(
        label=_("Last day"),
        help_text=_("The rights end after this day. Give yesterday to end them at once. Day/month/year."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=REASON)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, post, on, **kwargs):
        kwargs["initial"] = {"version": post.version, "ends_on": on}
        super().__init__(*args, **kwargs)


class ReasonForm(Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=REASON)


class DelegationForm(Form):
    """Who authorises whom to do what, on which days, by which paper, up to which amount."""

    giver = forms.ModelChoiceField(
        User.objects.none(), label=_("Who authorises"), help_text=_("Must hold the right by a post of their own.")
    )
    receiver = forms.ModelChoiceField(User.objects.none(), label=_("Who is authorised"))
    action = forms.ChoiceField(label=_("What for"), choices=lambda: [("", DASHES), *delegable_actions()])
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("Last day"), help_text=_("A delegation always has an end. Day/month/year."))
    paper = forms.CharField(
        label=_("Written authorisation"),
        max_length=120,
        help_text=_("Number and symbol, for example 15/GUQ-SCT."),
    )
    paper_on = DateField(
        label=_("Date of the written authorisation"),
        help_text=_("Nobody acts by it before that day. Day/month/year."),
    )
    limit_vnd = MoneyField(
        label=_("At most for one act"), required=False, min_value=1, help_text=_("Leave empty where there is no limit.")
    )

    def __init__(self, *args, on, wanted=None, giver=None, **kwargs):
        """`wanted` is the right that was chosen; `giver` is set where who records can give only what is their own."""
        super().__init__(*args, **kwargs)
        self.fields["giver"].queryset = staff_on(on)
        self.fields["receiver"].queryset = staff_on(on)
        if wanted is not None:
            self.fields["action"].widget = forms.HiddenInput()
            self.fields["action"].initial = wanted.code
        if wanted is not None and wanted.receivers:
            receiver = self.fields["receiver"]
            receiver.queryset = receiver.queryset.holding(wanted.receivers, on)
            receiver.help_text = receiver.error_messages["invalid_choice"] = only_to(wanted)
        self.fields["starts_on"].initial = on
        if giver is not None:
            del self.fields["giver"]
            self.fields["receiver"].queryset = self.fields["receiver"].queryset.exclude(pk=giver.pk)

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        paper_on = cleaned.get("paper_on")
        if first and paper_on and first < paper_on:
            self.add_error(
                "starts_on",
                _("The written authorisation is of %(day)s; nobody acts by it before that day.")
                % {"day": formats.vn_date(paper_on)},
            )
        return cleaned


def staff_on(on):
    """Those who may act in the Department's name on the day, by name."""
    return User.objects.holding(STAFF - COUNCIL, on).order_by("sort_key", "pk")


class EndDelegationForm(Form):
    last_day = DateField(
        label=_("Last day"),
        help_text=_("The delegation ends after this day. Give yesterday to end it at once. Day/month/year."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=REASON)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, delegation, on, **kwargs):
        kwargs["initial"] = {"version": delegation.version, "last_day": on}
        super().__init__(*args, **kwargs)


class TakerChoice(forms.ModelChoiceField):
    """Somebody by name, with the roles and offices that tell two of one name apart."""

    def label_from_instance(self, person):
        posts = "; ".join(f"{post.get_role_display()}, {post.office}" for post in person.posts_now)
        return f"{person.full_name} – {posts}" if posts else person.full_name


class HandOverForm(Form):
    """For each kind of thing the person holds: who takes it, of those whose role allows that work."""

    paper = forms.CharField(label=_("Paper of the handover"), max_length=120, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=REASON,
        help_text=_("For example transfer, leave, reorganisation."),
    )

    def __init__(self, *args, person, held, on, **kwargs):
        self.held = held
        takers = {holding.code: takers_of(holding, person, on) for holding, _count in held}
        choices = {
            f"to_{holding.code}": TakerChoice(
                takers[holding.code],
                label=f"{holding.label} ({count})",
                help_text=_("Who takes over: those whose role allows this work.")
                if takers[holding.code]
                else _("Nobody else holds a role that allows this work. Give somebody such a post first."),
            )
            for holding, count in held
        }
        self.base_fields = choices | self.base_fields
        super().__init__(*args, **kwargs)

    def takers(self):
        return {holding.code: self.cleaned_data[f"to_{holding.code}"] for holding, _count in self.held}


class OfficeForm(ModelForm):
    ended_on = DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for an office that has ended or will end. Day/month/year."),
    )

    class Meta:
        model = Office
        fields = ["code", "name", "symbol", "kind", "ended_on"]
        labels = {"code": _("Code"), "name": _("Name"), "symbol": _("Symbol on papers"), "kind": _("Kind")}
        help_texts = {"symbol": _("As in the number of a paper, for example QLCN in 12/SCT-QLCN.")}


class AcceptInvitationForm(Form):
    password1 = forms.CharField(
        label=_("Password"),
        help_text=PASSWORD_HINT,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean(self):
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        elif first:
            person = User(email=self.invitation.email, full_name=self.invitation.full_name)
            try:
                password_validation.validate_password(first, person)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned
