from audit.guards import append_only, check_trigger, immutable, no_delete


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
    _year_within("support_supportrecord"),
    _year_within("support_supportrevision"),
]
