from audit.guards import no_delete, no_overlap

GUARDS = [
    no_delete("accounts_user"),
    no_delete("accounts_office"),
    no_delete("accounts_post"),
    no_overlap("accounts_post", ("user_id", "office_id", "role"), "starts_on", "ends_on"),
]
