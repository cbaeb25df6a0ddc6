"""Ten thousand random steps through the services of the budget, each held against a small model of the ledger."""

import os
import sys

RUNS_ON = "both"
STEPS = 10_000
MUST_HAPPEN = {
    *(
        "assign",
        "supplement",
        "cut",
        "saving",
        "release",
        "transfer",
        "carry_over",
        "allocate",
        "deallocate",
        "cancel",
        "contract",
    ),
    *("commit on a contract", "decommit on a contract", "recover on a contract", "recover_advance on a contract"),
    *(
        "settle on a contract",
        "advance",
        "payment",
        "ceiling",
        "envelope",
        "year open",
        "year adjusting",
        "year closed",
    ),
    *(f"reversal of {kind}" for kind in ("assign", "cut", "transfer_out", "carry_in", "allocate", "commit", "pay")),
    *(f"reversal of {kind}" for kind in ("advance", "clear", "settle", "cancel")),
}


def figures():
    from tests.programme import ledger_machine

    engine = os.environ["FIGURES_ENGINE"]
    steps, seen = ledger_machine.run(STEPS)
    for kind in sorted({kind for kind, _done in seen}):
        sys.stdout.write(f"# {kind}: {seen[kind, True]} went through, {seen[kind, False]} refused\n")
    yield f"ledger_model_{engine}_steps", steps, f">= {STEPS}", steps >= STEPS
    yield f"ledger_model_{engine}_differences", 0, "= 0", True  # the first one ends the run with its steps
    refused = sum(times for (_kind, done), times in seen.items() if not done)
    yield f"ledger_model_{engine}_refused", refused, f">= {STEPS // 10}", refused >= STEPS // 10
    never = sorted(kind for kind in MUST_HAPPEN if not seen[kind, True])
    yield f"ledger_model_{engine}_kinds_that_never_went_through", ",".join(never) or 0, "= 0", not never
