"""The result of a dossier as a paper of the portal: begun from the dossier, signed once it is approved, and issued as its result."""

from itertools import dropwhile, takewhile

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import require
from accounts.models import Post
from accounts.roles import HEADS, LEADERS, Role
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.meanwhile import overtaken
from documents.models import OutgoingPaper
from documents.models.papers import offices_headed_by
from documents.paper_states import ON_THE_WAY
from documents.paper_states import State as PaperState
from documents.services.papers import draft_paper, pass_on
from documents.services.way import left_to_fill_in
from dossiers.models import Dossier, ResultPaper
from dossiers.permissions.handling import DRAFT_RESULT
from dossiers.services.slip import held_for, whose, write_line
from dossiers.states import DRAFTED, IN_HAND, READERS, State, Verb
from enterprises.telling import people_of
from screens import formats

SIGNED = ("sign", "number", "seal", "issue")  # what is done with a paper once its dossier is approved
FILES = ("drawn", "signed", "numbered", "sealed")
BACKWARDS = ("return", "stop")
READ_BY = gettext_lazy("Those who read dossiers see it then, and whoever drafted it.")


@transaction.atomic
def begin_result(*, dossier, values, by, now):
    """Begin a paper as the result of a dossier that one handles; it goes the way of all papers."""
    require(by, DRAFT_RESULT)
    row = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if row.state not in DRAFTED:
        raise Conflict(
            _("The dossier is “%(state)s” now; its result is drafted while it is appraised, or once it is approved.")
            % {"state": row.get_state_display()}
        )
    if not _has_it(by, row, now):
        raise NotAllowed(_("This dossier is not in your hands: %(who)s has it.") % {"who": whose(row)})
    standing = standing_paper(row)
    if standing:
        raise Conflict(
            _("The result is drafted already: “%(paper)s”. Go on with that paper, or give it up first.")
            % {"paper": standing}
        )
    paper = draft_paper(values=values, by=by, now=now)
    ResultPaper.objects.create(dossier=row, paper=paper, begun_at=now, begun_by=by)
    record_event("dossier result drafted", row, by=by, now=now, paper=paper.title)
    return paper


def may_begin(user, dossier, now):
    """Whether the person may begin the result now: what the page offers."""
    if dossier.state not in DRAFTED or not user.may(DRAFT_RESULT):
        return False
    return _has_it(user, dossier, now) and standing_paper(dossier) is None


def _has_it(user, dossier, now):
    """Whoever handles it, in a post of the office that has it, and the heads of that office."""
    own = Post.objects.in_force(timezone.localdate(now)).filter(user=user, office=dossier.office_id)
    if dossier.handler_id == user.pk:
        return own.exists()
    return own.filter(Q(role__in=[role.value for role in HEADS])).exists()


def standing_paper(dossier):
    """The paper in which the result of the dossier is drafted now, or which is its result; None where there is none."""
    related = (
        "paper__series",
        "paper__office",
        "paper__signer",
        "paper__number",
        *(f"paper__{name}" for name in FILES),
    )
    found = dossier.result_papers.standing().select_related(*related).first()
    return found.paper if found else None


def seen_of(dossier):
    """What whoever decides has before them, in a word: how often the dossier moved, and the draft of its result as it was saved."""
    paper = standing_paper(dossier)
    return f"{dossier.version} {paper.public_id} {paper.version}" if paper else str(dossier.version)


def require_as_seen(dossier, seen):
    """Refuse to decide upon what was submitted or drafted anew since it was `seen` (`seen_of`); None where nobody looked."""
    stands = seen_of(dossier)
    if seen is None or seen == stands:
        return
    moved = seen.partition(" ")[0] != str(dossier.version)
    told = overtaken(dossier if moved else standing_paper(dossier) or dossier, still=True)
    raise StaleVersion(dossier, str(told))


def require_to_be_decided(dossier, now):
    """Refuse to bring a draft of the result before whoever decides, or to approve it, while it is not ready for that."""
    said = why_not_decided(dossier, now)
    if said:
        raise Refused(said)


def why_not_decided(dossier, now):
    """Why the draft of the result is not to be decided upon yet: a place is left to fill in, or the head has not read it where the
    procedure names that step. "" where it is, or where nothing is drafted as a paper of the portal."""
    paper = standing_paper(dossier)
    if paper is None:
        return ""
    step = review_step(dossier)
    if left_to_fill_in(paper) or step is None or _is_initialled(paper, timezone.localdate(now)):
        return left_to_fill_in(paper)
    return _(
        "No head of %(office)s has initialled the draft of the result yet: “%(paper)s”. The procedure names the step “%(step)s” "
        "before the decision, so the paper is initialled first."
    ) % {"office": paper.office, "paper": paper, "step": step}


def review_step(dossier):
    """The step in which a head reads what an officer drafted before a leader decides; None where the procedure names none."""
    steps = list(dossier.procedure_version.steps.all())
    after = dropwhile(lambda step: step.role != Role.OFFICER, steps)
    before = takewhile(lambda step: step.role not in LEADERS, after)
    return next((step for step in before if step.role in HEADS), None)


def is_reviewed(dossier, by, now):
    """Whether a head of the office read what is submitted: they submit it, or they initialled its draft."""
    paper, on = standing_paper(dossier), timezone.localdate(now)
    if paper is not None:
        return _is_initialled(paper, on)
    return not isinstance(by, str) and offices_headed_by(by, on).filter(office=dossier.office_id).exists()


def _is_initialled(paper, on):
    """A head initialled it, or drafted it."""
    if paper.state not in (PaperState.DRAFT, PaperState.INITIALLING):
        return True
    return offices_headed_by(paper.drafter, on).filter(office=paper.office_id).exists()


def held_draft(dossier):
    """The paper of the result while its drafter still has it, locked; asked before the dossier is locked, because a step of
    the paper locks the paper first."""
    papers = OutgoingPaper.objects.filter(state__in=[PaperState.DRAFT, *ON_THE_WAY])
    keys = dossier.result_papers.standing().values("paper_id")
    return papers.filter(pk__in=keys).select_for_update(of=("self",)).first()


def pass_on_draft(paper, before, row, *, by, now):
    """Whoever handles the dossier from now on goes on with the draft that its handler `before` had begun."""
    if paper is None or row.handler is None or row.office_id != paper.office_id:
        return
    if paper.drafter_id == before != row.handler_id:
        pass_on(paper, row.handler, by=by, now=now)


# --- what documents asks and tells (documents.purposes) ------------------------------------------


def result_of(paper):
    rows = ResultPaper.objects.filter(paper=paper).select_related("dossier")
    return rows.first()


def require_ready(result, paper, verb, *, dated_on=None):
    """A result is signed once its dossier is approved, on that day or later; of a dossier that ended it goes no further."""
    dossier = result.dossier
    if verb in BACKWARDS:
        return
    said = {"code": dossier.code, "state": dossier.get_state_display()}
    if dossier.state not in IN_HAND:
        raise Refused(
            _(
                "Dossier %(code)s, whose result this is, is “%(state)s” now. The paper goes no further: send it back or give it up."
            )
            % said
        )
    if verb in SIGNED and dossier.state != State.APPROVED:
        raise Refused(
            _(
                "Dossier %(code)s, whose result this is, is “%(state)s”. It must be approved before its result is signed."
            )
            % said
        )
    if dated_on is not None:
        approved_on = timezone.localdate(dossier.slip.filter(verb=Verb.APPROVE).latest("number").at)
        if dated_on < approved_on:
            raise Refused(
                _("The paper cannot be dated before %(day)s, when it was approved.")
                % {"day": formats.vn_date(approved_on)}
            )


def follow_paper(result, paper, verb, *, by, now):
    """Once the paper is issued, the dossier's result is that paper: number, date and file, by whoever issued it."""
    if verb != "issue":
        return
    row = held_for(result.dossier, Verb.ISSUE, by, now)
    write_line(
        row, Verb.ISSUE, State.ISSUED, by=by, now=now, paper_number=paper.number.symbol, paper_on=paper.number.dated_on,
        file=paper.sealed,
    )  # fmt: skip


def papers_before_approval():
    """The keys of the papers whose dossier is not approved: they are not signed yet."""
    return ResultPaper.objects.exclude(dossier__state=State.APPROVED).values("paper")


def papers_withheld_from(user):
    """The keys of the results that somebody does not read because dossiers are not theirs to read."""
    return () if user.roles & READERS else ResultPaper.objects.values("paper")


def after_paper(result, verb, *, now):
    return goes_to_enterprise(result.dossier, now) if verb == "issue" else ""


def goes_to_enterprise(dossier, now):
    """What becomes of the result of a dossier once it is issued, in a sentence for whoever issues it."""
    said = {"code": dossier.code, "enterprise": dossier.enterprise}
    if people_of(dossier.enterprise, timezone.localdate(now)).exists():
        return (
            _(
                "This is the result of dossier %(code)s: once it is issued it goes to %(enterprise)s, whose people are told and "
                "can download it with their account at once. It cannot be taken back."
            )
            % said
        )
    return (
        _(
            "This is the result of dossier %(code)s of %(enterprise)s, of which nobody has an account: once it is issued, the intake "
            "desk gives it to them. It cannot be taken back."
        )
        % said
    )


def shown_on_paper(result, user):
    """(label, words, address) for the page of the paper."""
    dossier = result.dossier
    sees = Dossier.objects.visible_to(user).filter(pk=dossier.pk).exists()
    words = f"{dossier.code} ({dossier.get_state_display()})"
    return _("Result of the dossier"), words, reverse("dossiers:dossier", args=[dossier.public_id]) if sees else ""
