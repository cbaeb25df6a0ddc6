from audit.guards import check_trigger, frozen_when, immutable, no_delete, no_overlap

PROCEDURES, VERSIONS, STEPS = "dossiers_procedure", "dossiers_procedureversion", "dossiers_procedurestep"
PARTS = {"step": STEPS, "component": "dossiers_component", "field": "dossiers_formfield"}

_NO_DRAFT = f"NOT EXISTS (SELECT 1 FROM {VERSIONS} v WHERE v.id = {{row}}.procedure_version_id AND v.state = 'draft')"
# whoever puts the version in force holds its row; who changes a part meanwhile waits here and then sees it frozen
_HELD = f"PERFORM 1 FROM {VERSIONS} v WHERE v.id = {{row}}.procedure_version_id FOR UPDATE;"
_STEPS_OF = (
    f"(SELECT COALESCE(SUM(x.working_days), 0) FROM {STEPS} x WHERE x.procedure_version_id = {{version}}{{but}})"
)

GUARDS = [
    no_delete(PROCEDURES),
    immutable(PROCEDURES, "code"),
    frozen_when(PROCEDURES, "OLD.closed_on IS NOT NULL", name="closed"),
    no_delete(VERSIONS),
    immutable(VERSIONS, "procedure_id", "number", "drafted_at", "copied_from_id"),
    check_trigger("version_begins_as_a_draft", VERSIONS, ("INSERT",), "NEW.state <> 'draft'"),
    frozen_when(VERSIONS, "OLD.state = 'issued'", free=("valid_to", "version"), name="issued"),
    frozen_when(VERSIONS, "OLD.state = 'discarded'", name="discarded"),
    check_trigger(
        "version_ends_once",
        VERSIONS,
        ("UPDATE",),
        "OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to",
    ),
    no_overlap(VERSIONS, ("procedure_id",), "valid_from", "valid_to", only_when="NEW.state = 'issued'"),
    check_trigger(
        "version_covers_its_steps",
        VERSIONS,
        ("UPDATE",),
        f"NEW.total_days < {_STEPS_OF.format(version='NEW.id', but='')}",
    ),
    check_trigger(
        "version_in_force_is_whole",
        VERSIONS,
        ("UPDATE",),
        f"NEW.state = 'issued' AND NEW.total_days <> {_STEPS_OF.format(version='NEW.id', but='')}",
    ),
    check_trigger(
        "steps_within_the_whole",
        STEPS,
        ("INSERT", "UPDATE"),
        f"{_STEPS_OF.format(version='NEW.procedure_version_id', but=' AND x.id <> NEW.id')} + NEW.working_days "
        f"> (SELECT v.total_days FROM {VERSIONS} v WHERE v.id = NEW.procedure_version_id)",
        before=_HELD.format(row="NEW"),
    ),
]

for part, table in PARTS.items():
    GUARDS += [
        immutable(table, "procedure_version_id"),
        check_trigger(
            f"{part}_of_a_draft",
            table,
            ("INSERT", "UPDATE"),
            _NO_DRAFT.format(row="NEW"),
            before=_HELD.format(row="NEW"),
        ),
        check_trigger(f"{part}_stays", table, ("DELETE",), _NO_DRAFT.format(row="OLD"), before=_HELD.format(row="OLD")),
    ]
