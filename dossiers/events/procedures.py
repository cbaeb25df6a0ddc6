from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from audit.events import describe
from dossiers.models import Component, Fact, FormField, Procedure, ProcedureVersion
from dossiers.presenting.procedures import endings
from reference.events import words
from reference.models import Confidence
from screens import formats


def in_a_row(values):
    return ", ".join(map(str, values))


def hour(value):
    return str(value)[:5]  # kept as 15:00:00


def labels(rows):
    return "; ".join(row["label_vi"] for row in rows)


FIELDS = {
    "code": (_("code"), formats.code),
    "name_vi": (_("name in Vietnamese"), formats.vietnamese),
    "name_en": (_("name in English"), formats.english),
    "kind": (_("kind"), words(Procedure.Kind, FormField.Kind)),
    "agency": (_("agency that decides"), formats.vietnamese),
    "note": _("note"),
    "closed_on": _("closed from"),
    "confidence": (_("how sure"), words(Confidence)),
    "source": _("source"),
    "legal_basis": _("legal basis"),
    "result": _("result"),
    "result_series": (_("kind of paper of the result"), formats.vietnamese),
    "result_subject": (_("abstract of the result"), formats.vietnamese),
    "result_text": (_("text that the result begins with"), formats.vietnamese),
    "office": (_("office that handles"), formats.vietnamese),
    "form_set": (_("set of forms"), words(ProcedureVersion.FormSet)),
    "total_days": _("working days in all"),
    "receipt_until": (_("received after this hour counts as the next working day"), hour),
    "after_supplement": (_("after a supplement the time"), words(ProcedureVersion.AfterSupplement)),
    "answer_days": _("working days to answer a request for a supplement"),
    "extension_times": _("times it may be extended"),
    "extension_days": _("working days of each extension, at most"),
    "warn_percent": _("warn when this part of the time is used"),
    "warn_days": (_("warn when so many working days are left"), in_a_row),
    "copied_from": _("begun as a copy of"),
    "valid_from": _("in force from"),
    "valid_to": _("in force to"),
    "paper_number": _("number of the paper"),
    "paper_on": _("date of the paper"),
    "position": _("position"),
    "working_days": _("working days"),
    "role": (_("role"), words(Role)),
    "need": (_("needed"), words(Component.Need)),
    "condition_field": _("field on whose answer it depends"),
    "condition_value": _("answer on which it is required"),
    "formats": (_("kinds of files"), endings),
    "most_megabytes": _("at most for one file"),
    "most_files": _("files at most"),
    "is_identity": (_("identity papers"), formats.yes_no),
    "template": _("template"),
    "help_vi": _("hint in Vietnamese"),
    "help_en": _("hint in English"),
    "fact": (_("enterprise data"), words(Fact)),
    "required": (_("must be filled in"), formats.yes_no),
    "choices": (_("choices"), labels),
}

describe("procedure added", _("Procedure entered"), fields=FIELDS)
describe("procedure corrected", _("Procedure corrected"), fields=FIELDS)
describe("procedure closed", _("Procedure closed"), fields=FIELDS)
describe("procedure loaded", _("Procedure loaded from the portal's data files"), fields=FIELDS)
describe("procedure version begun", _("Draft of the version begun"), fields=FIELDS)
describe("procedure version loaded", _("Draft of the version loaded from the portal's data files"), fields=FIELDS)
describe("procedure version corrected", _("Draft of the version changed"), fields=FIELDS)
describe("procedure version put in force", _("Version put in force"), fields=FIELDS)
describe("procedure version superseded", _("Version superseded by version %(number)s"), fields=FIELDS)
describe("procedure version discarded", _("Draft of the version discarded"), fields=FIELDS)

describe("procedure step added", _("Step “%(name)s” added"), fields=FIELDS)
describe("procedure step corrected", _("Step “%(name)s” changed"), fields=FIELDS)
describe("procedure step moved", _("Step “%(name)s” moved"), fields=FIELDS)
describe("procedure step removed", _("Step “%(name)s” taken out"), fields=FIELDS)
describe("procedure component added", _("Component “%(name)s” added"), fields=FIELDS)
describe("procedure component corrected", _("Component “%(name)s” changed"), fields=FIELDS)
describe("procedure component moved", _("Component “%(name)s” moved"), fields=FIELDS)
describe("procedure component removed", _("Component “%(name)s” taken out"), fields=FIELDS)
describe("procedure field added", _("Field “%(name)s” added"), fields=FIELDS)
describe("procedure field corrected", _("Field “%(name)s” changed"), fields=FIELDS)
describe("procedure field moved", _("Field “%(name)s” moved"), fields=FIELDS)
describe("procedure field removed", _("Field “%(name)s” taken out"), fields=FIELDS)
