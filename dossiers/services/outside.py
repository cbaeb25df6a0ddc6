"""What was lodged with another system: begun, filled in, attached and lodged here at once, or refused whole."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from dossiers.answers import draft_form_class, missing_of
from dossiers.models import Dossier, DossierFile
from dossiers.permissions.dossiers import BRING
from dossiers.services.dossiers import (
    attach_file,
    begin_draft,
    digest_of,
    lodge_dossier,
    open_version,
    require_in_business,
    standing_files,
    store_for,
)
from screens import formats
from screens.forms import LONG_AGO
from screens.text import code_key


class NotWhole(Refused):
    """All that keeps it from being lodged: {code: sentence} of the fields of the form in `answers`, of the components in
    `files`, and {name: sentence} of what else was stated in `facts`.
    """

    def __init__(self, *, facts, answers, files):
        self.facts, self.answers, self.files = facts, answers, files
        super().__init__(str(next(iter([*facts.values(), *answers.values(), *files.values()]), "")))


@transaction.atomic
def lodge_from_outside(*, procedure, enterprise, applicant_name, arrived_on, outside_code, answers, files, by, now):
    """Lodge what was lodged with the system whose account is `by`, on the day `arrived_on`, by whoever it names.

    `answers` are {code of a field: text, whole number or day}, checked by the form of the procedure as it is on the pages;
    `files` {code of a component: [uploads]}. What they call `outside_code` is lodged once.
    """
    require(by, BRING)
    _require_first(by, outside_code)
    found = _Look(procedure, enterprise, arrived_on, answers, files, by=by, now=now)
    if found.facts or found.answers or found.files:
        raise NotWhole(facts=found.facts, answers=found.answers, files=found.files)
    values = {
        "channel": Dossier.Channel.ONE_STOP, "applicant_name": applicant_name, "typed_by": by, "arrived_on": arrived_on,
        "outside_code": outside_code,
    }  # fmt: skip
    try:
        with transaction.atomic():
            draft = begin_draft(found.version, enterprise, by=by, now=now, answers=found.kept, **values)
    except IntegrityError:
        _require_first(by, outside_code)
        raise
    after = {"arrived_on": arrived_on, "outside_code": outside_code, "version": found.version.number}
    record_event("dossier brought", draft, by=by, now=now, after=after, personal={"applicant": applicant_name})
    for component, stored in found.stored:
        attach_file(dossier=draft, component=component, stored=stored, by=by, now=now)
    return lodge_dossier(dossier=draft, digest=digest_of(draft, list(standing_files(draft))), by=by, now=now)


def look_from_outside(*, procedure, enterprise, arrived_on, outside_code, answers, files, by, now) -> NotWhole:
    """What else keeps it from being lodged, where not all of it could be read; None is what could not. Nothing is kept."""
    with transaction.atomic():
        found = _Look(procedure, enterprise, arrived_on, answers, files, by=by, now=now)
        if outside_code:
            found.note("outside_code", lambda: _require_first(by, outside_code))
        transaction.set_rollback(True)
    return NotWhole(facts=found.facts, answers=found.answers, files=found.files)


class _Look:
    """What the rules refuse of it, in `facts`, `answers` and `files` as NotWhole has them; and what they let pass: the
    `version`, the answers as they are `kept`, the files as they are `stored` with their components.
    """

    def __init__(self, procedure, enterprise, arrived_on, answers, files, *, by, now):
        self.facts, self.answers, self.files, self.kept, self.stored = {}, {}, {}, {}, []
        self.version = procedure and self.note("procedure", lambda: open_version(procedure, now))
        if enterprise:
            self.note("enterprise", lambda: require_in_business(enterprise))
        if arrived_on:
            self.facts |= _wrong_day(arrived_on, timezone.localdate(now))
        if self.version:
            self.kept, self.answers = _checked(self.version, enterprise, answers)
            self._take_in(files, by=by, now=now)

    def note(self, name, do):
        """What `do` gives; its refusal is noted under the name."""
        try:
            return do()
        except Refused as refusal:
            self.facts[name] = str(refusal)

    def _take_in(self, files, *, by, now):
        """Store the files for their components, and note what is wrong with them and what is missing."""
        components = {component.code: component for component in self.version.components.all()}
        self.files = dict.fromkeys(set(files) - set(components), _("The procedure has no such component."))
        for code in [code for code in files if code in components]:
            component = components[code]
            if len(files[code]) > component.most_files:
                self.files[code] = _("At most %(most)s files.") % {"most": component.most_files}
                continue
            for upload in files[code]:
                try:
                    self.stored.append((component, store_for(component, upload, by=by, now=now)))
                except Refused as refusal:
                    self.files[code] = str(refusal)
        draft = Dossier(procedure_version=self.version, channel=Dossier.Channel.ONE_STOP, answers=self.kept)
        standing = [DossierFile(component=component, file=stored) for component, stored in self.stored]
        missing = missing_of(draft, list(self.version.fields.all()), standing)
        self.answers = {each.code: each.sentence for each in missing if each.part == "field"} | self.answers
        kept_out = {each.code: each.sentence for each in missing if each.part == "component"}
        self.files = kept_out | self.files


def _wrong_day(arrived_on, today):
    """{"arrived_on": sentence} when it cannot have been lodged there on that day, or so long ago."""
    if arrived_on > today:
        return {"arrived_on": _("It cannot have been lodged on a day that is still to come.")}
    if arrived_on >= today - LONG_AGO:
        return {}
    sentence = _(
        "What was lodged there is lodged here within %(days)s days: today what was lodged from %(since)s on. A clerk of the "
        "Department types in what is older."
    )
    given = {"days": LONG_AGO.days, "since": formats.vn_date(today - LONG_AGO)}
    return {"arrived_on": sentence % given}


def _require_first(by, outside_code):
    """Refuse a code that this system gave a dossier before, in capitals or not, and say what became of that one."""
    key = code_key(outside_code)
    before = Dossier.objects.filter(typed_by=by, outside_key=key).first() if key else None
    if before:
        raise Conflict(
            _("What you call %(theirs)s was lodged already, at %(time)s, under the code %(ours)s.")
            % {"theirs": before.outside_code, "time": formats.vn_datetime(before.submitted_at), "ours": before.code}
        )


def _checked(version, enterprise, answers):
    """(The answers as they are kept, {code: sentence} of those that the form of the procedure does not take)."""
    typed = {code: formats.vn_date(value) if isinstance(value, date) else value for code, value in answers.items()}
    form = draft_form_class(version, enterprise)(typed)
    unknown = dict.fromkeys(set(answers) - set(form.asked), _("The procedure does not ask this."))
    wrong = unknown | {code: " ".join(said) for code, said in form.errors.items()}
    return form.kept, wrong
