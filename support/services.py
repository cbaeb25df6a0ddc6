from datetime import date
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.access import require
from audit.events import EventData, record_event, record_events
from audit.refusals import NotAllowed, Refused
from support.activity_codes import activity_code, doubts_of, likenesses
from support.models import SupportRecord, SupportRevision
from support.permissions import RECORD, can_change_support, offices_of
from support.turns import turn_rule

FIRST_YEAR = 2005  # the programme began
CONTENT = (
    "activity",
    "activity_code",
    "activity_type",
    "content_area",
    "kind",
    "what",
    "started_on",
    "delivered_on",
    "amount_vnd",
    "money_source",
    "by_programme",
    "agency",
    "evidence",
    "evidence_file",
)


class DoubtfulCode(Refused):
    """The code is another activity's, another year's or much like another; whoever knows better gives this sentence back
    as `looked_at`: what else is doubtful is asked again."""


@transaction.atomic
def record_support(*, enterprise, by, now, office=None, looked_at="", **content):
    """Write down something an enterprise was given; `content` holds the fields named in CONTENT."""
    require(by, RECORD)
    today = timezone.localdate(now)
    _require_own_office(by, office, today)
    content = _checked(content, today)
    record = SupportRecord(
        enterprise=enterprise,
        office=office,
        year=turn_rule(today).year_for(content["started_on"], content["delivered_on"]),
        created_at=now,
        created_by=getattr(by, "public_id", None),
        **content,
    )
    _require_own_code(record, today, looked_at)
    _save_or_refuse(partial(record.save, force_insert=True))
    SupportRevision.objects.create(
        record=record,
        enterprise=enterprise,
        revision=1,
        recorded_at=now,
        recorded_by=record.created_by,
        **_facts(record),
    )
    record_event("support recorded", record, by=by, now=now, after=facts_in_words(record), enterprise=enterprise)
    return record


@transaction.atomic
def correct_support(*, record, version, by, now, reason, looked_at="", **content):
    """Replace what a record says; what it said before stays as a revision."""
    record = SupportRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    require_changeable(record, by, timezone.localdate(now))
    if not reason.strip():
        raise Refused(_("Say why the record is corrected."))
    today = timezone.localdate(now)
    before = facts_in_words(record)
    content = _checked({name: getattr(record, name) for name in CONTENT} | content, today)
    for name, value in content.items():
        setattr(record, name, value)
    record.year = turn_rule(today).year_for(record.started_on, record.delivered_on)
    after = facts_in_words(record)
    if before == after:
        raise Refused(_("Nothing was changed."))
    if any(before[name] != after[name] for name in ("activity", "activity_code", "year")):
        _require_own_code(record, today, looked_at)
    _save_or_refuse(partial(record.save_version, version, update_fields=[*CONTENT, "year"]))
    _revise(record, by=by, now=now)
    changed = [name for name in after if before[name] != after[name]]
    record_event(
        "support corrected",
        record,
        by=by,
        now=now,
        reason=reason,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return record


@transaction.atomic
def withdraw_support(*, record, version, by, now, reason):
    """Take a record out of every count; the row and its reason stay."""
    record = SupportRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    require_changeable(record, by, timezone.localdate(now))
    if not reason.strip():
        raise Refused(_("Say why the record is withdrawn."))
    record.withdrawn, record.withdrawn_at, record.withdrawn_reason = True, now, reason.strip()
    record.withdrawn_by = getattr(by, "public_id", None)
    record.save_version(version, update_fields=["withdrawn", "withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record.revisions.current().update(superseded_at=now)
    record_event("support withdrawn", record, by=by, now=now, reason=reason.strip())
    return record


def withdraw_imported(records, *, by, now, reason):
    """Withdraw everything that one import recorded; inside its transaction. Returns how many."""
    require(by, RECORD)
    reason = reason.strip() or _now("The import was undone.")
    standing = records.standing()
    SupportRevision.objects.current().filter(record__in=standing).update(superseded_at=now)
    written = record_events(
        (
            EventData("support withdrawn", SupportRecord._meta.label_lower, public_id, reason=reason)
            for public_id in standing.order_by("pk").values_list("public_id", flat=True)
        ),
        by=by,
        now=now,
    )
    standing.update(
        withdrawn=True,
        withdrawn_at=now,
        withdrawn_by=getattr(by, "public_id", None),
        withdrawn_reason=reason,
        version=F("version") + 1,
    )
    return written


@override("vi")
def facts_in_words(record):
    """What the record says, as it stands in an event: names and plain values, no keys."""
    return {
        "activity": record.activity,
        "activity_code": record.activity_code,
        "activity_type": record.get_activity_type_display(),
        "year": record.year,
        "content_area": record.content_area.name_vi,
        "kind": record.kind.name_vi,
        "what": record.what,
        "started_on": record.started_on,
        "delivered_on": record.delivered_on,
        "amount_vnd": record.amount_vnd,
        "money_source": record.money_source.name_vi if record.money_source else None,
        "by_programme": record.by_programme,
        "agency": record.agency.name_vi if record.agency else None,
        "evidence": record.evidence,
        "evidence_file": record.evidence_file.original_name if record.evidence_file else None,
    }


def _facts(record):
    return {name: getattr(record, name) for name in (*CONTENT, "year")}


def _revise(record, *, by, now):
    last = record.revisions.current().get()
    now = max(now, last.recorded_at)
    SupportRevision.objects.filter(pk=last.pk).update(superseded_at=now)
    SupportRevision.objects.create(
        record=record,
        enterprise_id=record.enterprise_id,
        revision=last.revision + 1,
        recorded_at=now,
        recorded_by=getattr(by, "public_id", None),
        **_facts(record),
    )


def _require_own_office(by, office, today):
    if isinstance(by, str):
        return
    offices = offices_of(by, today)
    if offices is not None and (office is None or office.pk not in offices):
        raise NotAllowed(_("Centre staff record only what their own office gave."))


def require_changeable(record, by, today):
    require(by, RECORD)
    if record.withdrawn:
        raise Refused(
            _("The record was withdrawn on %(day)s; nothing in it changes any more.")
            % {"day": _day(record.withdrawn_at)}
        )
    if not isinstance(by, str) and not can_change_support(by, record, today):
        raise NotAllowed(_("The record is kept by another office."))


def _day(moment):
    return f"{timezone.localtime(moment):%d/%m/%Y}"


def _checked(content, today: date):
    """The content, or a sentence that says what to put right."""
    content = {name: content.get(name) for name in CONTENT} | {"by_programme": content.get("by_programme", True)}
    for name in ("activity", "activity_code", "what", "evidence"):
        content[name] = " ".join(str(content[name] or "").split())
    content["activity_code"] = activity_code(content["activity_code"])
    if not content["activity"] or not content["activity_code"] or not content["what"]:
        raise Refused(_("Name the activity, its code and what was delivered."))
    if not content["evidence"] and content["evidence_file"] is None:
        raise Refused(_("Name the evidence or attach a file."))
    delivered, started = content["delivered_on"], content["started_on"]
    if delivered > today:
        raise Refused(_("The day of delivery lies in the future. Record support after it was given."))
    if started and started > delivered:
        raise Refused(_("The activity starts after it was delivered. Look at the two dates again."))
    if (started or delivered).year < FIRST_YEAR:
        raise Refused(_("The programme began in %(year)s; look at the dates again.") % {"year": FIRST_YEAR})
    if content["amount_vnd"] is not None and content["money_source"] is None:
        raise Refused(_("Say where the money came from, or leave the amount empty."))
    if not content["by_programme"] and content["agency"] is None:
        raise Refused(_("Name the agency that gave the support."))
    return content


def _require_own_code(record, today, looked_at):
    """Refuse a code that should be looked at first, as the import points it out."""
    others, code = SupportRecord.objects.standing().exclude(pk=record.pk), record.activity_code
    names, likely = others.filter(activity_code=code).activities().get(code, {}), code
    if not names:
        codes = others.order_by("activity_code").values_list("activity_code", flat=True).distinct()
        likely = next((other for other in codes if likenesses(other) & likenesses(code)), code)
    once = turn_rule(today).once == "activity"
    doubts = doubts_of(
        code, record.activity, record.year, record.activity_type, names=names, likely=likely, counted_once=once
    )
    said = " ".join(_now(sentence) % values for sentence, values in doubts)
    if said and looked_at != (
        said := f"{said} {_now('If the code is right, tick the box below it and send it again.')}"
    ):
        raise DoubtfulCode(said)


def _save_or_refuse(save):
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        if "one_support_a_delivery" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise Refused(
            _("The same support is already recorded: enterprise, activity, kind, day and what was delivered are equal.")
        ) from None
