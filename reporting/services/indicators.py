"""What an indicator means: versions that supersede each other, and the director's choice among variants."""

import json
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from reporting.definitions import read
from reporting.models import Family, Indicator, IndicatorVersion, KpiChoice
from reporting.permissions import DECIDE, DEFINE

DATA = Path(__file__).parent.parent / "data"


@transaction.atomic
def define_indicator(
    *, indicator, version, definition, name_vi, name_en, legal_basis, reason, by, now, confirmed=False
):
    """Give `indicator` a new version; `version` is the revision that was on the screen."""
    require(by, DEFINE)
    read(definition)
    if not reason.strip():
        raise Refused(_("Say why the definition is changed."))
    indicator = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    last = indicator.versions.order_by("-revision").first()
    if last.revision != version:
        raise Conflict(_("Somebody else changed this definition meanwhile. Look at the latest version first."))
    if read(last.definition).unit != read(definition).unit:
        raise Refused(_("The unit of an indicator does not change. Make a new variant instead."))
    values = {"definition": definition, "name_vi": name_vi, "name_en": name_en, "legal_basis": legal_basis}
    if all(getattr(last, name) == value for name, value in values.items()) and last.confirmed == confirmed:
        raise Refused(_("Nothing was changed."))
    now = max(now, last.recorded_at)
    IndicatorVersion.objects.filter(pk=last.pk).update(superseded_at=now)
    new = _add_version(indicator, last.revision + 1, by=by, now=now, reason=reason, confirmed=confirmed, **values)
    record_event(
        "indicator defined",
        indicator,
        by=by,
        now=now,
        reason=reason,
        before={name: getattr(last, name) for name in ("definition", "name_vi", "name_en")},
        after={name: values[name] for name in ("definition", "name_vi", "name_en")},
        version=new.revision,
    )
    return new


@transaction.atomic
def add_variant(*, family, code, definition, name_vi, name_en, legal_basis, by, now, place=None):
    """Put a new variant beside those that an indicator has."""
    require(by, DEFINE)
    if family not in Family.values:
        raise Refused(_("There is no such indicator."))
    unit = read(definition).unit
    others = list(Indicator.objects.filter(family=family).prefetch_related("versions"))
    if any(read(version.definition).unit != unit for other in others for version in other.versions.all()):
        raise Refused(_("All variants of an indicator have the same unit."))
    if Indicator.objects.filter(code=code).exists():
        raise Conflict(_("There is already an indicator with the code %(code)s.") % {"code": code})
    place = place if place is not None else max((other.place for other in others), default=900) + 1
    indicator = Indicator.objects.create(code=code, family=family, place=place)
    version = _add_version(
        indicator,
        1,
        by=by,
        now=now,
        definition=definition,
        name_vi=name_vi,
        name_en=name_en,
        legal_basis=legal_basis,
    )
    record_event(
        "indicator defined",
        indicator,
        by=by,
        now=now,
        after={"definition": definition, "name_vi": name_vi, "name_en": name_en},
        version=1,
    )
    return version


def _add_version(indicator, number, *, by, now, **values):
    return IndicatorVersion.objects.create(
        indicator=indicator, revision=number, recorded_at=now, recorded_by=getattr(by, "public_id", None), **values
    )


def load_indicators(*, by, now):
    """Add the indicators of the repository that are not there yet; what people changed stays. Returns how many."""
    known = set(Indicator.objects.values_list("code", flat=True))
    rows = json.loads((DATA / "indicators.json").read_text(encoding="utf-8"))
    return len([add_variant(by=by, now=now, **row) for row in rows if row["code"] not in known])


@transaction.atomic
def choose_variant(*, indicator, paper_number, paper_on, by, now, reason=""):
    """The director says by a numbered paper which variant of an indicator counts."""
    require(by, DECIDE)
    if not paper_number.strip():
        raise Refused(_("Give the number of the paper."))
    if paper_on > now.date():
        raise Refused(_("The date of the paper lies in the future."))
    last = KpiChoice.objects.select_for_update(of=("self",)).current().filter(family=indicator.family).first()
    if last:
        if last.indicator_id == indicator.pk and last.paper_number == paper_number:
            raise Refused(_("Nothing was changed."))
        if not reason.strip():
            raise Refused(_("Say why another variant is chosen."))
        now = max(now, last.recorded_at)
        KpiChoice.objects.filter(pk=last.pk).update(superseded_at=now)
    choice = KpiChoice.objects.create(
        family=indicator.family,
        indicator=indicator,
        paper_number=paper_number.strip(),
        paper_on=paper_on,
        reason=reason,
        revision=last.revision + 1 if last else 1,
        recorded_at=now,
        recorded_by=getattr(by, "public_id", None),
    )
    record_event(
        "variant chosen",
        indicator,
        by=by,
        now=now,
        reason=reason,
        before={"variant": last.indicator.code} if last else None,
        after={"variant": indicator.code},
        paper=choice.paper_number,
    )
    return choice
