from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from audit.refusals import Refused
from enterprises.filters import FiguresFilter
from enterprises.models import FigureRevision
from enterprises.services.figures import CHUNK, bulk_confirm
from jobs.registry import job
from screens.formats import number


@job("figures.confirm_all", gettext_lazy("Confirm all figures of a filter"))
def confirm_all(running, *, now):
    """Confirm what waits and fits the filter, in pieces; run again after a loss it finds only what is left."""
    by = User.objects.get(public_id=running.params["by"])
    waiting = FigureRevision.objects.visible_to(by).waiting()
    filters = FiguresFilter(QueryDict(running.params["query"]), queryset=waiting)
    if filters.errors:
        raise Refused(_("The filters cannot be read."))
    pks = list(filters.qs.order_by("pk").values_list("pk", flat=True))
    done = refused = 0
    for start in range(0, len(pks), CHUNK):
        running.progress(start, len(pks))
        results = bulk_confirm(pks=pks[start : start + CHUNK], by=by, now=now)
        done += sum(result.done for result in results)
        refused += sum(not result.done for result in results)
    message = ngettext("%(count)s declaration was confirmed.", "%(count)s declarations were confirmed.", done)
    running.progress(len(pks), len(pks), message % {"count": number(done)})
    return {"confirmed": done, "refused": refused}
