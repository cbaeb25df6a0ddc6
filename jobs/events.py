from django.utils.translation import gettext_lazy as _

from audit.events import describe

describe("job run again", _("Had the job run again"))
