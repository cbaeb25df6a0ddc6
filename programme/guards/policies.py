from audit.guards import check_trigger, frozen_when, immutable, no_delete

POLICIES, REVIEWS = "programme_policy", "programme_policyreview"
STEPS = (
    "state",
    "submitted_number",
    "submitted_on",
    "answer",
    "answer_number",
    "answered_on",
    "answer_text",
    "version",
)

_RENAMED = (
    "NEW.issuer <> OLD.issuer OR (OLD.issued_on IS NOT NULL AND NEW.issued_on IS DISTINCT FROM OLD.issued_on) "
    "OR (substr(OLD.number, 1, 1) <> '…' AND NEW.number <> OLD.number)"
)
_ROUND = (
    "NEW.superseded_by_id IS NOT NULL AND EXISTS (WITH RECURSIVE later(id) AS (SELECT NEW.superseded_by_id "
    "UNION SELECT x.superseded_by_id FROM programme_policy x JOIN later ON x.id = later.id "
    "WHERE x.superseded_by_id IS NOT NULL) SELECT 1 FROM later WHERE later.id = NEW.id)"
)
_BY_ONE_WITHDRAWN = (
    "NEW.superseded_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM programme_policy x "
    "WHERE x.id = NEW.superseded_by_id AND x.withdrawn_on IS NOT NULL)"
)
_BY_ONE_NOT_IN_FORCE = (
    "NEW.superseded_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM programme_policy x WHERE x.id = NEW.superseded_by_id "
    "AND (x.issued_on < NEW.issued_on OR x.valid_to < NEW.superseded_from OR x.superseded_from <= NEW.superseded_from "
    "OR COALESCE(x.valid_from, x.issued_on) > NEW.superseded_from))"
)
_BEGINS_AFTER_IT_SUPERSEDES = (
    "EXISTS (SELECT 1 FROM programme_policy x WHERE x.superseded_by_id = NEW.id "
    "AND COALESCE(NEW.valid_from, NEW.issued_on) > x.superseded_from)"
)
_STILL_SUPERSEDES = (
    "NEW.withdrawn_on IS NOT NULL AND EXISTS (SELECT 1 FROM programme_policy x WHERE x.superseded_by_id = NEW.id)"
)
_NO_MOVE = (
    "NEW.state <> OLD.state AND NOT (OLD.state = 'draft' AND NEW.state IN ('submitted', 'withdrawn')) "
    "AND NOT (OLD.state = 'submitted' AND NEW.state = 'answered')"
)
# of a document whose day is known, no review is of a year before it, nor sent before it was issued
_BEFORE_ITS_POLICY = (
    "EXISTS (SELECT 1 FROM programme_policy x WHERE x.id = NEW.policy_id AND (NEW.submitted_on < x.issued_on "
    "OR NEW.year < CAST(substr(CAST(x.issued_on AS TEXT), 1, 4) AS integer)))"
)
# two who supersede each other at once meet here
_ALONE = "PERFORM pg_advisory_xact_lock(hashtextextended('programme_policy', 0));"

GUARDS = [
    no_delete(POLICIES),
    no_delete(REVIEWS),
    immutable(REVIEWS, "policy_id"),
    check_trigger("policy_keeps_its_name", POLICIES, ("UPDATE",), _RENAMED),
    check_trigger("policies_in_a_line", POLICIES, ("INSERT", "UPDATE"), _ROUND, before=_ALONE),
    check_trigger("superseded_by_one_that_stands", POLICIES, ("INSERT", "UPDATE"), _BY_ONE_WITHDRAWN),
    check_trigger("superseded_by_one_in_force", POLICIES, ("INSERT", "UPDATE"), _BY_ONE_NOT_IN_FORCE),
    check_trigger("superseding_policy_holds", POLICIES, ("UPDATE",), _BEGINS_AFTER_IT_SUPERSEDES),
    check_trigger("superseding_policy_stays", POLICIES, ("UPDATE",), _STILL_SUPERSEDES),
    frozen_when(POLICIES, "OLD.withdrawn_on IS NOT NULL", name="withdrawn"),
    frozen_when(REVIEWS, "OLD.state <> 'draft'", free=STEPS, name="sent"),
    frozen_when(REVIEWS, "OLD.state = 'withdrawn'", name="withdrawn"),
    check_trigger("review_after_its_policy", REVIEWS, ("INSERT",), _BEFORE_ITS_POLICY),
    check_trigger(
        "review_sent_after_its_policy",
        REVIEWS,
        ("UPDATE",),
        f"(NEW.year <> OLD.year OR NEW.submitted_on IS DISTINCT FROM OLD.submitted_on) AND {_BEFORE_ITS_POLICY}",
    ),
    check_trigger("review_moves", REVIEWS, ("UPDATE",), _NO_MOVE),
]
