"""Who is signed in where: noted at sign-in, looked at on every request, ended at once when something changes."""

from datetime import timedelta

from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.models import LoginRecord, SignIn
from accounts.roles import Role
from accounts.sealing import digest

NOTED_EVERY = timedelta(seconds=20)
END_REASONS = {
    "signed out": _("Signed out"),
    "idle": _("Not used for too long"),
    "too old": _("Signed in too long ago"),
    "password": _("The password was changed"),
    "second factor": _("The second factor was changed"),
    "roles": _("The roles were changed"),
    "disabled": _("The account was disabled"),
    "by owner": _("Ended by the person"),
    "by admin": _("Ended by an administrator"),
    "e-mail": _("The e-mail address was changed"),
}


def address_of(request):
    """Where the request comes from; a forged X-Forwarded-For is not believed (settings say how many proxies there are)."""
    try:
        return (get_client_ip(request) or "")[:45]
    except ImproperlyConfigured:
        return request.META.get("REMOTE_ADDR", "")[:45]


def agent_of(request):
    """The browser and system in a few words."""
    text = request.META.get("HTTP_USER_AGENT", "")
    known = [name for mark, name in (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("OPR/", "Opera")) if mark in text]
    if not known:
        known = [name for mark, name in (("Chrome/", "Chrome"), ("Safari/", "Safari")) if mark in text][:1]
    system = [
        name
        for mark, name in (
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        )
        if mark in text
    ][:1]
    return ", ".join(known[:1] + system) or text[:120]


def idle_limit(user):
    minutes = settings.SESSION_IDLE_MINUTES
    if Role.ADMINISTRATOR in user.roles:
        minutes = min(minutes, settings.ADMIN_IDLE_MINUTES)
    return timedelta(minutes=minutes)


_beside = {}


def register_beside(name, expression):
    """What a room above wants to know with every request: `expression()` on a session's row, read by the same query."""
    _beside[name] = expression


def session_of(user, key_digest):
    """The person's session with this key, with what rooms registered beside it; None when there is none."""
    beside = {name: expression() for name, expression in _beside.items()}
    return SignIn.objects.filter(key_digest=key_digest, user=user.pk).annotate(**beside).first()


def note_sign_in(request, user, *, now):
    """Begin a session: its row, and a line among the person's sign-ins. Django has just made its secret of forms."""
    if request.session.session_key is None:
        request.session.save()
    methods = request.session.get("account_authentication_methods") or []
    request.sign_in, _created = SignIn.objects.update_or_create(
        key_digest=digest(request.session.session_key),
        defaults={
            "user": user,
            "csrf_digest": digest(request.META["CSRF_COOKIE"]),
            "started_at": now,
            "seen_at": now,
            "ended_at": None,
            "end_reason": "",
            "with_second_factor": any(method.get("method") == "mfa" for method in methods),
            "address": address_of(request),
            "agent": agent_of(request),
        },
    )
    record_attempt(request, user, success=True, step="signed in", now=now)


def record_attempt(request, user, *, success, step, now):
    LoginRecord.objects.create(
        user=user, at=now, success=success, step=step, address=address_of(request), agent=agent_of(request)
    )


def reason_to_end(sign_in, user, now):
    """Why this session may not go on; empty when it may."""
    if sign_in.ended_at is not None:
        return sign_in.end_reason
    if user.is_system:
        return "connected system"
    if now - sign_in.started_at >= timedelta(seconds=settings.SESSION_COOKIE_AGE):
        return "too old"
    if now - sign_in.seen_at >= idle_limit(user):
        return "idle"
    return ""


def end_sessions(user, *, now, reason, keep=None):
    """End every session of the person at once (except `keep`); the next request of each finds it ended."""
    open_ones = SignIn.objects.filter(user=user, ended_at__isnull=True)
    if keep is not None:
        open_ones = open_ones.exclude(pk=keep.pk)
    return open_ones.update(ended_at=now, end_reason=reason)


def needs_second_factor(user):
    return settings.STAFF_MFA_REQUIRED and user.is_staff_member


def has_second_factor(user):
    return is_mfa_enabled(user)
