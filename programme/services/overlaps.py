"""Tasks that look alike, within a plan and against the year before: pointed out, and cleared by a person's reason."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.models import OPEN, OverlapDecision, PlanItem, PlanState
from programme.permissions.plans import DRAFT
from reference.services import rule
from screens.text import short_forms

DEFAULT_RULE = {"percent": 60}
# Words that every task of the programme has, in folded text with short forms.
STOP_WORDS = frozenset(
    [
        "va",
        "cac",
        "cua",
        "cho",
        "trong",
        "tren",
        "tai",
        "ve",
        "theo",
        "den",
        "voi",
        "la",
        "co",
        "duoc",
        "nam",
        "tu",
        "mot",
        "nhung",
        "viec",
        "so",
        "nganh",
        "tham",
        "gia",
        "to",
        "chuc",
        "thuc",
        "hien",
        "hang",
        "nham",
        "phuc",
        "vu",
        "dia",
        "ban",
        "tp",
        "hn",
        "spcncl",
        "dn",
        "doanh",
        "nghiep",
        "san",
        "pham",
    ]
)
WORDS, RESULT = "words", "result"


@dataclass
class Overlap:
    """A line that looks like another: by its words, or by lead and deliverable; `decision` when somebody cleared it."""

    item: PlanItem
    other: PlanItem
    reasons: tuple
    decision: OverlapDecision | None = None

    @property
    def same_year(self):
        return self.item.plan.year == self.other.plan.year


class Words:
    """What a line is compared by, worked out once."""

    def __init__(self, item):
        self.item = item

    @cached_property
    def what(self):
        return words_of(self.item.what)

    @cached_property
    def result(self):
        return words_of(self.item.deliverable)

    @cached_property
    def lead(self):
        return self.item.office_id, self.item.agency_id


def words_of(text):
    """The telling words of a text: folded, without numbers and without the words that every task has."""
    found = re.findall(r"[^\W\d_]+", short_forms(text))
    return frozenset(word for word in found if word not in STOP_WORDS)


def alike(one, other, percent):
    """Whether two sets of words share at least `percent` of a hundred of what they have together."""
    together = one | other
    return bool(together) and 100 * len(one & other) >= percent * len(together)


def threshold(on: date):
    """From which share of common words on two tasks are pointed out: a rule that is data."""
    value = rule("plan_overlap", on, default=DEFAULT_RULE)
    return value.get("percent", DEFAULT_RULE["percent"]) if isinstance(value, dict) else DEFAULT_RULE["percent"]


def reasons(one, other, percent):
    """Why two lines (as Words) look alike; empty when they do not."""
    found = []
    if one.item.content_area_id == other.item.content_area_id and alike(one.what, other.what, percent):
        found.append(WORDS)
    if one.lead == other.lead and one.result and one.result == other.result:
        found.append(RESULT)
    return tuple(found)


def lines_to_compare(plan):
    """Lines of the version itself, and those of the year before as its plan stands."""
    items = PlanItem.objects.kept().select_related("task", "plan", "office", "agency")
    own = list(items.filter(plan=plan))
    before = items.filter(plan__year=plan.year - 1, plan__state=PlanState.IN_FORCE)
    if not before.exists():
        before = items.filter(plan__year=plan.year - 1, plan__state__in=OPEN)
    return own, list(before)


def overlaps_of(item):
    """[Overlap] of one line, which need not be saved yet."""
    own, before = lines_to_compare(item.plan)
    mine = Words(item)
    others = [other for other in [*own, *before] if other.task_id != item.task_id or item.task_id is None]
    percent = threshold(timezone.localdate())
    found = [Overlap(item, other, why) for other in others if (why := reasons(mine, Words(other), percent))]
    return _with_decisions(found)


def overlaps_in(plan):
    """[Overlap] of every line of the version; a pair within the plan stands once."""
    own, before = lines_to_compare(plan)
    mine, old = [Words(item) for item in own], [Words(item) for item in before]
    percent = threshold(timezone.localdate())
    found = []
    for place, one in enumerate(mine):
        for other in [*mine[place + 1 :], *old]:
            if other.item.task_id != one.item.task_id and (why := reasons(one, other, percent)):
                found.append(Overlap(one.item, other.item, why))
    return _with_decisions(found)


def _with_decisions(found):
    tasks = {overlap.item.task_id for overlap in found} | {overlap.other.task_id for overlap in found}
    made = {
        (decision.task_id, decision.other_id): decision
        for decision in OverlapDecision.objects.filter(task__in=tasks, other__in=tasks)
    }
    for overlap in found:
        if overlap.item.task_id is not None:
            overlap.decision = made.get(tuple(sorted((overlap.item.task_id, overlap.other.task_id))))
    return found


def undecided(plan):
    """Overlaps of the version that nobody cleared yet."""
    return [overlap for overlap in overlaps_in(plan) if overlap.decision is None]


@transaction.atomic
def decide_overlap(*, item, other, why, by, now):
    """Keep who says that two tasks are not the same, and why."""
    require(by, DRAFT)
    if not why.strip():
        raise Refused(_("Say why the two tasks do not overlap."))
    if item.task_id == other.pk:
        raise Refused(_("A task does not overlap with itself."))
    first, second = sorted((item.task, other), key=lambda task: task.pk)
    try:
        with transaction.atomic():
            decision = OverlapDecision.objects.create(
                task=first, other=second, why=why.strip(), decided_by=by.public_id, decided_at=now
            )
    except IntegrityError:
        raise Conflict(_("Somebody decided on these two tasks already.")) from None
    for task, against in ((first, second), (second, first)):
        record_event("overlap cleared", task, by=by, now=now, reason=why.strip(), other=against.code)
    return decision
