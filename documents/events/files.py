from django.utils.translation import gettext_lazy as _

from audit.access_log import describe_access

describe_access("file downloaded", _("Downloaded a file"))
describe_access("page of a file seen", _("Looked at a page of a file"))
describe_access("identity paper downloaded", _("Downloaded an identity paper"))
describe_access("page of an identity paper seen", _("Looked at a page of an identity paper"))
describe_access("identity paper refused", _("Refused: open an identity paper"))
