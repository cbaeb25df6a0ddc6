"""Numbers of papers: counted without gaps by the database itself, dated in their order, never changed, never removed."""

from audit.guards import check_trigger, follows, frozen_when, immutable, no_delete

SERIES, COUNTER, NUMBER = "documents_numberseries", "documents_numbercounter", "documents_papernumber"
ARRIVAL = "documents_incomingpaper"
HELD = f"PERFORM 1 FROM {COUNTER} WHERE id = NEW.counter_id FOR UPDATE;"

GUARDS = [
    no_delete(SERIES),
    immutable(SERIES, "code", "register", "numbered_by", "counts_each_office"),
    frozen_when(SERIES, "OLD.ended_on IS NOT NULL", free=("ended_on", "version"), name="ended"),
    check_trigger(
        "series_ended_only_taken_up",
        SERIES,
        ("UPDATE",),
        "OLD.ended_on IS NOT NULL AND NEW.ended_on IS NOT NULL AND NEW.ended_on <> OLD.ended_on",
    ),
    no_delete(COUNTER),
    immutable(COUNTER, "series_id", "year", "office_id", "numbered_by", "starts_after"),
    check_trigger(
        "counter_begins_where_it_starts",
        COUNTER,
        ("INSERT",),
        "NEW.last_number <> NEW.starts_after OR NEW.last_on IS NOT NULL OR NEW.numbered_by <> "
        f"(SELECT s.numbered_by FROM {SERIES} s WHERE s.id = NEW.series_id)",
    ),
    check_trigger(
        "counter_moves_by_numbers",
        COUNTER,
        ("UPDATE",),
        "(NEW.last_number <> OLD.last_number OR NEW.last_on IS DISTINCT FROM OLD.last_on) AND ("
        "NEW.last_number <> OLD.last_number + 1 OR NOT EXISTS ("
        f"SELECT 1 FROM {NUMBER} n WHERE n.counter_id = NEW.id AND n.number = NEW.last_number AND n.by_portal "
        "AND n.dated_on = NEW.last_on) AND NOT EXISTS ("
        f"SELECT 1 FROM {ARRIVAL} a WHERE a.counter_id = NEW.id AND a.number = NEW.last_number AND a.by_portal "
        "AND a.arrived_on = NEW.last_on))",
    ),
    no_delete(NUMBER),
    immutable(
        NUMBER, "counter_id", "series_id", "by_portal", "year", "number", "symbol", "dated_on", "office_id", "given_at",
        "given_by",
    ),
    frozen_when(NUMBER, "OLD.voided_at IS NOT NULL", name="void"),
    check_trigger("number_begins_valid", NUMBER, ("INSERT",), "NEW.voided_at IS NOT NULL"),
    check_trigger(
        "number_in_its_year",
        NUMBER,
        ("INSERT",),
        "substr(CAST(NEW.dated_on AS TEXT), 1, 4) <> CAST(NEW.year AS TEXT)",
    ),
    check_trigger(
        "number_is_the_next",
        NUMBER,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {COUNTER} c WHERE c.id = NEW.counter_id AND c.series_id = NEW.series_id "
        "AND c.year = NEW.year AND (c.office_id IS NULL OR c.office_id = NEW.office_id) "
        f"AND EXISTS (SELECT 1 FROM {SERIES} s WHERE s.id = c.series_id AND s.register = 'out') "
        "AND ((NOT NEW.by_portal AND c.numbered_by = 'system') OR (NEW.by_portal AND c.numbered_by = 'portal' "
        "AND NEW.number = c.last_number + 1 AND (c.last_on IS NULL OR NEW.dated_on >= c.last_on))))",
        before=HELD,
    ),
    follows(
        "counter_follows_numbers",
        NUMBER,
        f"UPDATE {COUNTER} SET last_number = NEW.number, last_on = NEW.dated_on "
        "WHERE id = NEW.counter_id AND numbered_by = 'portal'",
    ),
]  # fmt: skip
