"""What the database holds of plans, whoever writes: versions without gaps, steps by papers whose dates run forward, and
lines that stand still once the plan has left the drafters' desk.
"""

from audit.guards import append_only, check_trigger, frozen_when, immutable, no_delete
from programme.models.plans import EDITABLE, Plan
from programme.models.proposals import TaskProposal
from programme.models.tasks import Task

PLAN, PAPER, ITEM, ESTIMATE = (
    "programme_plan",
    "programme_planpaper",
    "programme_planitem",
    "programme_planestimate",
)
FUNDING, LINE, CONSULTATION = "programme_planfunding", "programme_budgetline", "programme_consultation"


def _listed(values):
    return ", ".join(f"'{value}'" for value in sorted(str(value) for value in values))


def goes_otherwise(moves):
    """SQL: the state changes to one that the table of moves does not name."""
    allowed = " OR ".join(
        f"(OLD.state = '{state.value}' AND NEW.state IN ({_listed(after)}))" for state, after in moves.items() if after
    )
    return f"NEW.state <> OLD.state AND NOT ({allowed})"


_editable = _listed(EDITABLE)
_plan_of_estimate = f"SELECT p.state FROM {ITEM} i JOIN {PLAN} p ON p.id = i.plan_id WHERE i.id = {{row}}.item_id"
NEXT_NUMBER = (
    f"NEW.number IS DISTINCT FROM COALESCE((SELECT MAX(x.number) FROM {PLAN} x WHERE x.year = NEW.year), 0) + 1"
)
NUMBERING = "PERFORM pg_advisory_xact_lock(hashtextextended('programme_plan|' || NEW.year::text, 0));"
ADJUSTS_STANDING = (
    f"NEW.base_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {PLAN} b WHERE b.id = NEW.base_id AND b.year = NEW.year "
    "AND b.state = 'in_force')"
)


def _without(kind, state):
    return (
        f"(NEW.state = '{state}' AND OLD.state <> '{state}' AND NOT EXISTS (SELECT 1 FROM {PAPER} x "
        f"WHERE x.plan_id = NEW.id AND x.kind = '{kind}'))"
    )


MOVES_BY_PAPER = " OR ".join(
    _without(kind, state)
    for kind, state in (
        ("submission", "submitted"),
        ("return", "returned"),
        ("approval", "approved"),
        ("assignment", "in_force"),
    )
)
# A decision is never dated before what it decides on, nor an adjustment before what it adjusts.
DATED_BACK = (
    f"EXISTS (SELECT 1 FROM {PAPER} x WHERE x.plan_id = NEW.plan_id AND x.kind <> NEW.kind "
    "AND x.signed_on > NEW.signed_on) "
    f"OR EXISTS (SELECT 1 FROM {PLAN} p JOIN {PAPER} x ON x.plan_id = p.base_id WHERE p.id = NEW.plan_id "
    "AND x.kind = 'approval' AND x.signed_on > NEW.signed_on)"
)
REVIEWED_ALREADY = (
    f"NEW.kind = 'review' AND EXISTS (SELECT 1 FROM {PLAN} p WHERE p.id = NEW.plan_id AND p.reviewed_at IS NOT NULL)"
)
# A proposal is to be considered again only when the version that took it was given up.
PROPOSAL_GOES_OTHERWISE = (
    f"({goes_otherwise(TaskProposal.MOVES)}) OR (OLD.state = 'taken' AND NEW.state = 'sent' AND NOT EXISTS "
    f"(SELECT 1 FROM {ITEM} i JOIN {PLAN} p ON p.id = i.plan_id WHERE i.id = OLD.item_id AND p.state = 'withdrawn'))"
)
FUNDING_FITS = (
    f"NOT EXISTS (SELECT 1 FROM {ESTIMATE} e JOIN {ITEM} i ON i.id = e.item_id JOIN {PLAN} p ON p.id = i.plan_id "
    f"JOIN {LINE} l ON l.id = NEW.line_id JOIN programme_budgetyear y ON y.id = l.year_id "
    "WHERE e.id = NEW.estimate_id AND l.task_id = i.task_id AND y.year = p.year "
    "AND p.state IN ('approved', 'in_force'))"
)
FUNDING_WITHIN = (
    f"NEW.amount_vnd + COALESCE((SELECT SUM(f.amount_vnd) FROM {FUNDING} f WHERE f.estimate_id = NEW.estimate_id "
    "AND f.withdrawn_at IS NULL), 0) > "
    f"(SELECT e.amount_vnd FROM {ESTIMATE} e WHERE e.id = NEW.estimate_id)"
)

# A task is not finished before what it delivered, nor before a report of work still to be done.
FINISHED_EARLY = (
    "NEW.finished_on IS NOT NULL AND NEW.finished_on IS DISTINCT FROM OLD.finished_on AND ("
    "EXISTS (SELECT 1 FROM programme_deliverable d WHERE d.task_id = NEW.id AND d.delivered_on > NEW.finished_on) "
    "OR EXISTS (SELECT 1 FROM programme_taskreport r WHERE r.task_id = NEW.id AND r.percent < 100 "
    'AND r."on" > NEW.finished_on))'
)
GUARDS = [
    no_delete(PLAN),
    immutable(PLAN, "year", "number", "kind", "base_id", "drafted_by", "drafted_at"),
    check_trigger("plan_numbers_run_on", PLAN, ("INSERT",), NEXT_NUMBER, before=NUMBERING),
    check_trigger("plan_starts_as_draft", PLAN, ("INSERT",), "NEW.state <> 'draft'"),
    check_trigger("plan_adjusts_what_stands", PLAN, ("INSERT",), ADJUSTS_STANDING),
    check_trigger("plan_goes_on", PLAN, ("UPDATE",), goes_otherwise(Plan.MOVES)),
    check_trigger("plan_moves_by_paper", PLAN, ("UPDATE",), MOVES_BY_PAPER),
    append_only(PAPER),
    check_trigger(
        "plan_papers_run_forward",
        PAPER,
        ("INSERT",),
        DATED_BACK,
        before="PERFORM 1 FROM programme_plan p WHERE p.id = NEW.plan_id FOR NO KEY UPDATE;",
    ),
    check_trigger("plan_reviewed_once", PAPER, ("INSERT",), REVIEWED_ALREADY),
    no_delete(ITEM),
    immutable(ITEM, "plan_id", "task_id"),
    frozen_when(
        ITEM,
        f"(SELECT p.state FROM {PLAN} p WHERE p.id = OLD.plan_id) NOT IN ({_editable})",
        name="submitted",
    ),
    check_trigger(
        "plan_items_only_in_drafts",
        ITEM,
        ("INSERT",),
        f"(SELECT p.state FROM {PLAN} p WHERE p.id = NEW.plan_id) NOT IN ({_editable})",
        before="PERFORM 1 FROM programme_plan p WHERE p.id = NEW.plan_id FOR SHARE;",
    ),
    immutable(ESTIMATE, "item_id", "source_id"),
    frozen_when(ESTIMATE, f"({_plan_of_estimate.format(row='OLD')}) NOT IN ({_editable})", name="submitted"),
    check_trigger(
        "plan_estimates_only_in_drafts",
        ESTIMATE,
        ("INSERT",),
        f"({_plan_of_estimate.format(row='NEW')}) NOT IN ({_editable})",
    ),
    append_only(FUNDING, allow=("withdrawn_by", "withdrawn_at")),
    check_trigger("plan_funding_fits", FUNDING, ("INSERT",), FUNDING_FITS),
    check_trigger(
        "plan_funding_within_estimate",
        FUNDING,
        ("INSERT",),
        FUNDING_WITHIN,
        before="PERFORM 1 FROM programme_planestimate e WHERE e.id = NEW.estimate_id FOR SHARE;",
    ),
    append_only("programme_overlapdecision"),
    no_delete("programme_taskproposal"),
    immutable("programme_taskproposal", "year", "office_id", "written_by"),
    check_trigger("proposal_goes_on", "programme_taskproposal", ("UPDATE",), PROPOSAL_GOES_OTHERWISE),
    frozen_when(
        "programme_taskproposal",
        "OLD.state <> 'draft'",
        free=("state", "version", "decided_by", "decided_at", "answer", "item_id"),
        name="sent",
    ),
    no_delete(CONSULTATION),
    immutable(CONSULTATION, "plan_id", "agency_id", "letter_id", "asked_on"),
    no_delete("programme_task"),
    immutable("programme_task", "code", "first_year"),
    check_trigger("task_goes_on", "programme_task", ("UPDATE",), goes_otherwise(Task.MOVES)),
    check_trigger("task_finished_last", "programme_task", ("UPDATE",), FINISHED_EARLY),
    append_only("programme_taskreport"),
    no_delete("programme_deliverable"),
    immutable("programme_deliverable", "task_id"),
    no_delete("programme_giventask"),
    append_only("programme_giventaskreport"),
    append_only("programme_givendeadline"),
    check_trigger(
        "given_deadline_from_the_one_that_holds",
        "programme_givendeadline",
        ("INSERT",),
        "NEW.former IS DISTINCT FROM (SELECT g.deadline FROM programme_giventask g WHERE g.id = NEW.given_id)",
        before="PERFORM 1 FROM programme_giventask g WHERE g.id = NEW.given_id FOR NO KEY UPDATE;",
    ),
]
