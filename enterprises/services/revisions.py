"""Keeping what the indicators read: each change of an enterprise or a title leaves a dated revision."""

from django.utils import timezone

from enterprises.models import EnterpriseRevision, TitleRevision

ENTERPRISE_FIELDS = (
    "parent_tax_code",
    "ward_id",
    "group_codes",
    "main_activity_id",
    "size_sector",
    "status",
    "status_from",
    "merged_into_id",
)
TITLE_FIELDS = (
    "product_id",
    "enterprise_id",
    "group_id",
    "kind",
    "round_year",
    "decision_number",
    "decision_on",
    "valid_from",
    "valid_to",
    "ended_on",
)


def enterprise_facts(enterprise, *, on):
    codes = enterprise.groups.in_force(on).values_list("group__code", flat=True)
    facts = {name: getattr(enterprise, name) for name in ENTERPRISE_FIELDS if name != "group_codes"}
    return facts | {"group_codes": ",".join(sorted(codes))}


def title_facts(title):
    product = title.product
    facts = {name: getattr(title, name) for name in TITLE_FIELDS if name not in ("enterprise_id", "group_id")}
    return facts | {"enterprise_id": product.enterprise_id, "group_id": product.group_id}


def note_enterprise(enterprise, *, by, now):
    """Write a new revision of `enterprise` if anything that the indicators read is different."""
    facts = enterprise_facts(enterprise, on=timezone.localdate(now))
    return _note(EnterpriseRevision, {"enterprise_id": enterprise.pk}, facts, by=by, now=now)


def note_title(title, *, by, now):
    """Write a new revision of `title`; a withdrawn one is left without a current revision."""
    if title.withdrawn_at:
        return TitleRevision.objects.current().filter(title=title).update(superseded_at=now)
    return _note(TitleRevision, {"title_id": title.pk}, title_facts(title), by=by, now=now)


def _note(model, key, facts, *, by, now):
    last = model.objects.filter(**key).order_by("-revision").first()
    if last and last.superseded_at is None:
        if all(getattr(last, name) == value for name, value in facts.items()):
            return last
        now = max(now, last.recorded_at)
        model.objects.filter(pk=last.pk).update(superseded_at=now)
    return model.objects.create(
        **key,
        **facts,
        revision=last.revision + 1 if last else 1,
        recorded_at=now,
        recorded_by=getattr(by, "public_id", None),
    )
