"""Publishing a year's figures by a numbered paper: everything is copied, nothing under it ever changes."""

import hashlib

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.bulk import next_ids
from audit.events import canonical, record_event
from audit.refusals import Conflict, Refused
from reporting.engine import digests
from reporting.engine.inputs import gather
from reporting.models import (
    Family,
    KpiChoice,
    KpiPublication,
    KpiRun,
    KpiValue,
    PublishedRow,
    PublishedValue,
    SourceKind,
)
from reporting.permissions import DECIDE
from reporting.services import since
from reporting.services.computing import FIELDS
from screens.formats import vn_date

COPY_ROWS = """
INSERT INTO reporting_publishedrow
    (value_id, position, source_kind, source_id, enterprise_id, tax_code, enterprise_name, detail, contribution, base,
     ward_code, group_codes, size, area_code)
SELECT %(published)s, ROW_NUMBER() OVER (ORDER BY r.source_id), r.source_kind, r.source_id, e.public_id, e.tax_code,
       e.name, COALESCE({detail}, ''), r.contribution, r.base, r.ward_code, r.group_codes, r.size, r.area_code
FROM reporting_kpirow r
JOIN enterprises_enterprise e ON e.id = r.enterprise_id
{join}
WHERE r.value_id = %(value)s
"""
DETAIL = {
    "figure": (
        "CAST(f.year AS text)",
        "LEFT JOIN enterprises_figurerevision f ON f.public_id = r.source_id",
    ),
    "title": (
        "substr(p.name, 1, 290)",
        "LEFT JOIN enterprises_title t ON t.public_id = r.source_id LEFT JOIN enterprises_product p ON p.id = t.product_id",
    ),
    "support": (
        "substr(s.activity, 1, 290)",
        "LEFT JOIN support_supportrecord s ON s.public_id = r.source_id",
    ),
    "enterprise": ("NULL", ""),
}


def values_to_publish(run, year):
    """[(value, choice or None)], one an indicator, and [families whose variant nobody has chosen yet]."""
    by_family = {}
    for value in (
        KpiValue.objects.readable()
        .filter(run=run, year=year)
        .select_related("version__indicator", "run")
        .order_by("version__indicator__place", "version__indicator__code")
    ):
        by_family.setdefault(value.version.indicator.family, []).append(value)
    choices = {choice.family: choice for choice in KpiChoice.objects.current().select_related("indicator")}
    chosen, open_families = [], []
    for family, values in by_family.items():
        choice = choices.get(family)
        if choice is None and len(values) == 1:
            chosen.append((values[0], None))
            continue
        found = [value for value in values if choice and value.version.indicator_id == choice.indicator_id]
        if found:
            chosen.append((found[0], choice))
        else:
            open_families.append(Family(family))
    return chosen, open_families


def digest_of_chosen(chosen):
    """What stands for the values of `values_to_publish` and their rows."""
    return digests.digest_of_run((value.version.indicator.code, value.year, value.digest) for value, _choice in chosen)


def digest_of_seen(chosen, changed):
    """What stands for all that the last look showed: the values, and what has changed since (`changed_since`), and into what."""
    things = [[what, sorted(found.items())] for what, found in changed]
    return hashlib.sha256(canonical([digest_of_chosen(chosen), things]).encode()).hexdigest()


class LookOnceMore(Conflict):
    """What would be published, or what is to be said of it, is not what was looked at."""


def cautions_of(*, year, run, changed, chosen, paper_number, paper_on, now):
    """What whoever publishes should look at before it stands for ever; each may be right. `changed`: what did since."""
    found = list(changed)
    if year >= timezone.localdate(now).year:
        found.append(_("The year %(year)s is not over: what is published holds for a part of it.") % {"year": year})
    without = [value.version.name for value, _choice in chosen if value.exact is None]
    if without:
        found.append(_("These have no value: %(indicators)s.") % {"indicators": "; ".join(without)})
    known = timezone.localdate(run.cutoff)
    if paper_on < known:
        found.append(
            _("The paper is of %(paper)s, before the day on which these figures were known (%(known)s).")
            % {"paper": vn_date(paper_on), "known": vn_date(known)}
        )
    same = KpiPublication.objects.filter(paper_number=paper_number.strip(), paper_on__year=paper_on.year)
    years = sorted(set(same.exclude(year=year).values_list("year", flat=True)))
    if years:
        found.append(
            _("The paper %(paper)s has published the figures of %(years)s already.")
            % {"paper": paper_number.strip(), "years": ", ".join(map(str, years))}
        )
    return found


@transaction.atomic
def publish_year(*, year, run, paper_number, paper_on, by, now, reason="", seen=None):
    """Publish the year's figures of a finished run; a later publication takes the place of this one with a reason.

    `seen`: the digest of what was looked at (`digest_of_seen`); what differs from it by now is not published unseen.
    """
    require(by, DECIDE)
    if run.state != KpiRun.State.DONE or year not in run.years:
        raise Refused(_("Only the figures of a finished computation of that year can be published."))
    if not paper_number.strip():
        raise Refused(_("Give the number of the paper."))
    if paper_on > timezone.localdate(now):
        raise Refused(_("The date of the paper lies in the future."))
    earlier = list(KpiPublication.objects.filter(year=year).order_by("revision"))
    last = earlier[-1] if earlier else None
    if last and not reason.strip():
        raise Refused(_("Figures of this year are published already. Say why they are published again."))
    if any(publication.paper_number == paper_number.strip() for publication in earlier):
        raise Conflict(_("Figures of this year are published by this paper already."))
    chosen, open_families = values_to_publish(run, year)
    if open_families:
        raise Refused(
            _("Choose the variant by a numbered paper first: %(indicators)s.")
            % {"indicators": ", ".join(str(family.label) for family in open_families)}
        )
    if not chosen:
        raise Refused(_("The computation has no figures of that year."))
    digest = digest_of_chosen(chosen)
    if seen is not None and seen != digest_of_seen(chosen, since.changed_since(run, year, chosen, now)):
        raise LookOnceMore(
            _(
                "Since you looked, the figures were computed anew, another variant was chosen or more data changed. Look at them once more."
            )
        )
    inputs = gather(run.years, run.cutoff, kept=run.versions)
    for value, _choice in chosen:
        _require_rows_as_computed(value, inputs)
    publication = KpiPublication(
        pk=next_ids("reporting_kpipublication", 1)[0],
        year=year,
        revision=last.revision + 1 if last else 1,
        run=run,
        cutoff=run.cutoff,
        paper_number=paper_number.strip(),
        paper_on=paper_on,
        published_by=by.public_id,
        published_at=now,
        reason=reason,
        supersedes=last,
        digest=digest,
    )
    for value, choice in chosen:
        _copy(value, choice, publication)
    try:
        with transaction.atomic():
            publication.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("Somebody else published figures of this year at the same moment.")) from None
    record_event(
        "indicators published",
        publication,
        by=by,
        now=now,
        reason=reason,
        year=year,
        paper=publication.paper_number,
        revision=publication.revision,
        digest=publication.digest,
    )
    return publication


def _require_rows_as_computed(value, inputs):
    """The rows kept under the value still are those it was computed from: their digest says so."""
    head = digests.head_of(value.version, value.year, inputs, value.statistics)
    if digest_of_kept_rows(value, head) != value.digest:
        raise Refused(
            _("The rows under %(indicator)s are no longer kept as they were computed. Compute again, then publish.")
            % {"indicator": value.version.name}
        )


def digest_of_kept_rows(value, head):
    """The digest worked out again from the rows that are kept under the value."""
    digest = digests.Digest(head)
    rows = f"SELECT 1 AS year, source_id, contribution AS amount, base FROM reporting_kpirow WHERE value_id = {int(value.pk)}"
    for _year, chunks in digests.lines_by_year(rows):
        for chunk in chunks:
            digest.add(chunk)
    return digest.end(digests.numbers_of(value))


def _copy(value, choice, publication):
    indicator = value.version.indicator
    published = PublishedValue.objects.create(
        publication_id=publication.pk,
        family=indicator.family,
        indicator_code=indicator.code,
        version=value.version,
        name_vi=value.version.name_vi,
        name_en=value.version.name_en,
        definition=value.version.definition,
        choice=choice,
        statistics=value.statistics,
        parts=list(
            value.parts.order_by("dimension", "code").values("dimension", "code", "amount", "base", "enterprises")
        ),
        **{name: getattr(value, name) for name in FIELDS},
    )
    for kind, (detail, join) in DETAIL.items():
        if value.source_rows.filter(source_kind=kind).exists():
            with connection.cursor() as cursor:
                cursor.execute(
                    COPY_ROWS.format(detail=detail, join=join), {"published": published.pk, "value": value.pk}
                )
    return published


# --- what published values rest on ---------------------------------------------------------------

IMPORTED = {
    "support": (SourceKind.SUPPORT, "support.SupportRecord"),
    "enterprises": (SourceKind.TITLE, "enterprises.Title"),
}


def require_not_published(import_):
    """Refuse to take back an import whose rows stand behind a published value: the paper would no longer be reproduced."""
    kind, model = IMPORTED[import_.kind]
    made = apps.get_model(model).objects.filter(import_batch=import_.public_id)
    rows = PublishedRow.objects.filter(source_kind=kind, source_id__in=made.values("public_id"))
    publication = KpiPublication.objects.filter(values__source_rows__in=rows).order_by("-year", "-revision").first()
    if publication is not None:
        raise Refused(
            _(
                "The indicators of %(year)s published by %(paper)s rest on rows of this import. Correct or withdraw single rows instead."
            )
            % {"year": publication.year, "paper": publication.paper_number}
        )
