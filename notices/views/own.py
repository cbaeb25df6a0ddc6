"""A person's own notices: unread first; reading one is noted by a form, never by opening a page."""

from django.contrib import messages
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.bar import shown_number
from notices.forms import WaysForm
from notices.kinds import title_of
from notices.models import Notice
from notices.permissions import REMIND
from notices.services import own as services
from notices.tables import OwnFilter, OwnTable
from notices.views import uuids
from reference.sending import do_once
from screens.lists import BulkAction, show_list


def own_notices(request):
    return show_list(
        request,
        name="own-notices",
        title=_("Notices"),
        table_class=OwnTable,
        filterset_class=OwnFilter,
        queryset=Notice.objects.of(request.user),
        ordering=(F("read_at").desc(nulls_first=True), "-at", "-pk"),
        template="notices/own_notices.html",
        actions=[BulkAction("read", _("Mark as read"), reverse("notices:read_notices"))],
        export_name="thong-bao",
        empty=_("What concerns you is told here, and by e-mail."),
        context={
            "unread": getattr(request.sign_in, "unread_notices", 0),
            "may_remind": request.user.may(REMIND),
        },
    )


def own_notice(request, public_id):
    notice = _own(request, public_id)
    return render(
        request,
        "notices/own_notice.html",
        {"notice": notice, "kind": title_of(notice.telling.kind)},
    )


def read_notice(request, public_id):
    """Noted as read; with `open` the page it speaks of comes next. A page that has scripts asks for it by itself."""
    notice = _own(request, public_id)
    services.mark_read(by=request.user, now=timezone.now(), public_ids=[notice.public_id])
    if request.headers.get("HX-Request") == "true":
        return render(request, "notices/includes/read.html", {"unread": shown_number(Notice.objects.of(request.user))})
    return redirect(notice.url if "open" in request.POST else notice)


def read_notices(request):
    """The chosen ones, or with `all` every one."""
    chosen = None if "all" in request.POST else uuids(request.POST.getlist("chosen"))
    count = services.mark_read(by=request.user, now=timezone.now(), public_ids=chosen)
    messages.success(
        request,
        ngettext("%(count)s notice is marked as read.", "%(count)s notices are marked as read.", count)
        % {"count": count},
    )
    return redirect("notices:own_notices")


def preferences(request):
    kinds = services.kinds_for(request.user)
    chosen = services.chosen_by(request.user)
    form = WaysForm(request.POST or None, user=request.user, kinds=kinds, chosen=chosen)
    if do_once(request, form, "choose ways", lambda given, **by: services.choose_ways(ways=form.ways, **by)):
        messages.success(request, _("It is kept how you want to be told."))
        return redirect("notices:preferences")
    return render(request, "notices/preferences.html", {"form": form, "kinds": kinds})


def _own(request, public_id):
    return get_object_or_404(Notice.objects.of(request.user).select_related("telling"), public_id=public_id)
