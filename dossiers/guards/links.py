"""What the database refuses of links: to what was not lodged before, and changed or taken back once they ended."""

from audit.guards import check_trigger, immutable, no_delete

DOSSIERS, LINKS = "dossiers_dossier", "dossiers_dossierlink"

GUARDS = [
    no_delete(LINKS),
    immutable(LINKS, "dossier_id", "earlier_id", "kind", "at", "by_id"),
    check_trigger(
        "dossier_link_to_an_earlier_one",
        LINKS,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {DOSSIERS} d JOIN {DOSSIERS} e ON e.id = NEW.earlier_id WHERE d.id = NEW.dossier_id "
        "AND e.submitted_at IS NOT NULL AND (d.submitted_at IS NULL OR e.submitted_at <= d.submitted_at))",
    ),
    check_trigger("dossier_link_ended_once", LINKS, ("UPDATE",), "OLD.ended_at IS NOT NULL"),
]
