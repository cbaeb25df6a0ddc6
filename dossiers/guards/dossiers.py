"""What the database refuses of dossiers: moves that the table does not have, and changes of what was lodged."""

from audit.guards import check_trigger, frozen_when, immutable, no_delete
from dossiers.states import MOVES

DOSSIERS, FILES, NUMBERS = "dossiers_dossier", "dossiers_dossierfile", "dossiers_dossiernumber"
VERSIONS, COMPONENTS = "dossiers_procedureversion", "dossiers_component"

_KNOWN = " OR ".join(
    f"(OLD.state = '{source.value}' AND NEW.state = '{target.value}')"
    for source, target in dict.fromkeys((move.source, move.target) for move in MOVES)
)
# to a draft as it is lodged, or to an item of the supplement that the enterprise is asked for
_NOT_OPEN = (
    f"NOT EXISTS (SELECT 1 FROM {DOSSIERS} d WHERE d.id = NEW.dossier_id AND d.state = 'draft' AND NEW.item_id IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM dossiers_supplementitem i JOIN dossiers_supplementrequest r ON r.id = i.request_id "
    "WHERE i.id = NEW.item_id AND r.dossier_id = NEW.dossier_id AND r.state = 'sent')"
)
# whoever lodges holds the dossier's row; who attaches meanwhile waits here and then sees it lodged
_HELD = f"PERFORM 1 FROM {DOSSIERS} d WHERE d.id = NEW.dossier_id FOR NO KEY UPDATE;"
_ELSEWHERE = (
    f"NEW.component_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {COMPONENTS} c JOIN {DOSSIERS} d ON d.procedure_version_id = c.procedure_version_id "
    "WHERE d.id = NEW.dossier_id AND c.id = NEW.component_id)"
)
# an identity paper stands for a component that asks for one, kept encrypted, and for nothing else
_NOT_ALIKE = (
    f"COALESCE((SELECT c.is_identity FROM {COMPONENTS} c WHERE c.id = NEW.component_id), FALSE) "
    "<> (SELECT s.is_identity FROM documents_storedfile s WHERE s.id = NEW.file_id)"
)

GUARDS = [
    no_delete(DOSSIERS),
    immutable(
        DOSSIERS,
        "enterprise_id",
        "channel",
        "typed_by_id",
        "started_at",
        "started_by_id",
        "copied_from_id",
        "outside_code",
        "outside_key",
        "token",
    ),
    check_trigger(
        "dossier_of_a_system",  # a system lodges under its own account, a clerk types paper in under theirs
        DOSSIERS,
        ("INSERT",),
        "NEW.typed_by_id IS NOT NULL AND (SELECT u.is_system FROM accounts_user u WHERE u.id = NEW.typed_by_id) "
        "<> (NEW.channel = 'one_stop')",
    ),
    check_trigger("dossier_begins_as_a_draft", DOSSIERS, ("INSERT",), "NEW.state <> 'draft'"),
    check_trigger("dossier_moves_by_the_table", DOSSIERS, ("UPDATE",), f"OLD.state <> NEW.state AND NOT ({_KNOWN})"),
    check_trigger(
        "dossier_under_an_issued_version",
        DOSSIERS,
        ("INSERT", "UPDATE"),
        f"NOT EXISTS (SELECT 1 FROM {VERSIONS} v WHERE v.id = NEW.procedure_version_id AND v.state = 'issued')",
    ),
    check_trigger(
        "dossier_lodged_with_its_own_components",
        DOSSIERS,
        ("UPDATE",),
        f"OLD.state = 'draft' AND NEW.state = 'lodged' AND EXISTS (SELECT 1 FROM {FILES} f JOIN {COMPONENTS} c "
        "ON c.id = f.component_id WHERE f.dossier_id = NEW.id AND f.removed_at IS NULL "
        "AND c.procedure_version_id <> NEW.procedure_version_id)",
    ),
    frozen_when(
        DOSSIERS,
        "OLD.state <> 'draft'",
        free=(
            "state",
            "version",
            "withdrawn_at",
            "withdrawn_by_id",
            "withdrawn_reason",
            "office_id",
            "handler_id",
            "starts_on",
            "due_on",
            "steps_done",
        ),
        name="lodged",
    ),
    no_delete(FILES),
    immutable(
        FILES,
        "dossier_id",
        "file_id",
        "added_at",
        "added_by_id",
        "item_id",
        "is_application",
        "signatures",
        "verified_at",
    ),
    check_trigger("dossier_file_of_a_draft", FILES, ("INSERT", "UPDATE"), _NOT_OPEN, before=_HELD),
    check_trigger(
        "dossier_file_of_its_version", FILES, ("INSERT", "UPDATE"), f"NEW.removed_at IS NULL AND {_ELSEWHERE}"
    ),
    check_trigger(
        "dossier_identity_papers_apart", FILES, ("INSERT", "UPDATE"), f"NEW.removed_at IS NULL AND {_NOT_ALIKE}"
    ),
    check_trigger("dossier_file_taken_away_once", FILES, ("UPDATE",), "OLD.removed_at IS NOT NULL"),
    no_delete(NUMBERS),
    check_trigger(
        "dossier_number_goes_on",
        NUMBERS,
        ("UPDATE",),
        "NEW.last_number <= OLD.last_number OR NEW.prefix <> OLD.prefix",
    ),
]
