from django.utils.translation import gettext_lazy as _

from audit.events import describe
from notices.models import Delivery
from reference.events import words

FIELDS = {
    "subject_vi": _("subject in Vietnamese"),
    "body_vi": _("text in Vietnamese"),
    "subject_en": _("subject in English"),
    "body_en": _("text in English"),
}

describe("notice text changed", _("Worded anew"), fields=FIELDS)
describe(
    "notice sent again",
    _("Sent again by hand"),
    fields={"state": (_("state"), words(Delivery.State)), "sent_at": _("sent at")},
)
describe("notice ways chosen", _("Chose how notices reach this person"))
describe("colleague reminded", _("Reminded"), fields={"due_on": _("to be done by")})
describe("reminder settled", _("Said that it is done"))
describe("reminder handed over", _("Reminder handed over"))
describe("notice given up", _("Gave up sending it"), fields={"state": (_("state"), words(Delivery.State))})
describe("matter passed on again", _("Passed on again by hand"), fields={"error": _("error")})
describe("notice text loaded", _("Wording loaded from the portal's data files"), fields=FIELDS)
