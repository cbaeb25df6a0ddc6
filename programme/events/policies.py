from django.utils.translation import gettext_lazy as _

from audit.events import describe
from programme.events import scheme
from programme.models import Policy, PolicyReview
from reference.events import words
from reference.models import Confidence

FIELDS = {
    "kind": (_("kind of document"), words(Policy.Kind)),
    "number": _("number and symbol"),
    "issuer": _("issued by"),
    "issued_on": _("issued on"),
    "title": _("what the document is about"),
    "gives": _("what it gives"),
    "valid_from": _("in force from"),
    "valid_to": _("in force to"),
    "superseded_by": _("superseded by"),
    "superseded_from": _("superseded from"),
    "note": _("note"),
    "confidence": (_("how sure"), words(Confidence)),
    "source": _("source"),
    "withdrawn_on": _("withdrawn on"),
}
REVIEW_FIELDS = {
    "policy": _("mechanism or policy"),
    "year": _("year of the review"),
    "found": _("what was found"),
    "proposes": (_("what is proposed"), words(PolicyReview.Proposes)),
    "proposal": _("wording of the proposal"),
    "state": (_("state of the review"), words(PolicyReview.State)),
    "submitted_number": _("number of the submission"),
    "submitted_on": _("submitted on"),
    "answer": (_("answer"), words(PolicyReview.Answer)),
    "answer_number": _("number of the answer"),
    "answered_on": _("answered on"),
    "answer_text": _("what the answer says"),
    "withdrawn_on": _("withdrawn on"),
    "withdrawn_reason": _("reason of withdrawal"),
}

describe("policy added", _("Document entered in the register"), fields=FIELDS)
describe("policy corrected", _("Document corrected"), fields=FIELDS)
describe("policy superseded", _("Document superseded"), fields=FIELDS)
describe("policy reinstated", _("Supersession undone"), fields=FIELDS)
describe("policy withdrawn", _("Document taken out of the register"), fields=FIELDS)
describe("policy review added", _("Review begun"), fields=REVIEW_FIELDS)
describe("policy review corrected", _("Review corrected"), fields=REVIEW_FIELDS)
describe("policy review submitted", _("Review submitted to whoever decides"), fields=REVIEW_FIELDS)
describe("policy review answered", _("Answer to the review recorded"), fields=REVIEW_FIELDS)
describe("policy review withdrawn", _("Draft of the review withdrawn"), fields=REVIEW_FIELDS)

# what is loaded from the data files is told by the events of the whole room
scheme.FIELDS.update({name: label for name, label in FIELDS.items() if name not in scheme.FIELDS})
