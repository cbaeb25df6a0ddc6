from audit.guards import append_only, check_trigger, immutable, no_delete
from support.activity_codes import not_kept_so


def _year_within(table):
    """The year lies between the year of the start and the year of completion."""
    year_of = "CAST(substr(CAST({} AS text), 1, 4) AS integer)"
    first = year_of.format("COALESCE(NEW.started_on, NEW.delivered_on)")
    last = year_of.format("NEW.delivered_on")
    return check_trigger(f"year_{table}", table, ("INSERT", "UPDATE"), f"NEW.year < {first} OR NEW.year > {last}")


GUARDS = [
    no_delete("support_supportrecord"),
    immutable("support_supportrecord", "enterprise_id", "created_at", "created_by", "import_batch"),
    append_only("support_supportrevision", allow=("superseded_at",)),
    check_trigger(
        "withdrawn_support_stays",
        "support_supportrecord",
        ("UPDATE",),
        "OLD.withdrawn AND NOT NEW.withdrawn",
    ),
    check_trigger(
        "activity_code_of_a_new_record", "support_supportrecord", ("INSERT",), not_kept_so("NEW.activity_code")
    ),
    check_trigger(
        "activity_code_of_a_record",
        "support_supportrecord",
        ("UPDATE",),
        f"NEW.activity_code <> OLD.activity_code AND {not_kept_so('NEW.activity_code')}",
    ),
    check_trigger(
        "activity_code_of_a_revision", "support_supportrevision", ("INSERT",), not_kept_so("NEW.activity_code")
    ),
    _year_within("support_supportrecord"),
    _year_within("support_supportrevision"),
]
