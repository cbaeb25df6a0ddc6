from audit.guards import check_trigger, immutable, no_delete, no_overlap

GUARDS = [
    no_delete("accounts_user"),
    no_delete("accounts_office"),
    no_delete("accounts_post"),
    no_overlap("accounts_post", ("user_id", "office_id", "role"), "starts_on", "ends_on"),
    no_delete("accounts_delegation"),
    immutable(
        "accounts_delegation",
        "giver_id",
        "receiver_id",
        "action",
        "starts_on",
        "planned_ends_on",
        "paper",
        "paper_on",
        "limit_vnd",
        "created_by",
        "created_at",
    ),
    # One giver gives one action to one person a day; the same person twice on a day falls under it too.
    no_overlap(
        "accounts_delegation",
        ("giver_id", "action"),
        "starts_on",
        "ends_on",
        only_when="NEW.ends_on >= NEW.starts_on",
    ),
    check_trigger("delegation_never_longer", "accounts_delegation", ("UPDATE",), "NEW.ends_on > OLD.ends_on"),
]
