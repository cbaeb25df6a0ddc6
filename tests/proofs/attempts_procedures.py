"""What the guards of procedures must refuse; the demonstration has a version of each standing."""

VERSION, STEP = "dossiers_procedureversion", "dossiers_procedurestep"
PARTS = {"step": STEP, "component": "dossiers_component", "field": "dossiers_formfield"}
ISSUED = f"JOIN {VERSION} v ON v.id = x.procedure_version_id AND v.state = 'issued'"
OF_DRAFT = f"JOIN {VERSION} v ON v.id = x.procedure_version_id AND v.state = 'draft'"
DRAFT = "WHERE x.state = 'draft'"
IN_FORCE = (
    "state = 'issued', valid_from = '2031-01-01', paper_on = '2031-01-01', put_in_force_at = drafted_at, "
    "paper_number = '1/QĐ-SCT', put_in_force_by = 'user:x'"
)


def attempts(copied, updated, removed):
    """{guard: statements}"""
    found = {
        "version_begins_as_a_draft": [copied(VERSION, "WHERE x.valid_to IS NOT NULL", number="99")],
        "version_ends_once": [updated(VERSION, "valid_to = '2040-01-01'", "WHERE x.valid_to IS NOT NULL")],
        "version_covers_its_steps": [updated(VERSION, "total_days = 1", DRAFT)],
        "version_in_force_is_whole": [updated(VERSION, f"{IN_FORCE}, total_days = total_days + 1", DRAFT)],
        "steps_within_the_whole": [
            copied(STEP, OF_DRAFT, position="99", working_days="v.total_days"),
            updated(STEP, "working_days = 400", OF_DRAFT),
        ],
    }
    for part, table in PARTS.items():
        code = {} if part == "step" else {"code": "'another'"}
        days = {"working_days": "0"} if part == "step" else {}
        found[f"{part}_of_a_draft"] = [
            copied(table, ISSUED, position="99", **code, **days),
            updated(table, "name_vi = 'another'", ISSUED),
        ]
        found[f"{part}_stays"] = [removed(table, ISSUED)]
    return found
