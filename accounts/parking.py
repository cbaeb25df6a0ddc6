"""Nothing typed is lost when a session turns out to have ended.

A POST without a session parks its fields and files, encrypted, and leads to sign-in; after that the form is shown
again, filled in and unsent. The parked form belongs to the browser that sent it and to its typist: the person to whose
sign-in the form's own token was given, whoever signed in or out there since. Where that is not known, nothing is kept.
Form views take part by binding to `screens.forms.form_data(request)`; where one does not, the page that answers lists
what had been typed, in the words of its own form, with a button that sends it.
"""

import json
import secrets
import uuid
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import CSRF_TOKEN_LENGTH, InvalidTokenFormat, _check_token_format, _unmask_cipher_token
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import row_for
from accounts.models import ParkedFile, ParkedForm, SignIn
from accounts.parked_page import in_the_words_of
from accounts.sealing import digest, seal, seal_text, unseal, unseal_text
from screens.formats import vn_datetime

COOKIE = "parked"
KEPT_FOR = timedelta(hours=12)
MOST_TEXT = 2 * 2**20
MOST_FILES = 5 * 2**20
SHOWN = "parked_shown"
MOST_TOLD = 5
NOT_TYPED = {"csrfmiddlewaretoken", "parked", "operation_key", "version"}


class Parked:
    """What was typed: `data` and `files` for a form; a view that binds to them marks them as used."""

    def __init__(self, row):
        self.row, self.used = row, False
        self.data = QueryDict(mutable=True)
        for name, values in json.loads(unseal_text(row.sealed_fields) or "{}").items():
            self.data.setlist(name, values)
        self.files = MultiValueDict()
        for file in row.files.all():
            content = unseal(file.sealed_content)
            if content is not None:
                self.files.appendlist(file.field, SimpleUploadedFile(file.name, content, file.content_type))

    def file_names(self):
        return [file.name for _field, files in self.files.lists() for file in files]

    def hidden(self):
        """[(name, value)] for sending the same again."""
        return [(name, value) for name, values in self.data.lists() for value in values]

    def typed(self):
        """[(name, values)] of what a person typed."""
        typed = [(name, [value for value in values if value]) for name, values in self.data.lists()]
        return [(name, values) for name, values in typed if values and name not in NOT_TYPED]


def path_of(address, request):
    """The path and query of an address of this site; empty when it leads elsewhere."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(address)
    return (f"{parts.path}?{parts.query}" if parts.query else parts.path) if parts.path.startswith("/") else ""


def page_to_show(request):
    """The page that shows the form of this POST: the same address, or the page it was sent from."""
    if row_for(request.resolver_match.view_name, "GET") is not None:
        return request.get_full_path()
    sent_from = path_of(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""), request)
    try:
        known = row_for(resolve(urlsplit(sent_from).path).view_name, "GET")
    except Resolver404:
        known = None
    return sent_from if known else "/"


def park(request, *, owner, now):
    """Keep what the POST brought; None when nothing was typed or there is no room for it."""
    if request.resolver_match.view_name.startswith(("account_", "mfa_")):
        return None
    page = page_to_show(request)
    fields = {
        name: values
        for name, values in request.POST.lists()
        if "password" not in name and name not in ("csrfmiddlewaretoken", "parked")
    }
    if not (set(fields) - NOT_TYPED or request.FILES):
        return None
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) > MOST_TEXT or max(len(page), len(request.get_full_path())) > 600:
        return None
    if not ratelimit.consume(request, app="accounts", action="park", config={"park": "60/h/user"}, user=owner):
        return None
    forget_old(now=now)
    row = ParkedForm(
        owner=owner, path=page, action=request.get_full_path(), created_at=now, sealed_fields=seal_text(text)
    )
    row.browser_digest = digest(browser_of(request))
    files, room = [], MOST_FILES
    for field, sent in request.FILES.lists():
        for file in sent:
            if file.size > room:
                row.left_out.append(file.name)
                continue
            room -= file.size
            file.seek(0)
            files.append((field, file.name[:255], file.content_type or "", seal(file.read())))
    row.save()
    ParkedFile.objects.bulk_create(
        ParkedFile(form=row, field=field, name=name, content_type=content_type[:100], sealed_content=content)
        for field, name, content_type, content in files
    )
    return row


def forget_old(*, now):
    """Remove the forms that nobody came back for; returns how many."""
    old = ParkedForm.objects.filter(created_at__lt=now - KEPT_FOR)
    count = old.count()
    old.delete()
    return count


def browser_of(request):
    """The secret that ties parked forms to this browser; made when it first needs one."""
    if not hasattr(request, "browser_secret"):
        request.browser_secret = request.COOKIES.get(COOKIE) or secrets.token_urlsafe(24)
    return request.browser_secret


def with_token(page, token):
    return f"{page}{'&' if '?' in page else '?'}{urlencode({'parked': token})}"


def typist_of(request):
    """Whose page this form was sent from: the person to whose sign-in its token was given; None when nobody's."""
    token = request.POST.get("csrfmiddlewaretoken", "")
    try:
        _check_token_format(token)
    except InvalidTokenFormat:
        return None
    secret = _unmask_cipher_token(token) if len(token) == CSRF_TOKEN_LENGTH else token
    sign_in = SignIn.objects.filter(csrf_digest=digest(secret)).select_related("user").first()
    return sign_in and sign_in.user


def park_and_sign_in(request):
    """Answer to a POST without a session: keep what was typed, lead to sign-in, come back to the form."""
    typist = typist_of(request)
    row = park(request, owner=typist, now=timezone.now()) if typist else None
    if row is None:
        messages.warning(request, _("Your session had ended, so nothing was done. Sign in and do it again."))
        return _lead(request, redirect_to_login(page_to_show(request)).url)
    messages.warning(
        request,
        _("Your session had ended. What you typed is kept: sign in, and the form is shown again, not yet sent."),
    )
    return _remember(request, _lead(request, redirect_to_login(with_token(row.path, row.token)).url))


def park_and_show(request):
    """Answer to a form that was open while somebody signed in elsewhere: kept for its typist, and shown to nobody else."""
    typist = typist_of(request)
    row = park(request, owner=typist, now=timezone.now()) if typist else None
    if typist == request.user:
        return row and _remember(request, _lead(request, with_token(row.path, row.token)))
    said = _(
        "This page had been opened before you signed in, so nothing was done. The browser's back button leads to what was typed."
    )
    if row is not None:
        said = _(
            "Another person had opened this page, so nothing was done. What was typed is kept for that person, who finds it after signing in here."
        )
    messages.warning(request, said)
    answer = _lead(request, page_to_show(request))
    return _remember(request, answer) if row else answer


def remind(request, user, *, now):
    """Say after sign-in, and after one of them was sent, where the forms are that are kept for this person in this browser."""
    if COOKIE not in request.COOKIES:
        return
    leads_to = request.POST.get("next", "")
    rows = [
        row for row in _kept_for(request, user, now=now).order_by("-pk")[:MOST_TOLD] if str(row.token) not in leads_to
    ]
    if rows:
        links = format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            (
                (with_token(row.path, row.token), _("the form of %(moment)s") % {"moment": vn_datetime(row.created_at)})
                for row in rows
            ),
        )
        said = format_html(_("What you typed when a session had ended is kept. Show it again: {links}."), links=links)
        messages.info(request, said, fail_silently=True)


def _lead(request, address):
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _remember(request, response):
    response.set_cookie(
        COOKIE,
        browser_of(request),
        max_age=int(KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def find(request, token, *, now):
    """The parked form with this token, if it is this browser's and this person's and not too old."""
    try:
        token = uuid.UUID(str(token))
    except ValueError:
        return None
    return _kept_for(request, request.user, now=now).filter(token=token).first()


def _kept_for(request, user, *, now):
    browser = digest(browser_of(request))
    return ParkedForm.objects.filter(owner=user, browser_digest=browser, created_at__gte=now - KEPT_FOR)


def show_again(request, get_response):
    """A form page asked for with ?parked=…: the view finds what was typed in `request.parked`."""
    token, rest = request.GET["parked"], request.GET.copy()
    del rest["parked"]
    row = find(request, token, now=timezone.now())
    if row is None or urlsplit(row.path).path != request.path:
        messages.warning(request, _("What was typed before is no longer kept, or belongs to another person."))
        return HttpResponseRedirect(f"{request.path}?{rest.urlencode()}" if rest else request.path)
    request.GET, request.parked = rest, Parked(row)
    names = request.parked.file_names()
    sentences = [_("What you typed stands here again as you left it. It has not been sent yet.")]
    if names:
        sentences.append(_("These files are still attached: %(names)s.") % {"names": ", ".join(names)})
    if row.left_out:
        sentences.append(
            ngettext(
                "This file could not be kept; please choose it again: %(names)s.",
                "These files could not be kept; please choose them again: %(names)s.",
                len(row.left_out),
            )
            % {"names": ", ".join(row.left_out)}
        )
    messages.info(request, " ".join(sentences))
    response = get_response(request)
    if response.status_code == 200:
        request.session[SHOWN] = [urlsplit(row.action).path, str(row.token)]
        if not request.parked.used:
            page = "" if response.streaming else response.content.decode(errors="replace")
            typed = in_the_words_of(page, row.action, request.parked.typed())
            return render(request, "accounts/parked_form.html", {"parked": request.parked, "typed": typed})
    return response


def send_again(request, get_response):
    """A form that had been shown again is sent: its files go with it, and once it is accepted it is forgotten."""
    path, token = request.session.get(SHOWN) or ("", "")
    row = find(request, token, now=timezone.now()) if path == request.path else None
    if row is None:
        return get_response(request)
    for field, files in Parked(row).files.lists():
        if field not in request.FILES:
            request.FILES.setlist(field, files)
    response = get_response(request)
    if response.status_code in (302, 303):
        row.delete()
        request.session.pop(SHOWN, None)
        remind(request, request.user, now=timezone.now())
    return response
