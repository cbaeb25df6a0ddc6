from django.utils.translation import gettext_lazy as _

from audit.events import describe

describe("file received", _("File “%(name)s” received (%(size)s bytes)."))
describe("file scanned", _("File scanned for viruses."))
