from audit.guards import append_only, check_trigger, frozen_when, no_delete

_DONE_NEW = "EXISTS (SELECT 1 FROM reporting_kpirun r WHERE r.id = NEW.run_id AND r.state = 'done')"
_DONE_OLD = "EXISTS (SELECT 1 FROM reporting_kpirun r WHERE r.id = OLD.run_id AND r.state = 'done')"
_PART = (
    "EXISTS (SELECT 1 FROM reporting_kpivalue v JOIN reporting_kpirun r ON r.id = v.run_id "
    "WHERE v.id = {row}.value_id AND r.state = 'done')"
)

_PUBLISHED_IN = "CAST(substr(CAST(NEW.published_on AS text), 1, 4) AS integer)"

GUARDS = [
    append_only("reporting_citystatistic", allow=("superseded_at",)),
    check_trigger(
        "timely_statistic",
        "reporting_citystatistic",
        ["INSERT"],
        f"{_PUBLISHED_IN} < NEW.year OR (NEW.state = 'official' AND {_PUBLISHED_IN} = NEW.year) OR NEW.base_year > {_PUBLISHED_IN}",
    ),
    no_delete("reporting_indicator"),
    append_only("reporting_indicatorversion", allow=("superseded_at",)),
    append_only("reporting_kpichoice", allow=("superseded_at",)),
    append_only("reporting_kpipublication"),
    append_only("reporting_publishedvalue"),
    append_only("reporting_publishedrow"),
    frozen_when("reporting_kpirun", "OLD.state = 'done'"),
    check_trigger("keep_done_values_new", "reporting_kpivalue", ["INSERT", "UPDATE"], _DONE_NEW),
    check_trigger("keep_done_values_old", "reporting_kpivalue", ["UPDATE", "DELETE"], _DONE_OLD),
    check_trigger("keep_done_parts_new", "reporting_kpipart", ["INSERT", "UPDATE"], _PART.format(row="NEW")),
    check_trigger("keep_done_parts_old", "reporting_kpipart", ["UPDATE", "DELETE"], _PART.format(row="OLD")),
    check_trigger(
        "publish_done_run",
        "reporting_kpipublication",
        ["INSERT"],
        "NOT EXISTS (SELECT 1 FROM reporting_kpirun r WHERE r.id = NEW.run_id AND r.state = 'done')",
    ),
    # A publication is written last, after its values and rows (foreign keys are checked at commit): once it stands,
    # nothing can be slipped under it.
    check_trigger(
        "complete_publication_value",
        "reporting_publishedvalue",
        ["INSERT"],
        "EXISTS (SELECT 1 FROM reporting_kpipublication p WHERE p.id = NEW.publication_id)",
    ),
    check_trigger(
        "complete_publication_row",
        "reporting_publishedrow",
        ["INSERT"],
        "EXISTS (SELECT 1 FROM reporting_publishedvalue v JOIN reporting_kpipublication p ON p.id = v.publication_id "
        "WHERE v.id = NEW.value_id)",
    ),
]
