"""What the database refuses of handling: a slip that does not go on from where the dossier stands, a dossier that does not
follow its slip, and supplements changed once they were sent or answered."""

from audit.guards import append_only, check_trigger, follows, frozen_when, immutable, no_delete
from dossiers.models.handling import PROMISING
from dossiers.states import Verb, targets_of

DOSSIERS, FILES = "dossiers_dossier", "dossiers_dossierfile"
SLIP, REQUESTS, ITEMS, NOTES = (
    "dossiers_slipline", "dossiers_supplementrequest", "dossiers_supplementitem", "dossiers_dossiernote",
)  # fmt: skip
CHANGES = "dossiers_supplementchange"

_OF_IT = f"FROM {DOSSIERS} d WHERE d.id = NEW.dossier_id"
# one line after another: whoever adds a line holds the dossier
_HELD = f"PERFORM 1 {_OF_IT} FOR NO KEY UPDATE;"
_TABLE = " OR ".join(
    f"(NEW.verb = '{verb.value}' AND NEW.source = '{source.value}' AND NEW.target = '{target.value}')"
    for verb in Verb
    if verb != Verb.LODGE
    for source, targets in targets_of(verb).items()
    if source != "draft"
    for target in sorted(targets)
)
_SAME = " AND ".join(
    f"s.{column} IS NOT DISTINCT FROM NEW.{own}"
    for column, own in (
        ("target", "state"), ("office_id", "office_id"), ("handler_id", "handler_id"), ("starts_on", "starts_on"),
        ("due_on", "due_on"), ("steps_done", "steps_done"),
    )
)  # fmt: skip
_MOVED = " OR ".join(
    f"NEW.{column} IS DISTINCT FROM OLD.{column}"
    for column in ("state", "office_id", "handler_id", "starts_on", "due_on", "steps_done")
)
_PROMISING = ", ".join(f"'{verb}'" for verb in PROMISING)
_DAY_IN_HANOI = {  # the city keeps one time all the year
    "sqlite": "date(NEW.at, '+7 hours')", "postgresql": "(NEW.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
}  # fmt: skip
_STATE_OF_REQUEST = f"(SELECT r.state FROM {REQUESTS} r WHERE r.id = {{side}}.request_id)"

GUARDS = [
    append_only(SLIP),
    check_trigger(
        "slip_goes_on",
        SLIP,
        ("INSERT",),
        f"NEW.number <> 1 + (SELECT COALESCE(MAX(s.number), 0) FROM {SLIP} s WHERE s.dossier_id = NEW.dossier_id) "
        f"OR EXISTS (SELECT 1 FROM {SLIP} s WHERE s.dossier_id = NEW.dossier_id AND s.at > NEW.at)",
        before=_HELD,
    ),
    check_trigger("slip_by_the_table", SLIP, ("INSERT",), f"NOT ({_TABLE})"),
    check_trigger(
        "slip_from_where_it_stands",
        SLIP,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 {_OF_IT} AND d.state = NEW.source)",
        before=_HELD,
    ),
    check_trigger(
        "slip_keeps_the_promise",  # only receiving, an answer and an apology set a day; the calendar does not
        SLIP,
        ("INSERT",),
        f"NEW.verb NOT IN ({_PROMISING}) AND EXISTS (SELECT 1 {_OF_IT} "
        "AND (d.due_on IS DISTINCT FROM NEW.due_on OR d.starts_on IS DISTINCT FROM NEW.starts_on))",
    ),
    *(
        check_trigger(
            f"slip_promises_anew_in_time_{engine}",  # once the day is over, no apology makes the dossier not late
            SLIP,
            ("INSERT",),
            f"[{engine}]NEW.verb = 'extend' AND EXISTS (SELECT 1 {_OF_IT} AND d.due_on < {day})",
        )
        for engine, day in _DAY_IN_HANOI.items()
    ),
    check_trigger(
        "slip_decided_by_another",  # whoever submits does not decide
        SLIP,
        ("INSERT",),
        f"NEW.verb IN ('approve', 'not_eligible') AND NEW.by_id = (SELECT s.by_id FROM {SLIP} s "
        "WHERE s.dossier_id = NEW.dossier_id AND s.verb = 'submit' ORDER BY s.number DESC LIMIT 1)",
    ),
    check_trigger(
        "slip_supplement_of_it",
        SLIP,
        ("INSERT",),
        f"NEW.request_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {REQUESTS} r WHERE r.id = NEW.request_id "
        "AND r.dossier_id = NEW.dossier_id AND (NEW.verb = 'ask' AND r.state = 'sent' AND r.stage = NEW.source "
        "OR NEW.verb = 'answer' AND r.state = 'answered' AND r.stage = NEW.target))",
    ),
    check_trigger(
        "slip_waits_for_what_is_prepared",  # a request that is prepared is sent or dropped first: it is of the stage it began at
        SLIP,
        ("INSERT",),
        f"NEW.source <> NEW.target AND NEW.verb <> 'ask' AND EXISTS (SELECT 1 FROM {REQUESTS} r WHERE r.dossier_id = NEW.dossier_id "
        "AND r.state = 'prepared')",
    ),
    follows(
        "dossier_by_its_slip",
        SLIP,
        f"UPDATE {DOSSIERS} SET state = NEW.target, office_id = NEW.office_id, handler_id = NEW.handler_id, "
        "starts_on = NEW.starts_on, due_on = NEW.due_on, steps_done = NEW.steps_done, version = version + 1, "
        "withdrawn_at = CASE WHEN NEW.target = 'withdrawn' THEN NEW.at END, "
        "withdrawn_by_id = CASE WHEN NEW.target = 'withdrawn' THEN NEW.by_id END, "
        "withdrawn_reason = CASE WHEN NEW.target = 'withdrawn' THEN NEW.note ELSE '' END WHERE id = NEW.dossier_id",
    ),
    check_trigger(
        "dossier_follows_its_slip",
        DOSSIERS,
        ("UPDATE",),
        f"OLD.state <> 'draft' AND ({_MOVED}) AND NOT EXISTS (SELECT 1 FROM {SLIP} s WHERE s.dossier_id = NEW.id "
        f"AND s.number = (SELECT MAX(n.number) FROM {SLIP} n WHERE n.dossier_id = NEW.id) AND {_SAME})",
    ),
    no_delete(REQUESTS),
    immutable(REQUESTS, "dossier_id", "number", "stage", "prepared_at", "prepared_by_id"),
    check_trigger(
        "supplement_begins_where_it_stands",
        REQUESTS,
        ("INSERT",),
        f"NEW.state <> 'prepared' OR NOT EXISTS (SELECT 1 {_OF_IT} AND d.state = NEW.stage)",
    ),
    check_trigger(
        "supplement_moves_by_its_table",
        REQUESTS,
        ("UPDATE",),
        "OLD.state <> NEW.state AND NOT (OLD.state = 'prepared' AND NEW.state IN ('sent', 'dropped') "
        "OR OLD.state = 'sent' AND NEW.state IN ('answered', 'dropped'))",
    ),
    check_trigger(
        "supplement_names_what_is_missing",
        REQUESTS,
        ("UPDATE",),
        f"OLD.state = 'prepared' AND NEW.state = 'sent' AND NOT EXISTS (SELECT 1 FROM {ITEMS} i WHERE i.request_id = NEW.id)",
    ),
    check_trigger(
        "supplement_sent_with_a_day",
        REQUESTS,
        ("UPDATE",),
        "OLD.state = 'prepared' AND NEW.state = 'sent' AND NEW.answer_by IS NULL",
    ),
    append_only(CHANGES),
    check_trigger(
        "supplement_changed_while_prepared",
        CHANGES,
        ("INSERT",),
        f"{_STATE_OF_REQUEST.format(side='NEW')} <> 'prepared'",
    ),
    check_trigger(
        "supplement_not_sent_by_who_changed_it",  # at the door one clerk does both
        REQUESTS,
        ("UPDATE",),
        "OLD.state = 'prepared' AND NEW.state = 'sent' AND NEW.stage <> 'lodged' "
        f"AND EXISTS (SELECT 1 FROM {CHANGES} c WHERE c.request_id = NEW.id AND c.by_id = NEW.sent_by_id)",
    ),
    frozen_when(
        REQUESTS,
        "OLD.state <> 'prepared'",
        free=("state", "version", "answered_at", "answered_by_id", "dropped_at", "dropped_by_id"),
        name="sent",
    ),
    frozen_when(
        ITEMS, f"{_STATE_OF_REQUEST.format(side='OLD')} <> 'prepared'", free=("answer", "version"), name="sent"
    ),
    immutable(ITEMS, "request_id"),
    check_trigger(
        "supplement_item_added_while_prepared",
        ITEMS,
        ("INSERT",),
        f"{_STATE_OF_REQUEST.format(side='NEW')} <> 'prepared' OR NEW.answer <> ''",
    ),
    check_trigger(
        "supplement_answered_while_it_waits",
        ITEMS,
        ("UPDATE",),
        f"NEW.answer <> OLD.answer AND {_STATE_OF_REQUEST.format(side='NEW')} <> 'sent'",
    ),
    check_trigger(
        "supplement_item_of_its_version",
        ITEMS,
        ("INSERT", "UPDATE"),
        "NEW.component_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dossiers_component c "
        f"JOIN {DOSSIERS} d ON d.procedure_version_id = c.procedure_version_id "
        f"JOIN {REQUESTS} r ON r.dossier_id = d.id WHERE r.id = NEW.request_id AND c.id = NEW.component_id)",
    ),
    append_only(NOTES),
]
