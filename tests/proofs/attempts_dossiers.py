"""What the guards of dossiers must refuse; the demonstration has drafts, lodged and withdrawn ones, with files."""

from django.db import connection

DOSSIER, FILE, NUMBER = "dossiers_dossier", "dossiers_dossierfile", "dossiers_dossiernumber"
SLIP, REQUEST, ITEM = "dossiers_slipline", "dossiers_supplementrequest", "dossiers_supplementitem"
CHANGE = "dossiers_supplementchange"
RESULT, PAPER = "dossiers_resultpaper", "documents_outgoingpaper"
LINK, MESSAGE = "dossiers_dossierlink", "dossiers_dossiermessage"
NEXT = "x.number + 1"
DRAFT, LODGED = "WHERE x.state = 'draft'", "WHERE x.state = 'lodged'"
OF_DRAFT = f"JOIN {DOSSIER} d ON d.id = x.dossier_id AND d.state = 'draft' WHERE x.removed_at IS NULL"
OF_LODGED = f"JOIN {DOSSIER} d ON d.id = x.dossier_id AND d.state = 'lodged'"
LODGING = (
    "state = 'lodged', code = 'another', submitted_at = saved_at, submitted_by_id = started_by_id, "
    "applicant_id = started_by_id, applicant_name = 'x'"
)
ANOTHER_VERSION = (
    "(SELECT v.id FROM dossiers_procedureversion v WHERE v.state = 'issued' AND v.id <> procedure_version_id LIMIT 1)"
)
UNISSUED = "(SELECT v.id FROM dossiers_procedureversion v WHERE v.state = 'draft' LIMIT 1)"
WITH_FILE = (
    f"WHERE x.state = 'draft' AND x.channel = 'online' AND EXISTS (SELECT 1 FROM {FILE} f WHERE f.dossier_id = x.id "
    "AND f.removed_at IS NULL)"
)


def attempts(copied, updated, removed):
    """{guard: statements}"""
    foreign = (
        "(SELECT c.id FROM dossiers_component c WHERE c.procedure_version_id <> d.procedure_version_id "
        "AND NOT c.is_identity LIMIT 1)"
    )
    other_kind = (
        "(SELECT MAX(s.id) FROM documents_storedfile s JOIN documents_storedfile mine ON mine.id = x.file_id "
        "WHERE s.is_identity <> mine.is_identity)"
    )
    return {
        "dossier_of_a_system": [
            copied(DOSSIER, "WHERE x.state = 'draft' AND x.typed_by_id IS NOT NULL", channel="'one_stop'"),
        ],
        "dossier_begins_as_a_draft": [copied(DOSSIER, LODGED, code="'another'")],
        "dossier_moves_by_the_table": [
            updated(DOSSIER, LODGING.replace("lodged", state, 1), DRAFT) for state in ("received", "approved", "issued")
        ],
        "dossier_follows_its_slip": [
            updated(DOSSIER, "handler_id = NULL", "WHERE x.handler_id IS NOT NULL"),
            updated(DOSSIER, "due_on = starts_on", "WHERE x.due_on IS NOT NULL"),
            updated(DOSSIER, "state = 'approved'", "WHERE x.state = 'submitted'"),
        ],
        "dossier_under_an_issued_version": [
            copied(DOSSIER, DRAFT, procedure_version_id=UNISSUED),
            updated(DOSSIER, f"procedure_version_id = {UNISSUED}", DRAFT),
        ],
        "dossier_lodged_with_its_own_components": [
            updated(DOSSIER, f"{LODGING}, procedure_version_id = {ANOTHER_VERSION}", WITH_FILE)
        ],
        "dossier_file_of_a_draft": [
            copied(FILE, OF_LODGED, file_id="(SELECT MAX(id) FROM documents_storedfile WHERE NOT is_identity)"),
            updated(FILE, "removed_at = added_at, removed_by_id = added_by_id", OF_LODGED),
        ],
        "dossier_file_of_its_version": [copied(FILE, OF_DRAFT, component_id=foreign)],
        "dossier_identity_papers_apart": [copied(FILE, OF_DRAFT, file_id=other_kind)],
        "dossier_file_taken_away_once": [
            updated(FILE, "removed_at = NULL, removed_by_id = NULL", "WHERE x.removed_at IS NOT NULL")
        ],
        **_of_handling(copied, updated),
        **_of_results(copied),
        **_of_talking(copied, updated),
        "dossier_number_goes_on": [updated(NUMBER, "last_number = last_number - 1", "WHERE x.last_number > 0")],
    }


def _of_results(copied):
    """The demonstration drafts the result of one approved dossier as a paper."""
    draft = (
        f"(SELECT MAX(p.id) FROM {PAPER} p WHERE p.state = 'draft' AND p.id NOT IN (SELECT r.paper_id FROM {RESULT} r))"
    )
    lodged = f"(SELECT MIN(d.id) FROM {DOSSIER} d WHERE d.state = 'submitted')"
    approved = _newest("approved", f"EXISTS (SELECT 1 FROM {RESULT} r WHERE r.dossier_id = x.dossier_id)")
    unbegun = _newest("approved", f"NOT EXISTS (SELECT 1 FROM {RESULT} r WHERE r.dossier_id = x.dossier_id)")
    another = (
        f"(SELECT MIN(s.{{column}}) FROM {SLIP} s WHERE s.verb = 'issue' AND s.id = (SELECT MIN(i.id) FROM {SLIP} i "
        "WHERE i.verb = 'issue'))"
    )
    taken = {column: another.format(column=column) for column in ("paper_number", "paper_on")}
    issued = {
        "number": NEXT, "verb": "'issue'", "source": "'approved'", "target": "'issued'", "paper_number": "'9/X'",
        "paper_on": "x.due_on", "file_id": "(SELECT MAX(f.id) FROM documents_storedfile f)",
    }  # fmt: skip
    return {
        "result_one_paper_at_a_time": [copied(RESULT, paper_id=draft)],
        "result_drafted_in_its_state": [copied(RESULT, paper_id=draft, dossier_id=lodged)],
        "result_is_the_paper_that_stands": [copied(SLIP, approved, **issued)],
        "result_number_of_one_file": [copied(SLIP, unbegun, **issued | taken)],
    }


def _of_handling(copied, updated):
    """Lines are copied from the newest one of a dossier in a state, so that each breaks one rule alone."""
    assigned = _newest("received", "x.verb = 'assign'")
    asking = {"verb": "'ask'", "source": "'appraising'", "target": "'supplementing'", "number": NEXT}
    prepared, answered = (
        f"JOIN {REQUEST} r ON r.id = x.request_id AND r.state = '{state}'" for state in ("prepared", "answered")
    )
    foreign = (
        "(SELECT c.id FROM dossiers_component c WHERE c.procedure_version_id <> (SELECT d.procedure_version_id "
        f"FROM {DOSSIER} d WHERE d.id = r.dossier_id) LIMIT 1)"
    )
    dropped = "state = 'dropped', answered_at = NULL, answered_by_id = NULL, dropped_at = prepared_at, dropped_by_id = prepared_by_id"
    changer = f"(SELECT c.by_id FROM {CHANGE} c WHERE c.request_id = {REQUEST}.id LIMIT 1)"
    sent = "state = 'sent', sent_at = prepared_at, sent_by_id = (SELECT MAX(u.id) FROM accounts_user u)"
    return {
        "slip_goes_on": [copied(SLIP, assigned, number="x.number + 2"), copied(SLIP, assigned, number="x.number + 7")],
        "slip_by_the_table": [copied(SLIP, assigned, number=NEXT, verb="'return'")],
        "slip_from_where_it_stands": [copied(SLIP, assigned, number=NEXT, source="'appraising'", target="'appraising'")],
        "slip_keeps_the_promise": [copied(SLIP, assigned, number=NEXT, starts_on="x.due_on")],
        f"slip_promises_anew_in_time_{connection.vendor}": [
            copied(
                SLIP, _newest("appraising"), number=NEXT, verb="'extend'", source="'appraising'", note="'x'",
                at="'2099-01-01 00:00:00'",
            )
        ],
        "slip_decided_by_another": [
            copied(SLIP, _newest("submitted"), number=NEXT, verb="'approve'", source="'submitted'", target="'approved'")
        ],
        "slip_supplement_of_it": [
            copied(SLIP, _newest("appraising"), request_id=f"(SELECT MIN(r.id) FROM {REQUEST} r)", **asking)
        ],
        "slip_waits_for_what_is_prepared": [
            copied(
                SLIP,
                f"JOIN {REQUEST} r ON r.dossier_id = x.dossier_id AND r.state = 'prepared' WHERE x.number = "
                f"(SELECT MAX(n.number) FROM {SLIP} n WHERE n.dossier_id = x.dossier_id)",
                number=NEXT, verb="'withdraw'", source="x.target", target="'withdrawn'", note="'x'",
            )
        ],
        "supplement_begins_where_it_stands": [
            copied(
                REQUEST, "WHERE x.state = 'prepared'", number="9",
                dossier_id=f"(SELECT MIN(d.id) FROM {DOSSIER} d WHERE d.state = 'submitted')",
            )
        ],
        "supplement_moves_by_its_table": [updated(REQUEST, dropped, "WHERE x.state = 'answered'")],
        "supplement_names_what_is_missing": [
            updated(REQUEST, sent, f"WHERE NOT EXISTS (SELECT 1 FROM {ITEM} i WHERE i.request_id = x.id)")
        ],
        "supplement_sent_with_a_day": [
            updated(
                REQUEST, f"{sent}, answer_by = NULL",
                f"WHERE x.state = 'prepared' AND EXISTS (SELECT 1 FROM {ITEM} i WHERE i.request_id = x.id)",
            )
        ],
        "supplement_changed_while_prepared": [
            copied(CHANGE, request_id=f"(SELECT MIN(r.id) FROM {REQUEST} r WHERE r.state = 'answered')")
        ],
        "supplement_not_sent_by_who_changed_it": [
            updated(
                REQUEST, f"state = 'sent', sent_at = '2099-01-01 00:00:00', sent_by_id = {changer}",
                f"WHERE x.state = 'prepared' AND EXISTS (SELECT 1 FROM {CHANGE} c WHERE c.request_id = x.id)",
            )
        ],
        "supplement_item_added_while_prepared": [copied(ITEM, answered, position="99", answer="''")],
        "supplement_answered_while_it_waits": [updated(ITEM, "answer = 'another'", answered)],
        "supplement_item_of_its_version": [copied(ITEM, prepared, position="99", component_id=foreign)],
    }  # fmt: skip


def _newest(state, also="1 = 1"):
    return (
        f"JOIN {DOSSIER} d ON d.id = x.dossier_id AND d.state = '{state}' WHERE {also} AND x.number = "
        f"(SELECT MAX(n.number) FROM {SLIP} n WHERE n.dossier_id = x.dossier_id)"
    )


def _of_talking(copied, updated):
    """Links and messages of the demonstration, copied to where none may be."""
    draft, lodged = (
        f"(SELECT d.id FROM {DOSSIER} d WHERE d.state = '{state}' LIMIT 1)" for state in ("draft", "lodged")
    )
    silent = (
        f"(SELECT d.id FROM {DOSSIER} d WHERE d.submitted_at IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM {MESSAGE} m WHERE m.dossier_id = d.id) LIMIT 1)"
    )
    first = f"(SELECT d.id FROM {DOSSIER} d WHERE d.submitted_at IS NOT NULL ORDER BY d.submitted_at LIMIT 1)"
    return {
        "dossier_link_to_an_earlier_one": [
            copied(LINK, earlier_id=draft), copied(LINK, dossier_id=first, earlier_id=lodged),
        ],
        "dossier_link_ended_once": [
            updated(LINK, "ended_at = NULL, ended_by_id = NULL", "WHERE x.ended_at IS NOT NULL")
        ],
        "dossier_message_of_a_lodged_one": [copied(MESSAGE, "WHERE x.from_department", dossier_id=draft)],
        "dossier_message_begun_by_the_department": [
            copied(MESSAGE, "WHERE NOT x.from_department", dossier_id=silent)
        ],
    }  # fmt: skip
