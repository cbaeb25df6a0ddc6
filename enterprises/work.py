from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from audit.refusals import Refused
from enterprises.filters import FiguresFilter
from enterprises.jumps import left_sentence, with_jump, without_jump
from enterprises.models import FigureRevision
from enterprises.services.claims import expire_claims
from enterprises.services.figures import CHUNK, bulk_confirm
from enterprises.services.memberships import tell_of_endings
from jobs.registry import Daily, job
from screens.formats import number

TIMETABLE = [Daily("enterprises.expire_claims", hour=1), Daily("enterprises.tell_of_endings", hour=7)]


@job("enterprises.expire_claims", gettext_lazy("End the claims of enterprises that nobody decided in time"))
def end_claims(running, *, now):
    return {"expired": expire_claims(now=now)}


@job("enterprises.tell_of_endings", gettext_lazy("Tell of authorisations that end soon"))
def tell_endings(running, *, now):
    return {"ending": tell_of_endings(now=now)}


@job("figures.confirm_all", gettext_lazy("Confirm all figures of a filter"))
def confirm_all(running, *, now):
    """Confirm what waits and fits the filter, in pieces; run again after a loss it finds only what is left."""
    by = User.objects.get(public_id=running.params["by"])
    waiting = FigureRevision.objects.waiting_for(by)
    filters = FiguresFilter(QueryDict(running.params["query"]), queryset=waiting)
    if filters.errors:
        raise Refused(_("The filters cannot be read."))
    today, with_jumps = timezone.localdate(now), running.params.get("jumps", False)
    rows = filters.qs if with_jumps else without_jump(filters.qs, today)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    done = refused = 0
    for start in range(0, len(pks), CHUNK):
        running.progress(start, len(pks))
        results = bulk_confirm(pks=pks[start : start + CHUNK], by=by, now=now)
        done += sum(result.done for result in results)
        refused += sum(not result.done for result in results)
    message = ngettext("%(count)s declaration was confirmed.", "%(count)s declarations were confirmed.", done)
    said = message % {"count": number(done)}
    left = 0 if with_jumps else with_jump(filters.qs.all(), today).count()
    if left:
        said += " " + left_sentence(left)
    running.progress(len(pks), len(pks))
    return {"message": said, "confirmed": done, "refused": refused, "left": left}
