from django.utils.translation import gettext_lazy as _

from audit.events import describe
from documents.imports import kinds
from documents.spreadsheets import UNIT_NAMES


def choices_in_words(chosen):
    """What a person chose for the reading of a file, as the page of the import names it."""
    every, said = list(kinds().values()), []
    bases = {basis.key: basis for kind in every for basis in kind.bases}
    columns = {column.key: column for kind in every for column in kind.columns}
    for key, code in chosen.get("bases", {}).items():
        if key in bases and code in bases[key].choices:
            said.append(f"{bases[key].title}: {bases[key].choices[code][0]}")
    for key, power in chosen.get("units", {}).items():
        if key in columns:
            said.append(f"{columns[key].title}: {UNIT_NAMES[columns[key].type][power]}")
    if "sheet" in chosen:
        said.append(_("Sheet to be read: %(sheet)s") % {"sheet": chosen["sheet"]})
    said += [_("looked at: “%(words)s”") % {"words": words} for words in chosen.get("looked_at", ())]
    if "decimal_style" in chosen:
        said.append("1.234,56" if chosen["decimal_style"] == "vi" else "1,234.56")
    if chosen.get("repair_tax_codes"):
        said.append(str(_("Put back the lost 0 at the beginning of tax codes")))
    return "; ".join(said)


describe("file received", _("File “%(name)s” received (%(size)s bytes)."))
describe("file scanned", _("File scanned for viruses."))
describe("import started", _("File “%(file)s” sent for import."))
describe("import read", _("File read: %(good)s good rows, %(bad)s bad rows."))
describe(
    "import read again",
    _("File read again with other units or bases."),
    fields={"chosen": (_("choices"), choices_in_words), "year": _("Year")},
)
describe("import refused", _("File refused."))
describe("import ordered", _("Import of %(good)s rows ordered."))
describe("import overtaken", _("Another file for the same year came first; this one is read again."))
describe("import applied", _("%(rows)s rows imported."))
describe("import discarded", _("Nothing of the file was imported."))
describe("import undo ordered", _("Undoing ordered."))
describe("import undone", _("The whole import was undone."))
describe("import handed over", _("The decision on this import was handed over."))
