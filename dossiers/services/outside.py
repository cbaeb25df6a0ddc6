"""What was lodged with another system: begun, filled in, attached and lodged here at once, or refused whole."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from dossiers.answers import draft_form_class, missing_of
from dossiers.lodging import LONG_AGO
from dossiers.models import Dossier
from dossiers.permissions.dossiers import BRING
from dossiers.services.dossiers import (
    begin_draft,
    digest_of,
    lodge_dossier,
    open_version,
    require_in_business,
    standing_files,
    upload_file,
)
from screens import formats


class NotWhole(Refused):
    """All that keeps it from being lodged: {code: sentence} of the fields of the form in `answers`, of the components in
    `files`, and {name: sentence} of what else was stated in `facts`.
    """

    def __init__(self, *, facts, answers, files):
        self.facts, self.answers, self.files = facts, answers, files
        super().__init__(str(next(iter([*facts.values(), *answers.values(), *files.values()]))))


@transaction.atomic
def lodge_from_outside(
    *, procedure, enterprise, applicant_name, arrived_on, outside_code, answers, files, by, now, unread=None
):
    """Lodge what was lodged with the system whose account is `by`, on the day `arrived_on`, by whoever it names.

    `answers` are {code of a field: text, whole number or day}, checked by the form of the procedure as it is on the pages;
    `files` {code of a component: [uploads]}. What they call `outside_code` is lodged once. `unread` are sentences about
    answers that could not be read: nothing is lodged then, and what else is wrong is said with them.
    """
    require(by, BRING)
    _require_first(by, outside_code)
    require_in_business(enterprise)
    version = open_version(procedure, now)
    facts = _wrong_day(arrived_on, timezone.localdate(now))
    kept, wrong = _checked(version, enterprise, answers)
    wrong |= unread or {}
    values = {
        "channel": Dossier.Channel.ONE_STOP, "applicant_name": applicant_name, "typed_by": by, "arrived_on": arrived_on,
        "outside_code": outside_code,
    }  # fmt: skip
    try:
        with transaction.atomic():
            draft = begin_draft(version, enterprise, by=by, now=now, answers=kept, **values)
    except IntegrityError:
        _require_first(by, outside_code)
        raise
    after = {"arrived_on": arrived_on, "outside_code": outside_code, "version": version.number}
    record_event("dossier brought", draft, by=by, now=now, after=after, personal={"applicant": applicant_name})
    empty, wrong_files = _attach(draft, files, by=by, now=now)
    wrong = empty | wrong
    if facts or wrong or wrong_files:
        raise NotWhole(facts=facts, answers=wrong, files=wrong_files)
    return lodge_dossier(dossier=draft, digest=digest_of(draft, list(standing_files(draft))), by=by, now=now)


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
    before = Dossier.objects.filter(typed_by=by, outside_code__iexact=outside_code).exclude(outside_code="").first()
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


def _attach(draft, files, *, by, now):
    """Take the files in for their components; what is wrong after that: {code: sentence} of fields, and of components."""
    components = {component.code: component for component in draft.procedure_version.components.all()}
    wrong = dict.fromkeys(set(files) - set(components), _("The procedure has no such component."))
    for code in [code for code in files if code in components]:
        if len(files[code]) > components[code].most_files:
            wrong[code] = _("At most %(most)s files.") % {"most": components[code].most_files}
            continue
        for upload in files[code]:
            try:
                upload_file(dossier=draft, component=components[code], upload=upload, by=by, now=now)
            except Refused as refusal:
                wrong[code] = str(refusal)
    missing = missing_of(draft, list(draft.procedure_version.fields.all()), list(standing_files(draft)))
    empty = {each.code: each.sentence for each in missing if each.part == "field"}
    wrong |= {each.code: each.sentence for each in missing if each.part == "component" and each.code not in wrong}
    return empty, wrong
