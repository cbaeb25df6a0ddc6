"""The registry: registering, editing, dated changes of status."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from enterprises.models import Enterprise, EnterpriseActivity, EnterpriseGroup, Title
from enterprises.models.figures import State
from enterprises.permissions import EDIT_CONTACT, REGISTER, can_act_for
from enterprises.services.revisions import note_enterprise
from reference import tax_codes
from screens.text import clean

FIELDS = (
    "tax_code",
    "name",
    "short_name",
    "name_en",
    "enterprise_type",
    "address",
    "ward",
    "phone",
    "email",
    "main_activity",
    "size_sector",
)
CONTACT = ("address", "phone", "email")
TEXTS = {"name", "short_name", "name_en", "address", "phone", "email"}
# What names the person behind a household business: kept beside the event, so that it can be erased.
PERSONAL = ("tax_code", "name", "address", "phone", "email")


def spoken(value):
    """A value as a history shows it: the name of what it points to, a code or a text as it stands."""
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return str(getattr(value, "name_vi", value))


def described(obj, names):
    return {name: spoken(getattr(obj, name)) for name in names}


def record_about(kind, enterprise, *, by, now, before=None, after=None, **more):
    """An event about an enterprise, with the personal values of a household business apart."""
    before, after, personal = before or {}, after or {}, {}
    if len(enterprise.tax_code) == 12:
        personal = {"postal_address" if n == "address" else n: after[n] for n in PERSONAL if after.get(n)}
        before = {name: value for name, value in before.items() if name not in PERSONAL}
        after = {name: value for name, value in after.items() if name not in PERSONAL}
    return record_event(kind, enterprise, by=by, now=now, before=before, after=after, personal=personal, **more)


def locked(enterprise):
    """The row of an enterprise, held until the transaction ends."""
    return Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)


def require_standing(enterprise):
    if enterprise.merged_into_id:
        raise Conflict(_("This record was merged into another one. Work on that one instead."))
    if enterprise.status == Enterprise.Status.WITHDRAWN:
        raise Conflict(_("This enterprise was entered by mistake and has been withdrawn."))


def require_tax_code(code, *, but=None):
    """Refuse a tax code that is wrong or that another record already has."""
    try:
        tax_codes.validate(code)
    except ValidationError as error:
        raise Refused(error.messages[0]) from None
    other = Enterprise.objects.recorded().filter(tax_code=code).exclude(pk=getattr(but, "pk", None)).first()
    if other:
        raise Refused(
            _("The tax code %(code)s is already that of %(name)s. Open that enterprise instead.")
            % {"code": code, "name": other.root.name}
        )


def _clean(values):
    values = {name: clean(value) if name in TEXTS else value for name, value in values.items()}
    if "tax_code" in values:
        values["tax_code"] = tax_codes.normal(values["tax_code"])
        if len(values["tax_code"]) == 14 and values.get("enterprise_type") == Enterprise.Type.OTHER:
            values["enterprise_type"] = Enterprise.Type.BRANCH  # thirteen digits say so
    return values


class SameName(Refused):
    """The registry has others of this name; `found` are they. Whoever knows better says `same_name=True`."""

    def __init__(self, found):
        self.found = found
        listed = ", ".join(f"{other.name} ({other.tax_code})" for other in found)
        super().__init__(
            _("The registry has this name already: %(found)s. If it is another enterprise, say so and register it.")
            % {"found": listed}
        )


def require_new_name(name, code):
    """Refuse a name that another enterprise has; a branch may have that of its parent or of another branch."""
    others = Enterprise.objects.called_like(name).exclude(tax_code=code)
    if len(code) == 14:
        others = others.exclude(parent_tax_code=tax_codes.parent_of(code))
    elif len(code) == 10:
        others = others.exclude(parent_tax_code=code)
    found = list(others.order_by("pk")[:5])
    if found:
        raise SameName(found)


@transaction.atomic
def register_enterprise(
    *, values, groups=(), activities=(), same_name=False, by, now, import_batch=None, synthetic=False
):
    """Enter an enterprise into the registry; one of a name that is there already only with `same_name`."""
    require(by, REGISTER)
    values = _clean(values)
    require_tax_code(values["tax_code"])
    if not same_name:
        require_new_name(values["name"], values["tax_code"])
    enterprise = Enterprise(created_at=now, import_batch=import_batch, synthetic=synthetic, **values)
    enterprise.set_name_columns()
    try:
        with transaction.atomic():
            enterprise.save()
    except IntegrityError:  # somebody registered the same tax code at the same moment
        require_tax_code(values["tax_code"])
        raise
    on = timezone.localdate(now)
    after = {name: value for name, value in described(enterprise, FIELDS).items() if value}
    for model, field, plural, wanted in (
        (EnterpriseGroup, "group", "groups", groups),
        (EnterpriseActivity, "activity", "activities", activities),
    ):
        if wanted:
            after[plural] = _set_dated(model, field, enterprise, wanted, on=on)[1]
    note_enterprise(enterprise, by=by, now=now)
    record_about("enterprise registered", enterprise, by=by, now=now, after=after)
    return enterprise


def _set_dated(model, field, enterprise, wanted, *, on):
    """Let exactly `wanted` be in force from `on`; returns (names before, names after, whether anything is different)."""
    rows = model.objects.in_force(on).filter(enterprise=enterprise, ends_on__isnull=True).select_related(field)
    standing = {getattr(row, f"{field}_id"): row for row in rows}
    wanted = {item.pk: item for item in wanted}
    before = sorted(spoken(getattr(row, field)) for row in standing.values())
    for key, row in standing.items():
        if key not in wanted:
            row.ends_on = max(row.starts_on, on - timedelta(days=1))
            row.save(update_fields=["ends_on"])
    for key, item in wanted.items():
        if key not in standing:
            # taken out and put back on one day: the row goes on
            open_again = model.objects.filter(enterprise=enterprise, ends_on__gte=on, **{field: item})
            if not open_again.update(ends_on=None):
                model.objects.create(enterprise=enterprise, starts_on=on, **{field: item})
    return before, sorted(spoken(item) for item in wanted.values()), standing.keys() != wanted.keys()


@transaction.atomic
def edit_enterprise(*, enterprise, version, values, groups=None, activities=None, by, now, reason=""):
    """Correct or update what the registry says of an enterprise; `groups` and `activities` hold from today."""
    require(by, REGISTER)
    enterprise = locked(enterprise)
    require_standing(enterprise)
    return _edit(enterprise, version, values, groups=groups, activities=activities, by=by, now=now, reason=reason)


@transaction.atomic
def edit_contact(*, enterprise, version, values, by, now):
    """The enterprise itself keeps its address, telephone and e-mail."""
    enterprise = locked(enterprise)
    require_standing(enterprise)
    if not can_act_for(by, enterprise, EDIT_CONTACT):
        raise NotAllowed(_("Only the people of this enterprise may do this."))
    return _edit(enterprise, version, {name: values[name] for name in CONTACT}, by=by, now=now)


def _edit(enterprise, version, values, *, groups=None, activities=None, by, now, reason=""):
    values = _clean(values)
    changed = [name for name, value in values.items() if getattr(enterprise, name) != value]
    before = described(enterprise, changed)
    if "tax_code" in changed:
        require_tax_code(values["tax_code"], but=enterprise)
    for name in changed:
        setattr(enterprise, name, values[name])
    enterprise.set_name_columns()
    enterprise.save_version(version, update_fields=[*changed, "folded", "sort_key", "name_key", "parent_tax_code"])
    after = described(enterprise, changed)
    on = timezone.localdate(now)
    for model, field, plural, wanted in (
        (EnterpriseGroup, "group", "groups", groups),
        (EnterpriseActivity, "activity", "activities", activities),
    ):
        if wanted is not None:
            was, stands, is_different = _set_dated(model, field, enterprise, wanted, on=on)
            if is_different:  # two rows of reference data may have one name
                before[plural], after[plural] = was, stands
    if after:
        note_enterprise(enterprise, by=by, now=now)
        record_about("enterprise edited", enterprise, by=by, now=now, before=before, after=after, reason=reason)
    return enterprise


# Every change of status that a person may note; withdrawing has its own door.
STATUS_MOVES = {
    Enterprise.Status.ACTIVE: {Enterprise.Status.SUSPENDED, Enterprise.Status.DISSOLVED},
    Enterprise.Status.SUSPENDED: {Enterprise.Status.ACTIVE, Enterprise.Status.DISSOLVED},
    Enterprise.Status.DISSOLVED: {Enterprise.Status.ACTIVE},
    Enterprise.Status.WITHDRAWN: set(),
}


@transaction.atomic
def change_status(*, enterprise, version, status, since, reason, by, now):
    """Note that an enterprise suspended, resumed or ended its activity on a day."""
    require(by, REGISTER)
    enterprise = locked(enterprise)
    require_standing(enterprise)
    if status not in STATUS_MOVES[enterprise.status]:
        labels = {"before": enterprise.get_status_display(), "after": Enterprise.Status(status).label}
        raise Refused(_("The status “%(before)s” cannot become “%(after)s”.") % labels)
    if since > timezone.localdate(now):
        raise Refused(_("The day of the change lies in the future. Note the change when it has happened."))
    if enterprise.status_from and since < enterprise.status_from:
        raise Refused(
            _("The present status holds since %(since)s; the new one cannot begin before that.")
            % {"since": f"{enterprise.status_from:%d/%m/%Y}"}
        )
    if not reason.strip():
        raise Refused(_("Give the reason, with the paper it rests on."))
    before = {"status": enterprise.status, "status_from": enterprise.status_from}
    enterprise.status, enterprise.status_from = status, since
    enterprise.save_version(version, update_fields=["status", "status_from"])
    note_enterprise(enterprise, by=by, now=now)
    after = {"status": str(status), "status_from": since}
    record_event("enterprise status changed", enterprise, by=by, now=now, reason=reason, before=before, after=after)
    return enterprise


@transaction.atomic
def withdraw_enterprise(*, enterprise, reason, by, now):
    """Take back an enterprise entered by mistake, while nothing stands on it."""
    require(by, REGISTER)
    enterprise = locked(enterprise)
    require_standing(enterprise)
    if not reason.strip():
        raise Refused(_("Give the reason."))
    if Title.objects.standing().filter(product__enterprise=enterprise).exists():
        raise Refused(_("%(name)s holds titles; it was not entered by mistake.") % {"name": enterprise})
    if enterprise.figures.exclude(state=State.WITHDRAWN).exists():
        raise Refused(_("%(name)s has figures; it was not entered by mistake.") % {"name": enterprise})
    if enterprise.merged_records.exists():
        raise Refused(_("Another record was merged into %(name)s; it stays.") % {"name": enterprise})
    enterprise.status, enterprise.status_from = Enterprise.Status.WITHDRAWN, timezone.localdate(now)
    enterprise.save_version(enterprise.version, update_fields=["status", "status_from"])
    note_enterprise(enterprise, by=by, now=now)
    record_event("enterprise withdrawn", enterprise, by=by, now=now, reason=reason)
    return enterprise
