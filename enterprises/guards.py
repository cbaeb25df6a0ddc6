from audit.guards import append_only, check_trigger, frozen_when, immutable, no_delete, no_overlap


def apart(table, key):
    """No two rows of an enterprise with the same `key` hold at once.

    Without a lock of its own, unlike `no_overlap`: an import lays a hundred thousand of these in one transaction. The
    services hold the enterprise's row, and the database allows one open row in any case.
    """
    clash = (
        "EXISTS (SELECT 1 FROM {table} x WHERE x.enterprise_id = NEW.enterprise_id AND x.{key} = NEW.{key}"
        " AND x.id <> NEW.id AND x.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')"
        " AND NEW.starts_on <= COALESCE(x.ends_on, '9999-12-31'))"
    )
    return check_trigger(f"apart_{table}", table, ("INSERT", "UPDATE"), clash.format(table=table, key=key))


CLOSED = "EXISTS (SELECT 1 FROM enterprises_figureyearclosing c WHERE c.year = {row}.year AND c.reopened_at IS NULL)"
# Writing figures and closing their year never pass each other: figures share the year, closing takes it alone.
SHARE_YEAR = "PERFORM pg_advisory_xact_lock_shared(hashtextextended('figures of year', NEW.year));"
TAKE_YEAR = "PERFORM pg_advisory_xact_lock(hashtextextended('figures of year', NEW.year));"

FIGURES = "enterprises_figurerevision"
STEPS = (
    "state",
    "submitted_by",
    "submitted_at",
    "confirmed_by",
    "confirmed_at",
    "returned_by",
    "returned_at",
    "return_reason",
    "superseded_at",
    "kept_by",
)

# A title is in force from its decision on, and the round of a year is decided in that year or in the next.
MISDATED = (
    "(NEW.valid_from < NEW.decision_on"
    " OR CAST(substr(CAST(NEW.decision_on AS text), 1, 4) AS integer) NOT IN (NEW.round_year, NEW.round_year + 1))"
)
REDATED = (
    "(NEW.valid_from IS DISTINCT FROM OLD.valid_from OR NEW.decision_on IS DISTINCT FROM OLD.decision_on"
    " OR NEW.round_year IS DISTINCT FROM OLD.round_year)"
)

DECLARED = (
    "EXISTS (SELECT 1 FROM enterprises_figurerevision r WHERE r.id = {row}.revision_id AND r.declared_at IS NOT NULL)"
)

GUARDS = [
    # enterprises
    no_delete("enterprises_enterprise"),
    immutable("enterprises_enterprise", "public_id", "created_at"),
    check_trigger(
        "one_hop_enterprises_enterprise",
        "enterprises_enterprise",
        ("INSERT", "UPDATE"),
        "NEW.merged_into_id IS NOT NULL AND ("
        "EXISTS (SELECT 1 FROM enterprises_enterprise x WHERE x.id = NEW.merged_into_id AND x.merged_into_id IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM enterprises_enterprise x WHERE x.merged_into_id = NEW.id))",
    ),
    frozen_when(
        "enterprises_enterprise",
        "OLD.merged_into_id IS NOT NULL",
        free=("merged_into_id", "version", "name_key"),
        name="alias",
    ),
    append_only("enterprises_enterpriserevision", allow=("superseded_at",)),
    no_delete("enterprises_enterprisegroup"),
    apart("enterprises_enterprisegroup", "group_id"),
    no_delete("enterprises_enterpriseactivity"),
    apart("enterprises_enterpriseactivity", "activity_id"),
    no_delete("enterprises_membership"),
    immutable("enterprises_membership", "public_id", "user_id", "enterprise_id", "role", "is_authorised"),
    no_overlap("enterprises_membership", ("user_id", "enterprise_id", "role"), "starts_on", "ends_on"),
    # claims
    no_delete("enterprises_claim"),
    immutable(
        "enterprises_claim",
        "tax_code",
        "enterprise_name",
        "full_name",
        "email",
        "phone",
        "office",
        "paper_number",
        "scope",
        "authorised_to",
        "file_id",
        "signatures",
        "verified_at",
        "claimant_id",
        "sent_at",
        "expires_on",
    ),
    frozen_when("enterprises_claim", "OLD.state <> 'waiting'", free=("invitation_id",), name="decided"),
    # products and titles
    no_delete("enterprises_product"),
    immutable("enterprises_product", "public_id", "created_at"),
    no_delete("enterprises_title"),
    immutable("enterprises_title", "public_id", "created_at"),
    check_trigger("dated_enterprises_title", "enterprises_title", ("INSERT",), MISDATED),
    # what was recorded wrongly before this was a rule can still be ended, withdrawn and merged
    check_trigger("redated_enterprises_title", "enterprises_title", ("UPDATE",), f"{REDATED} AND {MISDATED}"),
    append_only("enterprises_titlerevision", allow=("superseded_at",)),
    # figures
    no_delete(FIGURES),
    frozen_when(FIGURES, "OLD.declared_at IS NOT NULL", free=STEPS, name="declared"),
    frozen_when(
        FIGURES,
        "OLD.state IN ('confirmed', 'returned', 'withdrawn')",
        free=("superseded_at", "kept_by"),
        name="settled",
    ),
    immutable(FIGURES, "public_id", "enterprise_id", "year", "revision", "recorded_by", "recorded_at"),
    check_trigger(
        "once_enterprises_figurerevision_superseded",
        FIGURES,
        ("UPDATE",),
        "OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at",
    ),
    check_trigger(
        "closed_enterprises_figurerevision",
        FIGURES,
        ("INSERT", "UPDATE"),
        CLOSED.format(row="NEW"),
        before=SHARE_YEAR,
    ),
    check_trigger(
        "settled_enterprises_figureline",
        "enterprises_figureline",
        ("INSERT", "UPDATE"),
        DECLARED.format(row="NEW"),
    ),
    check_trigger(
        "kept_enterprises_figureline",
        "enterprises_figureline",
        ("UPDATE", "DELETE"),
        DECLARED.format(row="OLD"),
    ),
    no_delete("enterprises_figureyearclosing"),
    frozen_when(
        "enterprises_figureyearclosing",
        "OLD.id IS NOT NULL",
        free=("reopening_number", "reopened_by", "reopened_at"),
        name="decided",
    ),
    frozen_when("enterprises_figureyearclosing", "OLD.reopened_at IS NOT NULL", name="reopened"),
    check_trigger(
        "alone_enterprises_figureyearclosing",
        "enterprises_figureyearclosing",
        ("INSERT",),
        "1 = 0",
        before=TAKE_YEAR,
    ),
]
