"""Making one enterprise of two records of it, with a trace."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing, Membership, Title
from enterprises.models.figures import BASIS, OPEN_STATES, State
from enterprises.permissions import MERGE
from enterprises.services.enterprises import FIELDS, described, record_about, require_standing
from enterprises.services.revisions import note_enterprise, note_title

DAY = timedelta(days=1)
CHOOSABLE = tuple(name for name in FIELDS if name != "tax_code")


def _key(row):
    return (row.year, *(getattr(row, name) for name in BASIS))


def figures_in_conflict(winner, loser):
    """[(of the winner, of the loser)] where both have confirmed figures of one year and basis that stand."""
    confirmed = FigureRevision.objects.current().filter(state=State.CONFIRMED)
    own = {_key(row): row for row in confirmed.filter(enterprise__in=winner.family_ids)}
    others = {_key(row): row for row in confirmed.filter(enterprise__in=loser.family_ids)}
    return [(own[key], row) for key, row in sorted(others.items(), key=str) if key in own]


def why_not(winner, loser):
    """Why the two cannot be merged as things stand, though a person may; "" when they can."""
    closed = FigureYearClosing.closed_years()
    for own, _other in figures_in_conflict(winner, loser):
        if own.year in closed:
            return _(
                "Both records have confirmed figures of %(year)s and that year is closed. "
                "Open the year by a decision first, so that one of the two can give way."
            ) % {"year": own.year}
    return ""


@transaction.atomic
def merge_enterprises(*, winner, loser, from_loser=(), figures_of_loser=(), reason, by, now, versions=None):
    """Make one enterprise of two records. The loser stays as an alias that leads to the winner; nothing is deleted.

    `from_loser` names the fields whose value is taken from the loser; `figures_of_loser` the public ids of confirmed
    figures of the loser that stand where both have some; `versions` what was compared ({key: version}). Products, titles
    and memberships go over to the winner; figures and support stay where they were recorded and are read through.
    """
    require(by, MERGE)
    if winner.pk == loser.pk:
        raise Refused(_("Choose two different records."))
    if not reason.strip():
        raise Refused(_("Say why the two records are one enterprise."))
    rows = Enterprise.objects.select_for_update(of=("self",)).filter(pk__in=[winner.pk, loser.pk]).order_by("pk")
    found = {row.pk: row for row in rows}
    winner, loser = found[winner.pk], found[loser.pk]
    for row in (winner, loser):
        require_standing(row)
        if versions and versions.get(row.pk) != row.version:
            raise Conflict(_("One of the two records was changed meanwhile. Compare them again."))
    _settle_figures(winner, loser, set(map(str, figures_of_loser)), by=by, now=now)
    before, after = _take_fields(winner, loser, from_loser)
    aliases = list(loser.merged_records.all())
    for alias in aliases:
        alias.merged_into, alias.version = winner, alias.version + 1
        alias.save(update_fields=["merged_into", "version"])
    loser.merged_into, loser.merged_at, loser.version = winner, now, loser.version + 1
    loser.save(update_fields=["merged_into", "merged_at", "version"])
    facts = {"winner": str(winner.public_id), "loser": str(loser.public_id)}
    facts["products"] = _move_products(winner, loser, by=by, now=now)
    facts["members"] = _move_members(winner, loser, by=by, now=now)
    for row in (winner, loser, *aliases):
        note_enterprise(row, by=by, now=now)
    record_event("enterprise merged away", loser, by=by, now=now, reason=reason, **facts)
    record_about("enterprise merged", winner, by=by, now=now, reason=reason, before=before, after=after, **facts)
    return winner


def _take_fields(winner, loser, names):
    names = [name for name in CHOOSABLE if name in names and getattr(winner, name) != getattr(loser, name)]
    before = described(winner, names)
    for name in names:
        setattr(winner, name, getattr(loser, name))
    winner.set_name_columns()
    winner.save_version(winner.version, update_fields=[*names, "folded", "sort_key", "name_key"])
    return before, described(winner, names)


def _settle_figures(winner, loser, chosen, *, by, now):
    """Of two confirmed figures of one year and basis one gives way; of two open ones the loser's is withdrawn."""
    if reason := why_not(winner, loser):
        raise Refused(reason)
    for own, other in figures_in_conflict(winner, loser):
        gives_way = own if str(other.public_id) in chosen else other
        FigureRevision.objects.filter(pk=gives_way.pk).update(superseded_at=max(now, gives_way.confirmed_at))
        record_event("figures gave way", gives_way, by=by, now=now, year=own.year)
    standing = FigureRevision.objects.current().filter(state__in=OPEN_STATES)
    own = {_key(row) for row in standing.filter(enterprise__in=winner.family_ids)}
    for row in standing.filter(enterprise__in=loser.family_ids):
        if _key(row) in own:
            state = {} if row.state == State.RETURNED else {"state": State.WITHDRAWN}
            FigureRevision.objects.filter(pk=row.pk).update(superseded_at=now, **state)
            record_event("figures withdrawn", row, by=by, now=now, year=row.year)


def _move_products(winner, loser, *, by, now):
    own = {product.folded: product for product in winner.products.standing()}
    products = list(loser.products.standing())
    for product in products:
        twin = own.get(product.folded)
        if twin:
            _move_titles(product, twin, by=by, now=now)
            product.withdrawn_at = now
            product.withdrawn_reason = _("The enterprise that the record was merged into has the same product.")
        product.enterprise, product.version = winner, product.version + 1
        product.save(update_fields=["enterprise", "version", "withdrawn_at", "withdrawn_reason"])
        for title in Title.objects.filter(product=product).select_related("product"):
            note_title(title, by=by, now=now)
        record_event("product moved", product, by=by, now=now, winner=str(winner.public_id))
    return len(products)


def _move_titles(product, twin, *, by, now):
    held = set(twin.titles.standing().values_list("kind", "round_year"))
    for title in product.titles.standing():
        if (title.kind, title.round_year) in held:
            title.withdrawn_at = now
            title.withdrawn_reason = _(
                "The product of the enterprise that the record was merged into holds it already."
            )
            fields = ["withdrawn_at", "withdrawn_reason"]
        else:
            title.product, fields = twin, ["product"]
        title.version += 1
        title.save(update_fields=[*fields, "version"])
        note_title(title, by=by, now=now)
        record_event("title moved", title, by=by, now=now, product=str(twin.public_id))


def _move_members(winner, loser, *, by, now):
    """The people of the loser act for the winner, each with the stronger of their rights and until its last day."""
    on = timezone.localdate(now)
    standing = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    memberships = list(loser.memberships.filter(standing))
    for membership in memberships:
        own = winner.memberships.filter(standing, user=membership.user_id, role=membership.role)
        first = _first_day(membership, list(own), on, by=by, now=now)
        last = membership.ends_on
        membership.ends_on = max(membership.starts_on, on)
        membership.version += 1
        membership.save(update_fields=["ends_on", "version"])
        if first is not None:
            Membership.objects.create(
                user_id=membership.user_id,
                enterprise=winner,
                role=membership.role,
                starts_on=first,
                ends_on=last,
                paper=membership.paper,
                is_authorised=membership.is_authorised,
                synthetic=membership.synthetic,
            )
        record_event("membership moved", membership, by=by, now=now, winner=str(winner.public_id))
    return len(memberships)


def _first_day(membership, own, on, *, by, now):
    """From which day it goes on in the other record, where its person has `own` of the same role; None where these are enough.

    An authorisation gives way to the legal representative's right at once; else what lasts longer follows on what ends.
    """
    first = max(membership.starts_on, on)
    for weaker in own if membership.represents else ():
        if weaker.is_authorised:
            weaker.ends_on = max(weaker.starts_on, on - DAY)
            weaker.version += 1
            weaker.save(update_fields=["ends_on", "version"])
            reason = _("The person is the legal representative in the record that was merged.")
            record_event("membership ended", weaker, by=by, now=now, reason=reason)
    if any(each.ends_on is None for each in own):
        return None
    after = max([first, *(each.ends_on + DAY for each in own)])
    return after if membership.ends_on is None or membership.ends_on >= after else None
