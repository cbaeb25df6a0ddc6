from django.utils.translation import gettext_lazy as _

from audit.access_log import describe_access

describe_access("file downloaded", _("Downloaded a file"))
describe_access("page of a file seen", _("Looked at a page of a file"))
