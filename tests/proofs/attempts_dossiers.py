"""What the guards of dossiers must refuse; the demonstration has drafts, lodged and withdrawn ones, with files."""

DOSSIER, FILE, NUMBER = "dossiers_dossier", "dossiers_dossierfile", "dossiers_dossiernumber"
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
    foreign = "(SELECT c.id FROM dossiers_component c WHERE c.procedure_version_id <> d.procedure_version_id LIMIT 1)"
    return {
        "dossier_begins_as_a_draft": [copied(DOSSIER, LODGED, code="'another'")],
        "dossier_moves_by_the_table": [
            updated(DOSSIER, f"state = '{state}'", LODGED) for state in ("approved", "issued", "returned", "stopped")
        ],
        "dossier_under_an_issued_version": [
            copied(DOSSIER, DRAFT, procedure_version_id=UNISSUED),
            updated(DOSSIER, f"procedure_version_id = {UNISSUED}", DRAFT),
        ],
        "dossier_lodged_with_its_own_components": [
            updated(DOSSIER, f"{LODGING}, procedure_version_id = {ANOTHER_VERSION}", WITH_FILE)
        ],
        "dossier_file_of_a_draft": [
            copied(FILE, OF_LODGED, file_id="(SELECT MAX(id) FROM documents_storedfile)"),
            updated(FILE, "removed_at = added_at, removed_by_id = added_by_id", OF_LODGED),
        ],
        "dossier_file_of_its_version": [copied(FILE, OF_DRAFT, component_id=foreign)],
        "dossier_file_taken_away_once": [
            updated(FILE, "removed_at = NULL, removed_by_id = NULL", "WHERE x.removed_at IS NOT NULL")
        ],
        "dossier_number_goes_on": [updated(NUMBER, "last_number = last_number - 1", "WHERE x.last_number > 0")],
    }
