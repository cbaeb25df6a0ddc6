"""The verbs of procedures: draft a version, work on its parts, put it in force by a paper, close the procedure."""

import re
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.duties import check_pair
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from dossiers.models import PARTS, Procedure, ProcedureVersion
from dossiers.permissions.procedures import EDIT, ISSUE, heads_office
from dossiers.services.checking import problems_of
from reference.services import snapshot
from screens import formats

STATE = ProcedureVersion.State
CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")  # of fields and components: they are names in a form
RESERVED = {"version"}  # names that the forms of the portal use themselves
DRAFTING, ISSUING = "draft procedure", "put procedure in force"
CONTENT = (
    "legal_basis",
    "result",
    "result_series",
    "result_subject",
    "result_text",
    "office",
    "form_set",
    "total_days",
    "receipt_until",
    "after_supplement",
    "answer_days",
    "extension_times",
    "extension_days",
    "warn_percent",
    "warn_days",
    "confidence",
    "source",
)
BOOKKEEPING = {
    "procedure", "procedure_version", "number", "state", "valid_from", "valid_to", "paper_number", "paper_on",
    "put_in_force_at", "put_in_force_by", "discarded_at", "discarded_by", "discarded_reason", "copied_from",
    "drafted_at", "hands", "closed_on", "closed_reason", "position",
}  # fmt: skip


# --- procedures --------------------------------------------------------------------------------


@transaction.atomic
def add_procedure(*, values, by, now):
    """Enter a procedure; its first version is begun on its page."""
    require(by, EDIT)
    procedure = Procedure(**values)
    procedure.derive()
    if Procedure.objects.filter(code=procedure.code).exists():
        raise Refused(_("The code %(code)s is taken by another procedure.") % {"code": procedure.code})
    _insert(procedure)
    record_event("procedure added", procedure, by=by, now=now, after=filled(procedure))
    return procedure


@transaction.atomic
def edit_procedure(*, procedure, values, version, by, now, reason):
    """Correct what names a procedure. Its code stays; what it takes is changed by a new version."""
    require(by, EDIT)
    procedure = _locked(procedure)
    _require_open(procedure)
    _require_offices_of(procedure, by, now)
    if values.get("code", procedure.code) != procedure.code:
        raise Refused(_("The code of a procedure never changes. Close it and enter a new one."))
    before = filled(procedure)
    for name, value in values.items():
        setattr(procedure, name, value)
    procedure.derive()
    return _changed("procedure corrected", procedure, before, version, by=by, now=now, reason=reason)


@transaction.atomic
def close_procedure(*, procedure, closed_on, version, by, now, reason):
    """Let nothing be received under a procedure from the day `closed_on`. What was received goes on under its version."""
    require(by, EDIT)
    procedure = _locked(procedure)
    _require_open(procedure)
    _require_offices_of(procedure, by, now)
    if closed_on < timezone.localdate(now):
        raise Refused(_("A procedure is closed from today or from a later day: what was received stands."))
    if procedure.versions.drafts().exists():
        raise Refused(_("There is a draft of a new version. Discard it first."))
    last = _last_issued(procedure)
    if last and closed_on <= last.valid_from:
        raise Refused(
            _("Version %(number)s begins on %(day)s. Close the procedure from a later day.")
            % {"number": last.number, "day": formats.vn_date(last.valid_from)}
        )
    if last:
        last.valid_to = closed_on - timedelta(days=1)
        last.save_version(last.version, update_fields=["valid_to"])
    procedure.closed_on, procedure.closed_reason = closed_on, reason
    _save(procedure, version, ["closed_on", "closed_reason"])
    record_event(
        "procedure closed", procedure, by=by, now=now, reason=reason, before={"closed_on": None},
        after={"closed_on": closed_on},
    )  # fmt: skip
    return procedure


# --- versions ----------------------------------------------------------------------------------


@transaction.atomic
def begin_version(*, procedure, by, now, values=None):
    """Begin a draft: a copy of the version last put in force, or, where there is none, `values` without parts."""
    require(by, EDIT)
    procedure = _locked(procedure)
    _require_open(procedure)
    if procedure.versions.drafts().exists():
        raise Conflict(_("There is a draft of this procedure already. Go on with that one, or discard it."))
    source = _last_issued(procedure)
    if source:
        values = {name: getattr(source, name) for name in CONTENT}
    elif not values:
        raise Refused(_("Fill in what the first version takes."))
    _require_office(by, values.get("office"), now)
    number = (procedure.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = ProcedureVersion(
        procedure=procedure, number=number, copied_from=source, drafted_at=now, hands=[actor_name(by)], **values
    )
    _insert(draft)
    if source:
        for model in PARTS.values():
            copy_parts(model, source, draft)
    copied = {"copied_from": source.number} if source else {}
    record_event("procedure version begun", draft, by=by, now=now, after=filled(draft) | copied)
    return draft


def copy_parts(model, source, draft):
    """The parts of one kind of `source` as parts of `draft`."""
    own = [field.name for field in model._meta.concrete_fields if field.name not in _NOT_COPIED]
    for part in model.objects.filter(procedure_version=source):
        model.objects.create(procedure_version=draft, **{name: getattr(part, name) for name in own})


_NOT_COPIED = {"id", "public_id", "version", "procedure_version"}


@transaction.atomic
def edit_version(*, procedure_version, values, version, by, now, reason=""):
    """Change what stands beside the parts of a draft: basis, result, days, the rules of its clock."""
    require(by, EDIT)
    draft = _locked_draft(procedure_version, by, now)
    _require_office(by, values.get("office", draft.office), now)
    taken = draft.steps.aggregate(days=Sum("working_days"))["days"] or 0
    if values.get("total_days", draft.total_days) < taken:
        raise Refused(
            _("The steps take %(days)s working days already. Shorten them first, or give the whole at least as many.")
            % {"days": taken}
        )
    before = filled(draft)
    for name, value in values.items():
        setattr(draft, name, value)
    return _changed("procedure version corrected", draft, before, version, by=by, now=now, reason=reason)


@transaction.atomic
def discard_version(*, procedure_version, version, by, now, reason):
    """Give a draft up. It stays to be read, with the reason."""
    require(by, EDIT)
    draft = _locked_draft(procedure_version, by, now, to=STATE.DISCARDED)
    draft.state, draft.discarded_at, draft.discarded_by = STATE.DISCARDED, now, actor_name(by)
    draft.discarded_reason = reason
    _save(draft, version, ["state", "discarded_at", "discarded_by", "discarded_reason"])
    record_event("procedure version discarded", draft, by=by, now=now, reason=reason)
    return draft


@transaction.atomic
def issue_version(*, procedure_version, paper_number, paper_on, valid_from, version, by, now):
    """Put a draft in force from a day, by a paper. It is frozen; the version before it ends the day before.

    Whoever worked on the draft does not put it in force.
    """
    require(by, ISSUE)
    draft = _locked_draft(procedure_version, by, now, to=STATE.ISSUED)
    today = timezone.localdate(now)
    _require_others_drafted(draft, by, today)
    if draft.version != version:
        raise Conflict(
            _("The draft was changed since you opened this page. Look at the version again, and then put it in force.")
        )
    if paper_on > today:
        raise Refused(_("The paper cannot bear a day that is still to come."))
    if valid_from < paper_on:
        raise Refused(_("The version holds from the day of its paper at the earliest."))
    before = _last_issued(draft.procedure)
    if before:
        _require_later(before, valid_from, today)
    problems = problems_of(draft, on=valid_from)
    if problems:
        raise Refused(_("The version cannot be put in force yet. %(problem)s") % {"problem": problems[0]})
    if before:
        before.valid_to = valid_from - timedelta(days=1)
        before.save_version(before.version, update_fields=["valid_to"])
        record_event(
            "procedure version superseded", before, by=by, now=now, number=draft.number, after={"valid_to": before.valid_to}
        )  # fmt: skip
    draft.state, draft.valid_from = STATE.ISSUED, valid_from
    draft.paper_number, draft.paper_on = paper_number, paper_on
    draft.put_in_force_at, draft.put_in_force_by = now, actor_name(by)
    fields = ["state", "valid_from", "paper_number", "paper_on", "put_in_force_at", "put_in_force_by"]
    _save(draft, version, fields)
    after = {"paper_number": paper_number, "paper_on": paper_on, "valid_from": valid_from}
    record_event("procedure version put in force", draft, by=by, now=now, after=after)
    return draft


def _require_later(before, valid_from, today):
    if valid_from <= before.valid_from:
        raise Refused(
            _("Version %(number)s begins on %(day)s. Choose a later day.")
            % {"number": before.number, "day": formats.vn_date(before.valid_from)}
        )
    if valid_from < today:
        raise Refused(_("A version supersedes another from today or from a later day: what was received stands."))


# --- parts of a draft --------------------------------------------------------------------------


@transaction.atomic
def add_part(*, procedure_version, part, values, by, now):
    """Add a step, a component or a field (`part`) as the last of a draft."""
    require(by, EDIT)
    draft = _locked_draft(procedure_version, by, now)
    model = PARTS[part]
    last = model.objects.filter(procedure_version=draft).aggregate(last=Max("position"))["last"] or 0
    row = model(procedure_version=draft, position=last + 1, **values)
    _require_part_fits(row)
    _insert(row)
    _note_part(draft, by)
    record_event(f"procedure {part} added", draft, by=by, now=now, name=row.name_vi, after=filled(row))
    return row


@transaction.atomic
def edit_part(*, row, values, version, by, now):
    """Change a part of a draft."""
    require(by, EDIT)
    draft = _locked_draft(row.procedure_version, by, now)
    row = _locked_part(row)
    before = filled(row)
    for name, value in values.items():
        setattr(row, name, value)
    _require_part_fits(row)
    return _changed(
        f"procedure {row.KIND} corrected", row, before, version, by=by, now=now, about=draft, name=row.name_vi
    )


@transaction.atomic
def move_part(*, row, up, by, now):
    """Put a part one place up or down; at the end it stays where it is."""
    require(by, EDIT)
    draft = _locked_draft(row.procedure_version, by, now)
    row = _locked_part(row)
    others = type(row).objects.filter(procedure_version=draft)
    if up:
        other = others.filter(position__lt=row.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=row.position).order_by("position").first()
    if other is None:
        return row
    here, there = row.position, other.position
    for moved, position in ((row, 0), (other, here), (row, there)):  # two never stand at one place
        moved.position = position
        moved.save(update_fields=["position"])
    _note_part(draft, by)
    record_event(
        f"procedure {row.KIND} moved", draft, by=by, now=now, name=row.name_vi, before={"position": here},
        after={"position": there},
    )  # fmt: skip
    return row


@transaction.atomic
def remove_part(*, row, version, by, now):
    """Take a part out of a draft. Parts of what was in force never go."""
    require(by, EDIT)
    draft = _locked_draft(row.procedure_version, by, now)
    row = _locked_part(row)
    if row.version != version:
        raise Conflict(_("Somebody changed this part while you were looking at it. Look at it again."))
    before, name = filled(row), row.name_vi
    row.delete()
    _note_part(draft, by)
    record_event(f"procedure {row.KIND} removed", draft, by=by, now=now, name=name, before=before)
    return draft


def _require_part_fits(row):
    model, version = type(row), row.procedure_version
    others = model.objects.filter(procedure_version=version).exclude(pk=row.pk)
    code = getattr(row, "code", None)
    if code is not None and not CODE.fullmatch(code):
        raise Refused(_("Write the code with small letters a–z, digits and dashes, beginning with a letter."))
    if code in RESERVED:
        raise Refused(_("The code %(code)s has a meaning of its own in the portal. Choose another.") % {"code": code})
    if code is not None and others.filter(code=code).exists():
        raise Refused(_("The code %(code)s stands in this version already. Choose another.") % {"code": code})
    if row.KIND == "step":
        days = (others.aggregate(days=Sum("working_days"))["days"] or 0) + row.working_days
        if days > version.total_days:
            raise Refused(
                _("The steps would take %(days)s working days, more than the %(total)s of the whole.")
                % {"days": days, "total": version.total_days}
            )


# --- shared ------------------------------------------------------------------------------------


def may_draft(user, version, on):
    """Whether the person may change this draft: what pages ask before they offer it."""
    return version.is_draft and user.may(EDIT) and heads_office(user, version.office, on)


def may_issue(user, version, on):
    """Whether the person may put this draft in force: not where they worked on it themselves."""
    if not (version.is_draft and user.may(ISSUE) and heads_office(user, version.office, on)):
        return False
    try:
        _require_others_drafted(version, user, on)
    except NotAllowed:
        return False
    return True


def _require_others_drafted(version, by, on):
    for hand in version.hands:
        if hand.startswith("user:"):
            check_pair(step=ISSUING, by=by, other_step=DRAFTING, other_by=UUID(hand.removeprefix("user:")), on=on)


def may_edit_procedure(user, procedure, on):
    """Whether the person may rename, close or begin a version of this procedure."""
    if procedure.closed_on or not user.may(EDIT):
        return False
    last = _last_issued(procedure)
    return heads_office(user, last.office if last else None, on)


def filled(row):
    """What an event keeps of a row: what people fill in, where it is filled in."""
    return {
        name: value for name, value in snapshot(row).items() if name not in BOOKKEEPING and value not in (None, "", [])
    }


def _last_issued(procedure):
    return procedure.versions.issued().order_by("-valid_from").first()


def _locked(procedure):
    return Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)


def _locked_draft(version, by, now, *, to=None):
    """The draft, its procedure locked before it; refuses what is no draft (or may not move to the state `to`), and
    whose office `by` does not head."""
    procedure = _locked(version.procedure)
    draft = ProcedureVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    draft.procedure = procedure
    _require_office(by, draft.office, now)
    if not (draft.is_draft if to is None else draft.may_move_to(to)):
        raise Conflict(
            _("This version is no draft any more (%(state)s). Changes go into a new version.")
            % {"state": draft.get_state_display()}
        )
    return draft


def _locked_part(row):
    found = type(row).objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None:
        raise Conflict(_("Somebody took this part out of the draft meanwhile."))
    return found


def _require_open(procedure):
    if procedure.closed_on:
        raise Refused(_("This procedure is closed from %(day)s.") % {"day": formats.vn_date(procedure.closed_on)})


def _require_office(by, office, now):
    if not isinstance(by, str) and not heads_office(by, office, timezone.localdate(now)):
        raise NotAllowed(
            _("This procedure is handled by %(office)s. Its head, or the administrator, does this.")
            % {"office": office}
        )


def _require_offices_of(procedure, by, now):
    last = _last_issued(procedure)
    if last:
        _require_office(by, last.office, now)


def _note_hand(draft, by):
    """Remember who worked on the draft: they do not put it in force."""
    hand = actor_name(by)
    if hand not in draft.hands:
        draft.hands = [*draft.hands, hand]
        draft.save(update_fields=["hands"])


def _note_part(draft, by):
    """A part was changed: whoever opened a page of the draft before has not seen it."""
    _note_hand(draft, by)
    draft.save_version(draft.version, update_fields=[])


def _changed(kind, row, before, version, *, by, now, reason="", about=None, **facts):
    after = filled(row)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not changed:
        return row
    fields = [field.name for field in row._meta.concrete_fields if field.name not in ("id", "public_id", "version")]
    _save(row, version, fields)
    draft = about or row
    if about:
        _note_part(about, by)
    elif isinstance(row, ProcedureVersion):
        _note_hand(row, by)
    record_event(
        kind,
        draft,
        by=by,
        now=now,
        reason=reason,
        before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
        **facts,
    )
    return row


def _insert(row):
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_("This contradicts another entry or its own values. Check codes, days and numbers.")) from None


def _save(row, version, fields):
    try:
        with transaction.atomic():
            row.save_version(version, update_fields=fields)
    except IntegrityError:
        raise Refused(_("This contradicts another entry or its own values. Check codes, days and numbers.")) from None
