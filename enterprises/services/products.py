"""Products and the titles they hold."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from enterprises.models import Product, Title
from enterprises.permissions import REGISTER
from enterprises.services.enterprises import described, locked, require_standing
from enterprises.services.revisions import note_title
from screens.text import clean

PRODUCT_FIELDS = ("name", "group", "activity")
TITLE_FIELDS = ("kind", "round_year", "decision_number", "decision_on", "valid_from", "valid_to")
BEGINS_EARLY = gettext_noop(
    "The title would be in force from %(from)s, before it was decided on %(on)s. Look at the decision."
)
OTHER_ROUND = gettext_noop(
    "The round %(year)s is decided in that year or in the next, not on %(on)s. Look at the decision."
)


def _require_reason(reason):
    if not reason.strip():
        raise Refused(_("Give the reason."))


def _locked_product(product):
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    if product.withdrawn_at:
        raise Conflict(_("This product was withdrawn."))
    return product


def _locked_title(title):
    title = Title.objects.select_for_update(of=("self",)).select_related("product").get(pk=title.pk)
    if title.withdrawn_at:
        raise Conflict(_("This title was withdrawn."))
    return title


def _save_product(product, save):
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise Refused(
            _("%(enterprise)s already has a product “%(name)s”.")
            % {"enterprise": product.enterprise, "name": product.name}
        ) from None


@transaction.atomic
def add_product(*, enterprise, name, group=None, activity=None, by, now, import_batch=None, synthetic=False):
    """Enter a product of an enterprise."""
    require(by, REGISTER)
    enterprise = locked(enterprise)
    require_standing(enterprise)
    product = Product(
        enterprise=enterprise,
        name=clean(name),
        group=group,
        activity=activity,
        created_at=now,
        import_batch=import_batch,
        synthetic=synthetic,
    )
    product.set_name_columns()
    _save_product(product, product.save)
    record_event("product added", product, by=by, now=now, after=described(product, PRODUCT_FIELDS))
    record_event("enterprise got a product", enterprise, by=by, now=now, name=product.name)
    return product


@transaction.atomic
def edit_product(*, product, version, values, by, now, reason=""):
    """Correct a product's name, group or activity."""
    require(by, REGISTER)
    product = _locked_product(product)
    values = values | ({"name": clean(values["name"])} if "name" in values else {})
    changed = [name for name in PRODUCT_FIELDS if name in values and getattr(product, name) != values[name]]
    before = described(product, changed)
    for name in changed:
        setattr(product, name, values[name])
    product.set_name_columns()
    _save_product(product, lambda: product.save_version(version, update_fields=[*changed, "folded", "sort_key"]))
    if changed:
        after = described(product, changed)
        record_event("product edited", product, by=by, now=now, before=before, after=after, reason=reason)
        for title in product.titles.standing():
            note_title(title, by=by, now=now)
    return product


@transaction.atomic
def withdraw_product(*, product, reason, by, now):
    """Take back a product entered by mistake, while it holds no title."""
    require(by, REGISTER)
    product = _locked_product(product)
    _require_reason(reason)
    if product.titles.standing().exists():
        raise Refused(_("“%(name)s” holds a title. Withdraw or end the title first.") % {"name": product})
    product.withdrawn_at, product.withdrawn_reason = now, reason
    product.save_version(product.version, update_fields=["withdrawn_at", "withdrawn_reason"])
    record_event("product withdrawn", product, by=by, now=now, reason=reason)
    return product


def misdated(*, round_year, decision_on, valid_from):
    """(field, sentence) for what the decision cannot have said: in force before it, in the round of another time."""
    on = f"{decision_on:%d/%m/%Y}"
    if valid_from < decision_on:
        yield "valid_from", _(BEGINS_EARLY) % {"from": f"{valid_from:%d/%m/%Y}", "on": on}
    if decision_on.year not in (round_year, round_year + 1):
        yield "decision_on", _(OTHER_ROUND) % {"year": round_year, "on": on}


def _require_dates(title, now):
    today = timezone.localdate(now)
    if title.valid_to and title.valid_to < title.valid_from:
        raise Refused(
            _("The title ends on %(to)s, before it begins on %(from)s. Look at the decision.")
            % {"to": f"{title.valid_to:%d/%m/%Y}", "from": f"{title.valid_from:%d/%m/%Y}"}
        )
    if title.decision_on > today:
        raise Refused(_("The decision is dated in the future."))
    if not 2000 <= title.round_year <= today.year:
        raise Refused(_("%(year)s is not the year of a round that was held.") % {"year": title.round_year})
    for _field, sentence in misdated(
        round_year=title.round_year, decision_on=title.decision_on, valid_from=title.valid_from
    ):
        raise Refused(sentence)
    if not title.decision_number.strip():
        raise Refused(_("Give the number of the decision."))
    if title.ended_on and title.ended_on < title.valid_from:
        raise Refused(_("The title ended on %(day)s, before it begins.") % {"day": f"{title.ended_on:%d/%m/%Y}"})


def _save_title(title, save):
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise Refused(
            _("“%(product)s” already has this title of the round %(year)s.")
            % {"product": title.product, "year": title.round_year}
        ) from None


@transaction.atomic
def record_title(
    *,
    product,
    kind=Title.Kind.KEY_PRODUCT,
    round_year,
    decision_number,
    decision_on,
    valid_from,
    valid_to=None,
    by,
    now,
    import_batch=None,
    synthetic=False,
):
    """Record that a product was recognised in the round of a year, by a decision."""
    require(by, REGISTER)
    product = _locked_product(product)
    title = Title(
        product=product,
        kind=kind,
        round_year=round_year,
        decision_number=clean(decision_number),
        decision_on=decision_on,
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=now,
        import_batch=import_batch,
        synthetic=synthetic,
    )
    _require_dates(title, now)
    _save_title(title, title.save)
    note_title(title, by=by, now=now)
    after = {name: getattr(title, name) for name in TITLE_FIELDS}
    record_event("title recorded", title, by=by, now=now, after=after)
    record_event("product got a title", product, by=by, now=now, year=round_year, number=title.decision_number)
    return title


@transaction.atomic
def correct_title(*, title, version, values, reason, by, now):
    """Correct what was typed wrongly of a title; the reason is kept."""
    require(by, REGISTER)
    title = _locked_title(title)
    _require_reason(reason)
    changed = [name for name in TITLE_FIELDS if name in values and getattr(title, name) != values[name]]
    before = {name: getattr(title, name) for name in changed}
    for name in changed:
        setattr(title, name, values[name])
    _require_dates(title, now)
    _save_title(title, lambda: title.save_version(version, update_fields=changed))
    if changed:
        note_title(title, by=by, now=now)
        after = {name: getattr(title, name) for name in changed}
        record_event("title corrected", title, by=by, now=now, before=before, after=after, reason=reason)
    return title


@transaction.atomic
def end_title(*, title, version, ended_on, reason, by, now):
    """A title holds no longer from `ended_on` on: taken back by decision, the product no longer made."""
    require(by, REGISTER)
    title = _locked_title(title)
    if title.ended_on:
        raise Conflict(_("This title has already ended."))
    if not reason.strip():
        raise Refused(_("Give the reason, with the paper it rests on."))
    if ended_on < title.valid_from or (title.valid_to and ended_on > title.valid_to):
        raise Refused(
            _("The title is in force from %(from)s to %(to)s; an early end lies between the two.")
            % {
                "from": f"{title.valid_from:%d/%m/%Y}",
                "to": f"{title.valid_to:%d/%m/%Y}" if title.valid_to else "…",
            }
        )
    title.ended_on, title.end_reason = ended_on, reason
    title.save_version(version, update_fields=["ended_on", "end_reason"])
    note_title(title, by=by, now=now)
    record_event("title ended", title, by=by, now=now, reason=reason, after={"ended_on": ended_on})
    return title


@transaction.atomic
def withdraw_title(*, title, reason, by, now):
    """Take back a title that was recorded by mistake: no such recognition was ever made."""
    require(by, REGISTER)
    title = _locked_title(title)
    _require_reason(reason)
    title.withdrawn_at, title.withdrawn_reason = now, reason
    title.save_version(title.version, update_fields=["withdrawn_at", "withdrawn_reason"])
    note_title(title, by=by, now=now)
    record_event("title withdrawn", title, by=by, now=now, reason=reason)
    return title
