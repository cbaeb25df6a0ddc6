"""The verbs of lodging: begin, save, attach, move to a new version, lodge, withdraw, copy, type in what came on paper."""

import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import require
from accounts.roles import Role
from audit.events import canonical, record_event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.guard import clean_name
from documents.store import save_upload
from dossiers.answers import facts_now, fitting, in_words, marks_of, merged, missing_of, written
from dossiers.codes import next_code
from dossiers.models import Component, Dossier, DossierFile, Procedure, ProcedureVersion
from dossiers.permissions.dossiers import LODGE, PREPARE, START, TYPE_IN, WITHDRAW, acts_for, may_on
from dossiers.services.slip import drop_open, held_for, write_line
from dossiers.states import ENTERPRISE, FINAL, State, Verb, move_between
from dossiers.telling import READY, tell_lodged
from enterprises.models import Enterprise
from notices.services.telling import tell
from screens import formats
from screens.text import code_key, fold

# --- beginning ---------------------------------------------------------------------------------


@transaction.atomic
def start_dossier(*, procedure, enterprise, by, now):
    """Begin a draft of the person's own enterprise under the version in force today."""
    require(by, START)
    if not acts_for(by, enterprise, ENTERPRISE):
        raise NotAllowed(_("You do not act for this enterprise."))
    require_in_business(enterprise)
    version = open_version(procedure, now)
    dossier = begin_draft(version, enterprise, by=by, now=now)
    record_event("dossier begun", dossier, by=by, now=now, after={"version": version.number})
    return dossier


@transaction.atomic
def type_in_dossier(*, procedure, enterprise, channel, applicant_name, arrived_on, by, now):
    """Begin typing in a dossier that came on paper. The applicant is whoever signed the paper, never the clerk."""
    require(by, TYPE_IN)
    require_in_business(enterprise)
    version = open_version(procedure, now)
    if arrived_on > timezone.localdate(now):
        raise Refused(_("The paper cannot have arrived on a day that is still to come."))
    dossier = begin_draft(
        version, enterprise, by=by, now=now, channel=channel, applicant_name=applicant_name, typed_by=by,
        arrived_on=arrived_on,
    )  # fmt: skip
    after = {"channel": channel, "arrived_on": arrived_on, "version": version.number}
    record_event("dossier typed in", dossier, by=by, now=now, after=after, personal={"applicant": applicant_name})
    return dossier


@transaction.atomic
def copy_dossier(*, dossier, by, now):
    """Begin a draft with the answers and files of an earlier dossier, as far as the version in force takes them."""
    require(by, START)
    enterprise = dossier.enterprise.root
    if not acts_for(by, enterprise, ENTERPRISE):
        raise NotAllowed(_("You do not act for this enterprise."))
    require_in_business(enterprise)
    version = open_version(dossier.procedure, now)
    fields = list(version.fields.all())
    stay, go = _files_for(dossier, version)
    copy = begin_draft(
        version, enterprise, by=by, now=now, copied_from=dossier, answers=fitting(dossier.answers, fields),
        left_out=[*_left_out(dossier, fields), *_files_left_out(dossier, go)],
    )  # fmt: skip
    for row, component in stay:
        DossierFile.objects.create(dossier=copy, component=component, file=row.file, added_at=now, added_by=by)
    record_event("dossier copied", copy, by=by, now=now, source=dossier.code or _("a draft"))
    return copy


def begin_draft(version, enterprise, *, by, now, **values):
    dossier = Dossier(
        procedure_version=version,
        enterprise=enterprise,
        started_at=now,
        started_by=by,
        saved_at=now,
        saved_by=by,
        **values,
    )
    dossier.folded, dossier.outside_key = search_text(dossier), code_key(dossier.outside_code)
    dossier.save()
    return dossier


def search_text(dossier):
    """What searching looks into: code, code in the one-stop system, enterprise with its tax code, procedure."""
    parts = (dossier.code, dossier.outside_code, dossier.procedure.code, dossier.procedure.name_vi)
    return " | ".join([*(fold(part) for part in parts if part), dossier.enterprise.folded])


# --- the draft ---------------------------------------------------------------------------------


@transaction.atomic
def save_draft(*, dossier, kept, not_right, version, window, by, now, seen=None, sent=()):
    """Keep what was typed into the form of a draft: `kept` passed, `not_right` did not yet.

    `seen` has the marks of what the fields of the page showed, `sent` names those that came: what a colleague changed in
    other fields stands. Where both changed one, or the page does not say what it showed and another window saved since,
    StaleVersion is raised and nothing of either is lost. Saved again unchanged, nothing happens.
    """
    require(by, PREPARE)
    draft = locked_draft(dossier, by, PREPARE)
    fields = {field.code for field in draft.procedure_version.fields.all()}
    if (set(kept) | set(not_right)) - fields:
        raise Refused(_("This form has fields that the procedure does not have. Open the draft again."))
    yours, own = marks_of(written(kept, not_right)), window is not None and draft.saved_in == window
    if seen is not None:
        # What this window saved last it has seen, though the answer may not have reached it.
        seen = marks_of(written(draft.answers, draft.typed)) if own else seen
        kept, not_right, both = merged(draft, kept, not_right, seen, sent)
        if both:
            raise StaleVersion(draft)
    if draft.answers == kept and draft.typed == not_right:
        return draft
    if seen is None and draft.version != version and not own:
        raise StaleVersion(draft)
    if yours != marks_of(written(kept, not_right)):
        window = None  # it does not show all that is saved with it
    names = [*draft.answers, *draft.typed, *kept, *not_right]
    changed = sorted(
        name
        for name in dict.fromkeys(names)
        if draft.answers.get(name) != kept.get(name) or draft.typed.get(name) != not_right.get(name)
    )
    draft.answers, draft.typed = kept, not_right
    draft.saved_at, draft.saved_by, draft.saved_in = now, by, window
    draft.save_version(draft.version, update_fields=["answers", "typed", "saved_at", "saved_by", "saved_in"])
    record_event("dossier draft saved", draft, by=by, now=now, fields=changed)
    return draft


@transaction.atomic
def attach_file(*, dossier, component, stored, by, now):
    """Let a file that came in stand for a component of a draft. The same bytes twice stand once."""
    require(by, PREPARE)
    draft = locked_draft(dossier, by, PREPARE)
    _require_component(draft, component)
    if stored.is_identity != component.is_identity:
        raise Refused(_("Identity papers stand for their own component alone. Choose the file again there."))
    standing = draft.files.standing().filter(component=component)
    same = standing.filter(file__sha256=stored.sha256).first()
    if same:
        return same
    if standing.count() >= component.most_files:
        raise Refused(
            _("“%(name)s” takes at most %(most)s files. Take one away first, or put several papers into one file.")
            % {"name": component.name, "most": component.most_files}
        )
    row = DossierFile.objects.create(dossier=draft, component=component, file=stored, added_at=now, added_by=by)
    facts = {"name": row.name_to_all, "component": component.name_vi, "sha256": stored.sha256}
    record_event("dossier file attached", draft, by=by, now=now, **facts)
    return row


def attached_already(row, upload):
    """What is said of a file that stands already, maybe under another name."""
    if row.file.original_name == clean_name(upload.name):
        return _("%(upload)s: this file is attached already.") % {"upload": row.name_to_all}
    said = _("%(upload)s: the same file is attached already, as “%(name)s”.")
    return said % {"upload": upload.name, "name": row.name_to_all}


def upload_file(*, dossier, component, upload, by, now):
    """Take a file in, checked by its contents against what the component takes, and attach it."""
    require(by, PREPARE)
    with transaction.atomic():
        draft = locked_draft(dossier, by, PREPARE)
        _require_component(draft, component)
    stored = store_for(component, upload, by=by, now=now)
    return attach_file(dossier=dossier, component=component, stored=stored, by=by, now=now)


def store_for(component, upload, *, by, now):
    """Take a file in, checked by its contents against what the component takes."""
    most = min(component.most_megabytes, settings.UPLOAD_MEGABYTES)
    kinds = {"allow": tuple(component.formats), "is_identity": component.is_identity}
    return save_upload(upload, by=by, now=now, most_megabytes=most, **kinds)


@transaction.atomic
def remove_file(*, row, by, now):
    """Take a file away from a draft. Taken away already, nothing happens."""
    require(by, PREPARE)
    draft = locked_draft(row.dossier, by, PREPARE)
    row = DossierFile.objects.select_for_update(of=("self",)).select_related("file", "component").get(pk=row.pk)
    if row.removed_at:
        return row
    row.removed_at, row.removed_by = now, by
    row.save(update_fields=["removed_at", "removed_by"])
    facts = {"name": row.name_to_all, "component": row.component.name_vi}
    record_event("dossier file taken away", draft, by=by, now=now, **facts)
    return row


@transaction.atomic
def move_draft(*, dossier, by, now):
    """Take a draft over to the version in force today, with the answers and files that it still takes."""
    require(by, PREPARE)
    draft = locked_draft(dossier, by, PREPARE)
    version = open_version(draft.procedure, now)
    if version == draft.procedure_version:
        return draft
    fields = list(version.fields.all())
    left_out, typed = _left_out(draft, fields), {f.code: draft.typed[f.code] for f in fields if f.code in draft.typed}
    stay, go = _files_for(draft, version)
    draft.answers, draft.typed = fitting(draft.answers, fields), typed
    draft.left_out = [*draft.left_out, *left_out, *_files_left_out(draft, go)]
    draft.procedure_version, draft.saved_at, draft.saved_by, draft.saved_in = version, now, by, None
    names = ["answers", "typed", "left_out", "procedure_version", "saved_at", "saved_by", "saved_in"]
    draft.save_version(draft.version, update_fields=names)
    for row, row.component in stay:
        row.save(update_fields=["component"])
    for row in go:
        row.removed_at, row.removed_by = now, by
        row.save(update_fields=["removed_at", "removed_by"])
    record_event(
        "dossier moved to a version", draft, by=by, now=now, number=version.number,
        left_out=[line["code"] for line in left_out], files_left_out=[row.name_to_all for row in go],
    )  # fmt: skip
    return draft


def what_fits(dossier, version):
    """([label] of answers and files that `version` takes, [{label, text}] of those that it does not)."""
    fields = list(version.fields.all())
    taken = fitting(dossier.answers, fields)
    stay, go = _files_for(dossier, version)
    stays = [field.name for field in fields if field.code in taken]
    stays += [f"{component.name}: {row.name_to_all}" for row, component in stay]
    return stays, [*_left_out(dossier, fields), *_files_left_out(dossier, go)]


def _files_for(dossier, version):
    """([(file, its component in `version`)] of the files that it takes, the files that it has no component for)."""
    components = {component.code: component for component in version.components.all()}
    stay, go = [], []
    for row in standing_files(dossier):
        component = components.get(row.component.code)
        if component and component.takes(row.file):
            stay.append((row, component))
        else:
            go.append(row)
    return stay, go


def _files_left_out(dossier, rows):
    """[{code, label, text, dossier, file}] of files that stay to be fetched from where they are."""
    return [
        {
            "code": "",
            "label": row.component.name_vi,
            "text": row.name_to_all,
            "dossier": str(dossier.public_id),
            "file": str(row.public_id),
        }
        for row in rows
    ]


def _left_out(dossier, fields):
    """[{code, label, text}] of answers that `fields` do not take: they stay to be read and copied by hand."""
    taken = fitting(dossier.answers, fields) | {f.code: "" for f in fields if f.code in dossier.typed}
    lines = []
    for field in dossier.procedure_version.fields.all():
        text = dossier.typed.get(field.code) or in_words(field, dossier.answers.get(field.code))
        if text and field.code not in taken:
            lines.append({"code": field.code, "label": field.name_vi, "text": text})
    return lines


# --- lodging -----------------------------------------------------------------------------------


@transaction.atomic
def tell_signatory(*, dossier, by, now):
    """Have the legal representatives told that a draft is complete and waits for them; on one day once."""
    draft = locked_draft(dossier, by, PREPARE)
    if draft.is_paper:
        raise Refused(_("What came on paper is lodged by whoever types it in."))
    missing = missing_of(draft, list(draft.procedure_version.fields.all()), list(standing_files(draft)))
    if missing:
        raise Refused(_("The draft is not complete yet. %(problem)s") % {"problem": missing[0]})
    record_event("dossier ready", draft, by=by, now=now)
    tell(READY, draft, by=by, now=now, occasion=timezone.localdate(now).isoformat())
    return draft


@transaction.atomic
def lodge_dossier(*, dossier, digest, by, now):
    """Lodge a draft as it was checked (`digest`), under a code of its own. No date is promised: that is receiving's.

    The one who lodges online is the applicant; of what came on paper or through a system, whoever it names stays it.
    """
    require(by, LODGE)
    Procedure.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier.procedure_version.procedure_id)
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier.enterprise_id)
    draft = _locked(dossier)
    _require_move(draft, State.LODGED, by)
    require_in_business(draft.enterprise)
    _require_version_holds(draft, now)
    fields, files = list(draft.procedure_version.fields.all()), list(standing_files(draft))
    if digest != digest_of(draft, files):
        raise Conflict(changed_text())
    missing = missing_of(draft, fields, files)
    if missing:
        raise Refused(_("The dossier cannot be lodged yet. %(problem)s") % {"problem": missing[0]})
    draft.state, draft.code = State.LODGED, next_code(draft.procedure, now=now)
    draft.submitted_at, draft.submitted_by = now, by
    draft.facts, draft.left_out = facts_now(fields, draft.enterprise), []
    if draft.is_online:
        draft.applicant, draft.applicant_name = by, by.full_name
        draft.applicant_right = _right_of(by, draft.enterprise, timezone.localdate(now))
    draft.lodged_name, draft.lodged_tax_code = draft.enterprise.name, draft.enterprise.tax_code
    draft.folded = search_text(draft)
    names = [
        "state",
        "code",
        "submitted_at",
        "submitted_by",
        "facts",
        "left_out",
        "applicant",
        "applicant_name",
        "applicant_right",
        "lodged_name",
        "lodged_tax_code",
        "folded",
    ]
    draft.save_version(draft.version, update_fields=names)
    record_event(
        "dossier lodged", draft, by=by, now=now, code=draft.code, digest=digest, before={"state": State.DRAFT},
        after={"state": State.LODGED}, personal={"applicant": draft.applicant_name},
    )  # fmt: skip
    tell_lodged(draft, by=by, now=now)
    return draft


def _right_of(user, enterprise, on):
    """In what right somebody lodges who is only authorised, as papers say it; "" for the legal representative."""
    held = enterprise.memberships.in_force(on).filter(user=user, role=Role.SIGNATORY).order_by("is_authorised").first()
    if held is None or not held.is_authorised:
        return ""
    with override("vi"):
        return "; ".join(filter(None, (held.role_words, held.paper)))


def digest_of(dossier, files):
    """What was checked, in one figure: the version, the answers, the bytes that stand for each component, and those of the
    signed application."""
    application = dossier.files.applications().select_related("file").first()
    content = {
        "application": application.file.sha256 if application else "",
        "version": str(dossier.procedure_version.public_id),
        "answers": dossier.answers,
        "typed": dossier.typed,
        "files": sorted([row.component.code, row.file.sha256, row.file.original_name] for row in files),
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def parts_of(dossier, files):
    """{part: mark} of what was checked: each field, each component, the version and the signed application."""
    application = dossier.files.applications().select_related("file").first()
    content = {f"field {code}": value for code, value in written(dossier.answers, dossier.typed).items()}
    for row in files:
        content.setdefault(f"component {row.component.code}", []).append([row.file.sha256, row.file.original_name])
    content["version"] = str(dossier.procedure_version.public_id)
    content["application"] = application.file.sha256 if application else ""
    return marks_of(content)


def changed_since(dossier, digest, parts):
    """What to tell whoever checked the dossier as `digest` and `parts` have it, and sends it now; "" where it stands so."""
    files = list(standing_files(dossier))
    if digest == digest_of(dossier, files):
        return ""
    now, names = parts_of(dossier, files), []
    version = dossier.procedure_version
    for part, name in (
        ("version", _("version of the procedure")),
        *((f"field {field.code}", field.name) for field in version.fields.all()),
        *((f"component {component.code}", component.name) for component in version.components.all()),
        ("application", _("digitally signed application")),
    ):
        if parts is not None and parts.get(part, "") != now.get(part, ""):
            names.append(name)
    return changed_text(names)


def changed_text(names=()):
    if not names:
        return _("The dossier was changed after you checked it. Check it again, then lodge it.")
    said = _("The dossier was changed after you checked it: %(names)s. Check it again, then lodge it.")
    return said % {"names": "; ".join(names)}


@transaction.atomic
def withdraw_dossier(*, dossier, reason, by, now):
    """Take a dossier back: a draft is given up, what was lodged is not handled any more. It stays to be read."""
    require(by, WITHDRAW)
    row = _locked(dossier)
    if row.submitted_at:
        row = held_for(row, Verb.WITHDRAW, by, now)
        drop_open(row, by=by, now=now)
        return write_line(row, Verb.WITHDRAW, State.WITHDRAWN, by=by, now=now, note=reason)
    _require_move(row, State.WITHDRAWN, by)
    row.state, row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = State.WITHDRAWN, now, by, reason
    row.save_version(row.version, update_fields=["state", "withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record_event(
        "dossier withdrawn", row, by=by, now=now, reason=reason, before={"state": State.DRAFT},
        after={"state": State.WITHDRAWN},
    )  # fmt: skip
    return row


# --- asked by services and pages ---------------------------------------------------------------


def may_move(user, dossier, state):
    """Whether the table lets this person take the dossier to `state` now."""
    move = move_between(State(dossier.state), state)
    return move is not None and may_on(user, dossier, move.roles)


def why_not(user, dossier, state):
    """Why this person does not take the dossier to `state` now, in a sentence: its state, or whose right it is; "" where they do."""
    try:
        _require_move(dossier, state, user)
    except Refused as refusal:
        return str(refusal)
    return ""


def may_prepare(user, dossier):
    return dossier.is_draft and may_on(user, dossier, PREPARE.roles)


def standing_files(dossier):
    """The files a dossier was lodged with, with their components, in the order of the components."""
    return dossier.files.as_lodged().select_related("file", "component").order_by("component__position", "id")


def open_version(procedure, now):
    """The version under which a dossier is lodged today; Refused where there is none."""
    on = timezone.localdate(now)
    if procedure.is_closed(on):
        raise Refused(
            _("The procedure “%(name)s” is closed from %(day)s. Choose another procedure, or ask the Department.")
            % {"name": procedure.name, "day": formats.vn_date(procedure.closed_on)}
        )
    version = procedure.version_on(on)
    if version is None:
        raise Refused(_("The procedure “%(name)s” is not in force today.") % {"name": procedure.name})
    version.procedure = procedure
    return version


def require_in_business(enterprise):
    """Refuse for an enterprise that was merged, dissolved or entered by mistake, and say what to do."""
    if enterprise.merged_into_id:
        raise Refused(
            _("The record of this enterprise was merged into “%(name)s”. Copy the dossier: the copy is of that one.")
            % {"name": enterprise.merged_into}
        )
    if enterprise.status == Enterprise.Status.DISSOLVED:
        raise Refused(
            _("“%(name)s” stands as dissolved. If that is not so, ask the Department to correct the record first.")
            % {"name": enterprise}
        )
    if enterprise.status == Enterprise.Status.WITHDRAWN:
        raise Refused(
            _("The record of “%(name)s” was entered by mistake. Ask the Department which record is right.")
            % {"name": enterprise}
        )


def out_of_business(dossier):
    """A sentence for whoever handles a lodged dossier whose enterprise ended since; "" where it goes on, or the dossier is over."""
    enterprise = dossier.enterprise
    if dossier.is_draft or dossier.state in FINAL:
        return ""
    if enterprise.status == Enterprise.Status.DISSOLVED:
        return _(
            "“%(name)s” stands as dissolved since %(day)s. Look at its record before the dossier goes on: refuse or stop it with "
            "the basis, or have the record corrected."
        ) % {"name": enterprise, "day": formats.vn_date(enterprise.status_from)}
    if enterprise.status == Enterprise.Status.WITHDRAWN:
        return _(
            "The record of “%(name)s” was entered by mistake. Find out which record is right before it goes on."
        ) % {"name": enterprise}
    return ""


def version_problem(draft, now):
    """What keeps a draft from being lodged under its version today, in a sentence; "" when nothing does."""
    try:
        _require_version_holds(draft, now)
    except Refused as refusal:
        return str(refusal)
    return ""


def _require_version_holds(draft, now):
    current = open_version(draft.procedure, now)
    if current.pk != draft.procedure_version_id:
        raise Refused(
            _("The procedure has a new version, in force from %(day)s. Move the draft to it; what still fits stays.")
            % {"day": formats.vn_date(current.valid_from)}
        )


def _require_move(dossier, state, by):
    move = move_between(State(dossier.state), state)
    if move is None:
        if dossier.submitted_at and state == State.LODGED:
            raise Conflict(
                _("This dossier was lodged already, at %(time)s, under the code %(code)s.")
                % {"time": formats.vn_datetime(dossier.submitted_at), "code": dossier.code}
            )
        raise Conflict(
            _("The dossier is “%(state)s” now; this can no longer be done.") % {"state": dossier.get_state_display()}
        )
    if not may_on(by, dossier, move.roles):
        raise NotAllowed(_("Only the legal representative of the enterprise, or whoever they authorised, may do this."))


def _require_component(draft, component):
    if component.procedure_version_id != draft.procedure_version_id:
        raise Refused(_("This component is not one of this dossier. Open the page of components again."))


def _locked(dossier):
    Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)  # its version is read once nobody else moves it
    return Dossier.objects.select_related("procedure_version__procedure", "enterprise__merged_into").get(pk=dossier.pk)


def locked_draft(dossier, by, wanted):
    draft = _locked(dossier)
    if not may_on(by, draft, wanted.roles):
        raise NotAllowed(_("Your role does not allow this."))
    if not draft.is_draft:
        raise Conflict(
            _("The dossier is “%(state)s” now and is not changed any more.") % {"state": draft.get_state_display()}
        )
    return draft


def component_of(dossier, public_id):
    """The component of this dossier's version, or None."""
    return Component.objects.filter(public_id=public_id, procedure_version_id=dossier.procedure_version_id).first()


def open_procedures(on):
    """[version in force on the day] of what an enterprise may lodge, by the name of the procedure."""
    versions = ProcedureVersion.objects.in_force(on).select_related("procedure", "office")
    return versions.filter(procedure__in=Procedure.objects.open(on)).order_by("procedure__sort_key")
