"""What the database refuses of messages: changed ones, about what was not lodged, and answers to nothing."""

from audit.guards import append_only, check_trigger

DOSSIERS, MESSAGES = "dossiers_dossier", "dossiers_dossiermessage"

GUARDS = [
    append_only(MESSAGES),
    check_trigger(
        "dossier_message_of_a_lodged_one",
        MESSAGES,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {DOSSIERS} d WHERE d.id = NEW.dossier_id AND d.submitted_at IS NOT NULL)",
    ),
    check_trigger(
        "dossier_message_begun_by_the_department",
        MESSAGES,
        ("INSERT",),
        f"NOT NEW.from_department AND NOT EXISTS (SELECT 1 FROM {MESSAGES} m WHERE m.dossier_id = NEW.dossier_id "
        "AND m.from_department)",
    ),
]
