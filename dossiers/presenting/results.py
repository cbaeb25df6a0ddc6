"""The draft of a dossier's result, filled in from the dossier: what the form of the paper begins with.

What stands in it is the procedure's own text (`result_subject`, `result_text` of the version) with places in braces:
facts of the dossier, and the answers by the codes of their fields.
"""

import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from documents.layout.data import as_words
from documents.models import NumberSeries, OutgoingPaper
from documents.paper_states import State as PaperState
from documents.presenting import WORDS, next_step
from documents.services import way
from documents.signatories import Authority
from documents.tables.papers import STATE_KINDS
from dossiers.answers import lines_of
from dossiers.models.results import OVER
from dossiers.permissions.handling import SEE_DRAFT
from dossiers.services.results import standing_paper, why_not_decided
from dossiers.states import DECIDED, State, Verb
from screens import formats

PLACE = re.compile(r"\{([a-z][a-z0-9_-]*)\}")
PLACES = ("code", "procedure", "enterprise", "tax_code", "address", "applicant", "lodged_on", "received_on")
# what is written where the procedure has no text of its own
SUBJECT = "Trả lời hồ sơ {code}"
TEXT = "Sở Công Thương nhận được hồ sơ mã số {code} của {enterprise} (mã số thuế {tax_code}), nộp ngày {lodged_on}, về thủ tục “{procedure}”."
RIGHTS = {Role.DIRECTOR: Authority.OWN, Role.DEPUTY_DIRECTOR: Authority.KT}


def unknown_places(text, codes):
    """The places of a text that no dossier of a version with these fields can fill."""
    return sorted({name for name in PLACE.findall(text) if name not in PLACES and name not in codes})


def draft_of(dossier, on):
    """{field of the form of a paper: what it begins with}"""
    version = dossier.procedure_version
    words = _words(dossier)
    series = NumberSeries.objects.in_use(on).laid_out().filter(pk=version.result_series_id).first()
    is_decision = series is not None and series.layout == NumberSeries.Layout.DECISION
    enterprise = as_words(dossier.enterprise.name)
    return {
        "series": series,
        "office": dossier.office_id,
        "subject": _filled(version.result_subject or SUBJECT, words)[:500],
        "addressees": "" if is_decision else enterprise,
        "bases": _bases(dossier) if is_decision else "",
        "body": _filled(version.result_text or TEXT, words),
        "recipients": enterprise if is_decision else "Như trên",
        "due_on": dossier.due_on,
        **_signer(dossier, on),
    }


def _words(dossier):
    received = dossier.slip.filter(verb=Verb.RECEIVE).first()
    enterprise = dossier.enterprise
    answers = {field.code: text for field, text, _wrong in lines_of(dossier, dossier.procedure_version.fields.all())}
    return answers | {
        "code": dossier.code,
        "procedure": dossier.procedure.name_vi,
        "enterprise": enterprise.name,
        "tax_code": enterprise.tax_code,
        "address": enterprise.address,
        "applicant": dossier.applicant_name,
        "lodged_on": formats.vn_date(timezone.localdate(dossier.submitted_at)),
        "received_on": formats.vn_date(timezone.localdate(received.at)) if received else "",
    }


def _filled(text, words, write=as_words):
    """The text with its places filled. An answer of several lines stays in the line of its place, and nothing in it reads as a
    mark of the layout or as a place that is left to fill in."""

    def filling(found):
        begins_line = not text[: found.start()].rpartition("\n")[2].strip()
        return write(str(words.get(found[1], found[0]) or ""), begins_line=begins_line) or "…"

    return PLACE.sub(filling, text)


def is_rewritten(dossier):
    """Whether something of the dossier stands otherwise in the content of its draft, because the layout would not read it as text."""
    text, words = dossier.procedure_version.result_text or TEXT, _words(dossier)
    return _filled(text, words) != _filled(text, words, lambda given, begins_line: " ".join(given.split()))


def _bases(dossier):
    lines = [line.strip(" ;,.") for line in dossier.procedure_version.legal_basis.splitlines() if line.strip()]
    bases = [line if line.startswith(("Căn cứ", "Theo")) else f"Căn cứ {line}" for line in lines]
    return "\n".join([*bases, f"Xét hồ sơ mã số {dossier.code} của {as_words(dossier.enterprise.name)}"])


def _signer(dossier, on):
    """The leader who approved it, in the right that the post gives."""
    approved = dossier.slip.filter(verb=Verb.APPROVE).select_related("by").order_by("-number").first()
    if approved is None:
        return {}
    right = next((RIGHTS[role] for role in RIGHTS if role in approved.by.roles), None)
    return {"signer": approved.by, "authority": right} if right else {}


def papers_of(user, dossier):
    """[(paper, kind of its tag, whether the person opens its page, whether the draft is read here)], the latest first."""
    papers = [found.paper for found in dossier.result_papers.select_related("paper").order_by("-pk")]
    keys = [paper.pk for paper in papers]
    seen = (
        set(OutgoingPaper.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    )
    reads = user.may(SEE_DRAFT)
    return [(paper, STATE_KINDS[paper.state], paper.pk in seen, reads and paper.state not in OVER) for paper in papers]


def drafts_of(user, dossier):
    """What is decided upon, to be read where the decision is asked for: the papers that stand, and the file that was submitted."""
    line = dossier.slip.filter(verb=Verb.SUBMIT).select_related("file").order_by("-number").first()
    standing = [shown for shown in papers_of(user, dossier) if shown[0].state not in OVER]
    return {"papers": standing, "line": line if line and line.file_id else None}


@dataclass(frozen=True)
class Unready:
    """The draft of a result with which something is to be done before the dossier goes on; `words` say what, and who does it."""

    paper: OutgoingPaper
    words: str

    def step_of(self, user, now):
        """(address, words) of that step where it is this person's; None where it is not."""
        verb = way.next_verb(self.paper)
        if not way.may_take(user, self.paper, verb, now):
            return None
        words = _("Go on with the draft of the result") if way.left_to_fill_in(self.paper) else WORDS[verb][0]
        return self.paper.get_absolute_url(), words


def unready_draft(dossier, now):
    """The Unready draft of a dossier that is to be decided upon, or that is approved; None where there is none."""
    if dossier.state == State.APPROVED:
        return _on_its_way(standing_paper(dossier), now)
    if dossier.state not in DECIDED or not why_not_decided(dossier, now):
        return None
    paper = standing_paper(dossier)
    said = {"who": paper.drafter.full_name, "office": paper.office}
    if way.left_to_fill_in(paper):
        words = _("%(who)s fills in what is left open in the draft of the result.")
    elif paper.state == PaperState.DRAFT:
        words = _("%(who)s sends the draft of the result for initialling; only then is the dossier decided upon.")
    else:
        words = _("The head of %(office)s initials the draft of the result; only then is the dossier decided upon.")
    return Unready(paper, words % said)


def _on_its_way(paper, now):
    """A result whose dossier is approved goes the way of all papers, step by step."""
    verb = way.next_verb(paper) if paper else None
    if verb is None:
        return None
    return Unready(paper, next_step(WORDS[verb][0], way.who_may_take(paper, verb, now))["turn"])
