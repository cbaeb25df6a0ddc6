"""The verbs of papers that go out: draft one, change the draft, give it up."""

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import Post, User
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from audit.rewriting import alike
from documents.meanwhile import overtaken
from documents.models import OutgoingPaper
from documents.paper_states import ON_THE_WAY, State, move_of
from documents.permissions.papers import DRAFT, offices_of
from documents.secrecy import refuse_secret
from documents.signatories import require_signatory
from screens.text import clean

CONTENT = (
    "series", "office", "subject", "addressees", "bases", "body", "recipients", "signer", "authority",
    "authority_paper", "signer_post", "due_on",
)  # fmt: skip
MOST_KEPT = 10_000  # letters of the content in a history
WRITTEN = ("subject", "addressees", "bases", "body", "recipients")


@transaction.atomic
def draft_paper(*, values, by, now):
    """Begin the draft of a paper of one's own office."""
    require(by, DRAFT)
    paper = OutgoingPaper(drafter=by, drafted_at=now, **values)
    _require_right(paper, by, now)
    paper.derive()
    paper.save()
    record_event("paper drafted", paper, by=by, now=now, after=filled(paper))
    return paper


@transaction.atomic
def edit_paper(*, paper, values, version, by, now):
    """Change a draft. Only whoever drafted it does."""
    require(by, DRAFT)
    paper = locked(paper)
    require_drafter(paper, by)
    if not paper.is_draft:
        raise Conflict(
            _("The paper is “%(state)s” and is not changed any more.") % {"state": paper.get_state_display()}
        )
    before, body = filled(paper), paper.body
    for name, value in values.items():
        setattr(paper, name, value)
    _require_right(paper, by, now)
    paper.derive()
    after = filled(paper)
    if paper.body != body:
        before["body"], after["body"] = _changed_bodies(body, paper.body)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    paper.save_version(version, update_fields=[*values, "folded"])
    record_event(
        "paper draft changed", paper, by=by, now=now, before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )  # fmt: skip
    return paper


@transaction.atomic
def discard_paper(*, paper, version, by, now, reason):
    """Give a draft up. It stays to be read, with the reason."""
    require(by, DRAFT)
    paper = locked(paper)
    if paper.version != version:
        raise overtaken(paper, still=paper.is_draft and paper.drafter_id == by.pk)
    require_drafter(paper, by)
    move(paper, "discard")
    paper.discarded_at, paper.discarded_by, paper.discarded_reason = now, actor_name(by), clean(reason)
    paper.save_version(version, update_fields=["state", "discarded_at", "discarded_by", "discarded_reason"])
    record_event("paper discarded", paper, by=by, now=now, reason=reason, after={"state": paper.state})
    return paper


# --- handing over ------------------------------------------------------------------------------


def held_by(person):
    """What somebody drafted and did not see issued yet."""
    return OutgoingPaper.objects.filter(drafter=person, state__in=[State.DRAFT, *ON_THE_WAY])


def names_of_held(person):
    for row in held_by(person).select_related("series"):
        yield f"{row.series}: {row.subject}"


def who_may_go_on(person, on):
    """Those who may draft for every office whose papers `person` drafts."""
    users = User.objects.holding(DRAFT.roles, on)
    for office in held_by(person).order_by().values_list("office", flat=True).distinct():
        users = users.filter(pk__in=Post.objects.in_force(on).filter(office=office).values("user"))
    return users


def hand_over_papers(person, to, *, by, now):
    """Give what `person` drafts, and what comes back of it, to `to` (one act of accounts.handover, which records it)."""
    for paper in held_by(person).select_for_update(of=("self",)):
        pass_on(paper, to, by=by, now=now)


def pass_on(paper, to, *, by, now):
    """Give one paper, locked, to whoever goes on with the work that it is for."""
    paper.drafter = to
    paper.save_version(paper.version, update_fields=["drafter"])
    record_event("paper handed over", paper, by=by, now=now)


# --- shared ------------------------------------------------------------------------------------


def locked(paper):
    related = ("series", "office", "signer", "drafter", "drawn", "signed", "numbered", "sealed", "number")
    OutgoingPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)  # read once nobody else changes its drafter
    return OutgoingPaper.objects.select_related(*related).get(pk=paper.pk)


def move(paper, verb):
    """The one door for the states of a paper."""
    found = move_of(verb, State(paper.state))
    if found is None:
        raise Conflict(
            _("The paper is “%(state)s”; this can no longer be done.") % {"state": paper.get_state_display()}
        )
    paper.state = found.target


def require_drafter(paper, by):
    if paper.drafter_id != by.pk:
        raise NotAllowed(_("Only whoever drafted the paper does this."))


def filled(paper):
    """What an event keeps of a paper: what people fill in, where it is filled in."""
    named = {"series": paper.series.name_vi, "office": paper.office.name, "signer": paper.signer.full_name}
    values = {name: getattr(paper, name) for name in CONTENT} | named | {"body": _named_body(paper.body)}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _named_body(body, part=None):
    """The content or the part of it that is told; where that is more than a history can bear, its beginning and a digest of the
    whole."""
    told = body if part is None else part
    if len(told) <= MOST_KEPT and part is None:
        return told
    return f"{told[:MOST_KEPT]}… ({hashlib.sha256(body.encode()).hexdigest()[:16]})"


def _changed_bodies(before, after):
    """Two contents as an event keeps them: whole, or where one is too long the lines between the first and the last that
    differ."""
    if max(len(before), len(after)) <= MOST_KEPT:
        return before, after
    old, new = before.split("\n"), after.split("\n")
    start, end = alike(old, new)
    parts = ("\n".join(lines[start : len(lines) - end]) for lines in (old, new))
    return tuple(_named_body(body, part) for body, part in zip((before, after), parts, strict=True))


def _require_right(paper, by, now):
    """What stands on the paper fits its series, its office and its signer."""
    today = timezone.localdate(now)
    refuse_secret(*(getattr(paper, name) for name in WRITTEN))
    series = paper.series
    if series.is_ended(today) or not series.layout or (series.office_id and series.office_id != paper.office_id):
        raise Refused(
            _("Papers of the kind “%(series)s” are not drafted here for this office. Choose another kind.")
            % {"series": series}
        )
    if not offices_of(by, today).filter(office=paper.office).exists():
        raise Refused(_("You hold no post in this office. Papers are drafted for one's own office."))
    require_signatory(
        series=series,
        signer=paper.signer,
        authority=paper.authority,
        authority_paper=paper.authority_paper,
        post_words=paper.signer_post,
        on=today,
    )
