"""A form sent after the session ended: kept until the person has signed in again, then shown and sent once more."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import urlencode

KEY = "kept_form"
LARGEST = 200_000


def keep_form(request):
    """Keep what was posted and lead to the sign-in page; after it comes the kept form.

    Files are not kept (they would outlive their sender); nor are passwords, nor what is too large.
    """
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    secret = any("password" in name for name, _value in fields)
    size = sum(len(name) + len(value) for name, value in fields)
    target = "/"
    if fields and not secret and size <= LARGEST:
        request.session[KEY] = {"path": request.get_full_path(), "fields": fields, "files": bool(request.FILES)}
        target = reverse("screens:kept_form")
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': target})}")
