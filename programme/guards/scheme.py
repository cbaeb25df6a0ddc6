from audit.guards import check_trigger, immutable, no_delete

_OVERLAP = (
    "NEW.state <> 'illustration' AND EXISTS (SELECT 1 FROM programme_period x WHERE x.id <> NEW.id "
    "AND x.state <> 'illustration' AND x.starts_year <= NEW.ends_year AND NEW.starts_year <= x.ends_year)"
)
_OUTSIDE = (
    "NEW.year IS NOT NULL AND NOT EXISTS (SELECT 1 FROM programme_period p WHERE p.id = NEW.period_id "
    "AND NEW.year BETWEEN p.starts_year AND p.ends_year)"
)
_LEFT_OUT = (
    "EXISTS (SELECT 1 FROM programme_target t WHERE t.period_id = NEW.id AND t.year IS NOT NULL "
    "AND t.withdrawn_on IS NULL AND t.year NOT BETWEEN NEW.starts_year AND NEW.ends_year)"
)

_UNDECIDED = (
    "EXISTS (SELECT 1 FROM programme_period p WHERE p.id = NEW.period_id AND p.state = 'no_document') "
    "AND NEW.withdrawn_on IS NULL"
)

GUARDS = [
    no_delete("programme_period"),
    no_delete("programme_target"),
    no_delete("programme_publishedresult"),
    no_delete("programme_publishedfigure"),
    immutable("programme_period", "code"),
    immutable("programme_target", "period_id", "indicator_code"),
    immutable("programme_publishedresult", "year"),
    check_trigger(
        "periods_apart",
        "programme_period",
        ("INSERT", "UPDATE"),
        _OVERLAP,
        before="PERFORM pg_advisory_xact_lock(hashtextextended('programme_period', 0));",
    ),
    check_trigger("target_within_its_period", "programme_target", ("INSERT", "UPDATE"), _OUTSIDE),
    check_trigger("target_has_a_decided_period", "programme_target", ("INSERT", "UPDATE"), _UNDECIDED),
    check_trigger("period_keeps_its_targets", "programme_period", ("UPDATE",), _LEFT_OUT),
]
