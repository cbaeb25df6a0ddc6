from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from screens import services
from screens.lists import BULK_RESULTS, BulkResult
from screens.middleware import KNOWN
from screens.models import SavedView
from screens.style_guide import sample_context


def _next(request):
    """Where the form asked to go afterwards, if that is a page of ours."""
    target = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else "/"


@require_POST
def set_language(request):
    """Remember the language of this browser and go back to the page it was chosen on."""
    response = HttpResponseRedirect(_next(request))
    language = request.POST.get("language")
    if language in KNOWN:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


@require_safe
def bulk_results(request, key):
    """Row by row, what became of a bulk act of this session; the last few are kept."""
    kept = request.session.get(BULK_RESULTS, {}).get(str(key))
    if kept is None:
        return render(request, "screens/bulk_results_gone.html", status=410)
    results = [BulkResult(*row) for row in kept["rows"]]
    done = sum(result.ok for result in results)
    page = {
        "title": kept["title"], "results": results, "done": done, "not_done": len(results) - done, "back": kept["back"],
    }  # fmt: skip
    return render(request, "screens/bulk_results.html", page)


class ViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["list_name", "label", "query", "is_default"]


@require_POST
def save_view(request):
    """Keep a view of a list under a name; the same name again replaces it."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The view was not kept: give it a name of at most 60 letters."))
        return redirect(_next(request))
    view = services.save_view(owner=request.user.public_id, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The view “%(label)s” is kept.") % {"label": view.label})
    return redirect(f"{_next(request)}?{view.address}")


@require_POST
def delete_view(request, public_id):
    view = get_object_or_404(SavedView, public_id=public_id, owner=request.user.public_id)
    view.delete()
    messages.success(request, _("The view “%(label)s” was removed.") % {"label": view.label})
    return redirect(f"{_next(request)}?view=all")


@require_safe
def style_guide(request):
    return render(request, "screens/style_guide.html", sample_context())
