import django_filters
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.registry import kinds
from screens import tables
from screens.lists import FilterSet

STATE_KINDS = {"queued": "info", "running": "info", "done": "ok", "failed": "bad", "cancelled": "quiet"}


def title_of(record):
    kind = kinds().get(record["kind"])
    return str(kind.title) if kind else record["kind"]


def titles():
    return sorted((code, str(kind.title)) for code, kind in kinds().items())


def _said(job):
    """The message in the reader's language; it is kept as it stands in the catalogue."""
    return gettext(job["message"]) if job["message"] else ""


class JobTable(tables.Table):
    kind = tables.LinkColumn(
        verbose_name=_("Job"),
        route="jobs:job_detail",
        args=["public_id"],
        fields=("kind",),
        compute=title_of,
        order_by=("kind",),
        orderable=True,
    )
    period = tables.Column(verbose_name=_("Period"))
    created_at = tables.DateTimeColumn(verbose_name=_("Asked at"))
    finished_at = tables.DateTimeColumn(verbose_name=_("Finished at"))
    state = tables.TagColumn(verbose_name=_("State"), choices=Job.State, kinds=STATE_KINDS)
    attempt = tables.NumberColumn(verbose_name=_("Attempt"))
    message = tables.Column(verbose_name=_("Message"), fields=("message",), compute=_said)

    class Meta:
        shown = ["kind", "created_at", "finished_at", "state", "message"]


class JobFilter(FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Job.State.choices)
    kind = django_filters.ChoiceFilter(label=_("Job"), choices=titles)

    class Meta:
        model = Job
        fields = []
