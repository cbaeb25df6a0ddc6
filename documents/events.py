from django.utils.translation import gettext_lazy as _

from audit.events import describe

describe("file received", _("File “%(name)s” received (%(size)s bytes)."))
describe("file scanned", _("File scanned for viruses."))
describe("import started", _("File “%(file)s” sent for import."))
describe("import read", _("File read: %(good)s good rows, %(bad)s bad rows."))
describe("import read again", _("File read again with other units or bases."), fields={"chosen": _("choices")})
describe("import refused", _("File refused."))
describe("import ordered", _("Import of %(good)s rows ordered."))
describe("import overtaken", _("Another file for the same year came first; this one is read again."))
describe("import applied", _("%(rows)s rows imported."))
describe("import discarded", _("Nothing of the file was imported."))
describe("import undo ordered", _("Undoing ordered."))
describe("import undone", _("The whole import was undone."))
describe("import handed over", _("The decision on this import was handed over."))
