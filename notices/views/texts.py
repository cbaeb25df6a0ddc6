"""The wordings of notices: what each kind says and to whom, how it was worded before, wording it anew."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.events import actor_names
from notices import wording
from notices.forms import TextForm
from notices.kinds import kinds
from notices.models import Text
from notices.permissions import EDIT_TEXTS
from notices.services import texts as services
from reference.sending import do_once
from screens.text import sort_key

PREVIEW = "preview"


def text_list(request):
    newest = {text.kind: text for text in Text.objects.newest()}
    rows = [(kind, newest.get(code) or services.text_of(kind)) for code, kind in kinds().items()]
    return render(request, "notices/text_list.html", {"rows": sorted(rows, key=lambda row: sort_key(str(row[0])))})


def text(request, kind):
    kind = _kind(kind)
    earlier = list(Text.objects.filter(kind=kind.code).order_by("-number"))
    names = actor_names({row.written_by for row in earlier})
    standing = services.text_of(kind)
    return render(
        request,
        "notices/text.html",
        {
            "kind": kind,
            "standing": standing,
            "previews": previews(kind, standing.words),
            "earlier": [(row, names[row.written_by]) for row in earlier],
            "may_edit": request.user.may(EDIT_TEXTS),
            "roles": sorted(str(role.label) for role in kind.roles),
        },
    )


def edit_text(request, kind):
    """Checked and shown with sample data as often as one likes; kept by the other button."""
    kind = _kind(kind)
    standing = services.text_of(kind)
    form = TextForm(request.POST or None, kind=kind, initial={**standing.words, "version": standing.number})
    shown = None
    if request.method == "POST" and PREVIEW in request.POST:
        form.fields["reason"].required = False
        shown = previews(kind, form.words) if form.is_valid() else None
        form.fields["reason"].required = True  # to keep it takes one
    elif do_once(
        request,
        form,
        f"edit text {kind.code}",
        lambda given, **by: services.edit_text(
            kind=kind, words=form.words, reason=given["reason"], number=given["version"], **by
        ),
    ):
        messages.success(request, _("The wording is kept. From now on people are told so."))
        return HttpResponseRedirect(reverse("notices:text", args=[kind.code]))
    return render(
        request,
        "notices/edit_text.html",
        {
            "kind": kind,
            "form": form,
            "title": _("Word anew: %(name)s") % {"name": kind},
            "previews": shown,
            "back": reverse("notices:text", args=[kind.code]),
        },
    )


def previews(kind, words):
    """[(language, subject, body as the letter has it)] with the sample data of the kind."""
    found = []
    for language in ("vi", "en"):
        subject, body = words[f"subject_{language}"], words[f"body_{language}"]
        if subject:
            found.append(
                (
                    language,
                    wording.one_line(wording.fill(subject, kind.sample)),
                    wording.fill(body, kind.sample),
                )
            )
    return found


def _kind(code):
    found = kinds().get(code)
    if found is None:
        raise Http404
    return found
