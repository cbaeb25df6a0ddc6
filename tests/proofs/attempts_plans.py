"""What the guards of plans must refuse, as raw SQL on rows of the demonstration data."""


def attempts(copied, updated):
    """{guard name: statements}; `copied` and `updated` write the SQL."""
    draft = "WHERE x.state = 'consulting'"
    standing_item = "JOIN programme_plan p ON p.id = x.plan_id AND p.state = 'in_force' WHERE x.dropped IS NOT TRUE"
    standing_estimate = (
        "JOIN programme_planitem i ON i.id = x.item_id JOIN programme_plan p ON p.id = i.plan_id "
        "AND p.state = 'in_force'"
    )
    free_task = (
        "(SELECT t.id FROM programme_task t WHERE NOT EXISTS (SELECT 1 FROM programme_planitem o "
        "WHERE o.task_id = t.id AND o.plan_id = x.plan_id) LIMIT 1)"
    )
    free_source = (
        "(SELECT s.id FROM reference_moneysource s WHERE NOT EXISTS (SELECT 1 FROM programme_planestimate o "
        "WHERE o.item_id = x.item_id AND o.source_id = s.id) LIMIT 1)"
    )
    other_line = (
        "(SELECT l.id FROM programme_budgetline l JOIN programme_planestimate e ON e.id = x.estimate_id "
        "JOIN programme_planitem i ON i.id = e.item_id WHERE l.task_id <> i.task_id LIMIT 1)"
    )
    return {
        "plan_numbers_run_on": [
            copied("programme_plan", draft, number="9", state="'draft'", year="2040", base_id="NULL", kind="'original'")
        ],
        "plan_starts_as_draft": [
            copied("programme_plan", draft, number="1", year="2040", base_id="NULL", kind="'original'")
        ],
        "plan_adjusts_what_stands": [
            copied(
                "programme_plan",
                draft,
                number="1",
                state="'draft'",
                year="2040",
                kind="'adjustment'",
                base_id="(SELECT b.id FROM programme_plan b WHERE b.state = 'superseded' LIMIT 1)",
            )
        ],
        "plan_goes_on": [
            updated("programme_plan", "state = 'draft'", "WHERE x.state = 'in_force'"),
            updated("programme_plan", "state = 'approved'", draft),
        ],
        "plan_moves_by_paper": [
            updated(
                "programme_plan",
                "state = 'submitted', reviewed_by = drafted_by, reviewed_at = drafted_at",
                "WHERE x.state = 'reviewing'",
            )
        ],
        "plan_papers_run_forward": [
            copied("programme_planpaper", "WHERE x.kind = 'approval'", signed_on="'2001-01-01'", number="'1/QĐ'")
        ],
        "plan_reviewed_once": [
            copied(
                "programme_planpaper",
                "JOIN programme_plan p ON p.id = x.plan_id AND p.reviewed_at IS NOT NULL WHERE x.kind = 'review'",
                signed_on="'2100-01-01'",
            )
        ],
        "plan_items_only_in_drafts": [copied("programme_planitem", standing_item, task_id=free_task)],
        "plan_estimates_only_in_drafts": [copied("programme_planestimate", standing_estimate, source_id=free_source)],
        "plan_funding_fits": [copied("programme_planfunding", "", line_id=other_line)],
        "plan_funding_within_estimate": [copied("programme_planfunding", "", amount_vnd="999999999999999")],
        "proposal_goes_on": [
            updated("programme_taskproposal", "state = 'draft'", "WHERE x.state = 'declined'"),
            updated(
                "programme_taskproposal",
                "state = 'sent', item_id = NULL, decided_by = NULL, decided_at = NULL",
                "WHERE x.state = 'taken'",
            ),
        ],
        "task_goes_on": [
            updated("programme_task", "state = 'planned'", "WHERE x.state = 'under_way'"),
            updated("programme_task", "state = 'under_way'", "WHERE x.state = 'dropped'"),
        ],
        "task_finished_last": [
            updated("programme_task", "finished_on = '2001-01-01'", f"WHERE x.state = 'done' AND x.id IN ({of_it})")
            for of_it in (
                "SELECT d.task_id FROM programme_deliverable d WHERE d.delivered_on IS NOT NULL",
                "SELECT r.task_id FROM programme_taskreport r WHERE r.percent < 100",
            )
        ],
    }
